import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import type { Log } from '../shared/log/log.ts';
import { isDatabaseDown } from './database-down.ts';
import { TooSlow } from './deadline.ts';
import { type FieldError, ProblemError, type ProblemOptions, problemResponse } from './problem.ts';

/** The one place where something thrown becomes an answer. Unexpected errors are logged and say nothing outside. */
export const createOnError = (log: Log) => (error: Error, c: Context) => {
  if (error instanceof ProblemError) {
    if (error.options.status >= 500) log.warn({ event: 'http.problem', path: c.req.path, code: error.options.code });
    return problemResponse(error.options);
  }
  if (error instanceof HTTPException) return problemResponse(fromHttpException(error));
  const facts = { path: c.req.path, method: c.req.method, error: error.message, code: codeOf(error) };
  if (isDatabaseDown(error) || error instanceof TooSlow) {
    log.error({ event: 'http.database-down', ...facts });
    return problemResponse({
      status: 503,
      code: 'database-unavailable',
      detail: 'База данных хаба сейчас не отвечает. Повторите запрос через несколько секунд.',
      headers: { 'Retry-After': '5' },
    });
  }
  log.error({ event: 'http.failed', ...facts, stack: error.stack });
  return problemResponse({
    status: 500,
    code: 'internal',
    detail: 'Непредвиденная ошибка хаба. Подробности — в журнале процесса API.',
  });
};

/** What a validator of a route found, as one problem with every wrong value. */
export function validationProblem(error: z.core.$ZodError, where: FieldError['in']): ProblemError {
  const errors = error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((name) => ({ in: where, name, message: 'такого параметра нет' }));
    }
    return [{ in: where, name: issue.path.join('.') || '(всё тело)', message: issue.message }];
  });
  return new ProblemError({
    status: 422,
    code: 'validation',
    detail: errors.map(({ name, message }) => `${name}: ${message}`).join('; '),
    errors,
  });
}

/** For `OpenAPIHono`'s `defaultHook`: throws, so that all errors take the same way out. */
export function refuseInvalid(
  result: { success: true } | { success: false; error: z.core.$ZodError; target: string },
): void {
  if (result.success) return;
  const places: Record<string, FieldError['in']> = { query: 'query', param: 'path', header: 'header' };
  throw validationProblem(result.error, places[result.target] ?? 'body');
}

function fromHttpException({ status, message }: HTTPException): ProblemOptions {
  if (status === 413) return { status, code: 'too-large', detail: 'Тело запроса слишком велико.' };
  if (status === 415) return { status, code: 'not-json', detail: 'Тело запроса должно быть JSON.' };
  return { status: 400, code: 'malformed', detail: message || 'Запрос не разобрать.' };
}

const codeOf = (error: Error): string | undefined => (error as { code?: string }).code;

import { z } from '@hono/zod-openapi';

/** One wrong value of a request. */
export interface FieldError {
  in: 'query' | 'path' | 'header' | 'body';
  name: string;
  message: string;
}

export interface ProblemOptions {
  status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 500 | 503;
  /** Stable machine word in kebab-case. */
  code: string;
  /** Russian sentence: what is wrong, with which value, what is allowed. */
  detail: string;
  errors?: FieldError[];
  /** More members of the answer, as RFC 9457 §3.2 allows. */
  extra?: Record<string, unknown>;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** An answer that is an error. Thrown anywhere below a route; `onError` turns it into problem+json. */
export class ProblemError extends Error {
  readonly options: ProblemOptions;
  constructor(options: ProblemOptions) {
    super(options.detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ProblemError';
    this.options = options;
  }
}

/** The body of every error (RFC 9457). `code` is ours; `type` is the same word as a URN. */
export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:bisnesmedia-hub:problem:unknown-warehouse' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ example: 'unknown-warehouse' }),
    errors: z
      .array(z.object({ in: z.enum(['query', 'path', 'header', 'body']), name: z.string(), message: z.string() }))
      .optional(),
  })
  .openapi('Problem');

const titles: Record<ProblemOptions['status'], string> = {
  400: 'Запрос не разобрать',
  401: 'Нужен токен',
  403: 'Запрещено',
  404: 'Не найдено',
  409: 'Состояние не позволяет',
  413: 'Запрос слишком велик',
  415: 'Формат не поддерживается',
  422: 'Неверные данные',
  500: 'Внутренняя ошибка',
  503: 'Сейчас недоступно',
};

/** The answer for a problem: `application/problem+json`, never cached. */
export function problemResponse({ status, code, detail, errors, extra, headers }: ProblemOptions): Response {
  const body = {
    type: `urn:bisnesmedia-hub:problem:${code}`,
    title: titles[status],
    status,
    detail,
    code,
    ...(errors === undefined ? {} : { errors }),
    ...extra,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
  });
}

/** OpenAPI entries for the errors that a route can answer with. */
export function problems<S extends ProblemOptions['status']>(...statuses: S[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: titles[status], content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  ) as { [K in S]: { description: string; content: { 'application/problem+json': { schema: typeof problemSchema } } } };
}

export const notFound = (what: string) => new ProblemError({ status: 404, code: 'not-found', detail: what });

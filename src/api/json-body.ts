import type { Context } from 'hono';
import type { z } from 'zod';
import { validationProblem } from './errors.ts';
import { ProblemError } from './problem.ts';

/**
 * Reads an optional JSON body: none, or a blank one, is `{}`. A body under another content type is refused, never
 * ignored: a filter that is not read would widen what is done.
 */
export async function readJsonBody<T extends z.ZodType>(c: Context, schema: T): Promise<z.output<T>> {
  const text = await c.req.text();
  const given = text.trim() === '' ? {} : parse(c, text);
  const read = schema.safeParse(given);
  if (!read.success) throw validationProblem(read.error, 'body');
  return read.data;
}

function parse(c: Context, text: string): unknown {
  const type = c.req.header('Content-Type') ?? '';
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new ProblemError({
      status: 415,
      code: 'not-json',
      detail: `Тело запроса должно быть JSON с заголовком Content-Type: application/json, а не «${type || 'без типа'}».`,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProblemError({ status: 400, code: 'malformed-json', detail: 'Тело запроса — не JSON.', cause });
  }
}

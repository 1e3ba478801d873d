import type { Context } from 'hono';
import type { z } from 'zod';
import { validationProblem } from '../errors.ts';

/** Parameters of a page. An empty one is one that was not chosen: forms send them all. */
export function readQuery<T extends z.ZodType>(c: Context, schema: T): z.output<T> {
  const given = Object.fromEntries(
    Object.entries(c.req.queries())
      .map(([name, values]) => [name, values.filter((one) => one.trim() !== '')] as const)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
  const read = schema.safeParse(given);
  if (!read.success) throw validationProblem(read.error, 'query');
  return read.data;
}

/** Fields of a form, each a text: the first one where a name comes again. */
export async function readForm<T extends z.ZodType>(c: Context, schema: T): Promise<z.output<T>> {
  const body = await c.req.parseBody({ all: true });
  const fields = Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
  const read = schema.safeParse(fields);
  if (!read.success) throw validationProblem(read.error, 'body');
  return read.data;
}

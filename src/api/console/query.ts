import type { Context } from 'hono';
import type { z } from 'zod';
import { validationProblem } from '../errors.ts';

/** What the address says. An empty parameter is one that was not chosen: forms send them all. */
export const givenOf = (c: Context): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(c.req.queries())
      .map(([name, values]) => [name, values.filter((one) => one.trim() !== '')] as const)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );

/** Parameters of a page; one that is wrong is an error. */
export function readQuery<T extends z.ZodType>(c: Context, schema: T): z.output<T> {
  const read = schema.safeParse(givenOf(c));
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

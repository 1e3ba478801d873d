import { z } from '@hono/zod-openapi';

/** The place after which a page begins: the sort values of the row before it, opaque to callers. */
export const encodeCursor = (parts: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** A query parameter that takes what `encodeCursor` gave for the same list. */
export const cursorField = <T extends z.ZodType>(parts: T) =>
  z
    .string({ error: 'один курсор' })
    .transform((text, context): z.output<T> => {
      const read = parts.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
      if (read.success) return read.data;
      context.addIssue({
        code: 'custom',
        message: 'это не курсор этого списка; возьмите next_cursor из прошлого ответа',
      });
      return z.NEVER;
    })
    .optional()
    .openapi({ type: 'string', description: '`next_cursor` of the page before.' });

type Place<Row> = (row: Row) => readonly (string | number)[];

/** Cuts the extra row that was read to learn whether there is more; `next` is where the next page begins, NULL at the end. */
export function cutPage<Row>(rows: Row[], limit: number, place: Place<Row>): { shown: Row[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { shown, next: rows.length > limit && last !== undefined ? encodeCursor(place(last)) : null };
}

/** Such a page as an answer of the API. */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  shape: { item(row: Row): Item; place: Place<Row> },
): { items: Item[]; next_cursor: string | null } {
  const { shown, next } = cutPage(rows, limit, shape.place);
  return { items: shown.map(shape.item), next_cursor: next };
}

/** The OpenAPI schema of such a page. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

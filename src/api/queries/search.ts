import { Prisma } from '../../shared/db/database.ts';

/** The shortest text that trigrams can find. */
export const SHORTEST_PART = 3;
/** A search that takes longer is given up: the filter wants narrowing. */
export const SEARCH_MS = 8_000;

/** `column` in lower case, ё as е: a function of the hub's own, on which the search indexes stand. */
export const folded = (column: Prisma.Sql) => Prisma.sql`hub_fold(${column})`;
const fold = (text: string) => text.trim().toLowerCase().replaceAll('ё', 'е');

/** True where `column` contains `text`, whatever the case. */
export const contains = (column: Prisma.Sql, text: string): Prisma.Sql =>
  Prisma.sql`${folded(column)} like ${`%${fold(text).replace(/[\\%_]/g, '\\$&')}%`}`;

/** The same, found only by its `trigrams`: for a text whose other trigrams nearly every row has, which makes an index slow. */
export const containsBy = (column: Prisma.Sql, text: string, trigrams: readonly string[]): Prisma.Sql => {
  const found = trigrams.map((one) => Prisma.sql`${folded(column)} like ${`%${one}%`}`);
  // A function of text, unlike LIKE, is no condition on the index.
  return Prisma.join([...found, Prisma.sql`strpos(${folded(column)}, ${fold(text)}) > 0`], ' and ');
};

/** The trigrams inside the words and numbers of a text; not those at a word's edge, which words without number share. */
export const trigramsOf = (text: string): string[] => [
  ...new Set(
    (fold(text).match(/[\p{L}\p{N}]{3,}/gu) ?? []).flatMap((word) => {
      const letters = [...word];
      return letters.slice(2).map((_, at) => letters.slice(at, at + 3).join(''));
    }),
  ),
];

/** True where `column` is `text`, whatever the case. */
export const isText = (column: Prisma.Sql, text: string): Prisma.Sql => Prisma.sql`${folded(column)} = ${fold(text)}`;

/** Joins conditions with AND; none at all is true. */
export function allOf(conditions: (Prisma.Sql | null)[]): Prisma.Sql {
  const given = conditions.filter((one) => one !== null);
  return given.length === 0 ? Prisma.sql`true` : Prisma.join(given, ' and ');
}

/** `column = any(values)`, or no condition where nothing was chosen. `type` is the column's own, so that its index serves. */
export function isAnyOf(
  column: Prisma.Sql,
  values: readonly string[] | undefined,
  type: 'text' | 'run_status' | 'outbox_status' | 'outbox_kind' = 'text',
): Prisma.Sql | null {
  return values === undefined ? null : Prisma.sql`${column} = any(${[...values]}::text[]::${Prisma.raw(type)}[])`;
}

import { z } from '@hono/zod-openapi';
import { type Database, Prisma, type Tx } from '../../shared/db/database.ts';
import { isUuid } from '../fields/query-fields.ts';
import { newestOfRoutes, touches } from './outbox-route.ts';
import { allOf, contains, isText, SEARCH_MS, SHORTEST_PART } from './search.ts';

/** So many hits are put in order; a text that more rows have is found among the newest anyway. */
const MOST_HITS = 10_000;
/** Documents read before anything is looked up, for each one that is asked for: what is common is found among them. */
const NEWEST_FOR_EACH = 20;

export interface OutboxSearch<Row> {
  limit: number;
  /** The place the page begins at. */
  page: Prisma.Sql;
  /** Every other condition. */
  rest: Prisma.Sql;
  /** The same, where it is one on route, state and kind alone. */
  facets?: Prisma.Sql;
  /** Reads a page of what stands after FROM. */
  read(tx: Tx, from: Prisma.Sql): Promise<Row[]>;
}

/** The newest documents with a text in their lines or number, or in the name of a warehouse, or with a key. */
export function searchOutbox<Row>(db: Database, q: string, search: OutboxSearch<Row>): Promise<Row[]> {
  const { limit, page, rest, facets, read } = search;
  const among = (ids: readonly string[]) =>
    Prisma.sql`outbox where ${allOf([rest, page])} and outbox.id = any(${ids}::uuid[])`;
  return db.transaction(async (tx) => {
    await tx.$executeRaw`select set_config('statement_timeout', ${String(SEARCH_MS)}, true)`;
    if (isUuid(q)) return read(tx, among(await idsOf(tx, ofKey(q))));
    const parts = partsOf(q);
    const warehouses = await idsOf(tx, Prisma.sql`select key as id from known_warehouses where ${parts.warehouse}`);
    const found = Prisma.sql`(${touches(warehouses)} or ${parts.number} or ${parts.anyLine})`;
    const newest = Prisma.sql`(
      select * from outbox where ${page} order by id desc limit ${limit * NEWEST_FOR_EACH}) outbox`;
    const first = await read(tx, Prisma.sql`${newest} where ${allOf([rest, found])}`);
    if (first.length === limit) return first;
    const hits = await idsOf(
      tx,
      Prisma.sql`
        (select outbox_id as id from outbox_lines where ${parts.line} limit ${MOST_HITS + 1})
        union (select id from outbox where ${parts.number} limit ${MOST_HITS + 1})`,
    );
    if (hits.length > MOST_HITS || (warehouses.length > 0 && facets === undefined)) {
      return read(tx, Prisma.sql`outbox where ${allOf([rest, page, found])}`);
    }
    const routes = allOf([facets ?? null, touches(warehouses)]);
    const moved = warehouses.length === 0 ? [] : await idsOf(tx, newestOfRoutes({ routes, page, limit }));
    return read(tx, among([...hits, ...moved]));
  });
}

const idsOf = async (tx: Tx, sql: Prisma.Sql): Promise<string[]> =>
  z
    .array(z.object({ id: z.string() }))
    .parse(await tx.$queryRaw(sql))
    .map(({ id }) => id);

const ofKey = (key: string) => Prisma.sql`
  select id from outbox where outbox.id = ${key}::uuid or document_key = ${key}::uuid
  union select id from outbox where external_key = lower(${key})
  union select outbox_id from outbox_lines where item_key = ${key}::uuid`;

/** The conditions for a text in each place where it may stand; a short one must be the whole of it. */
function partsOf(q: string) {
  const is = q.trim().length < SHORTEST_PART ? isText : contains;
  const line =
    q.trim().length < SHORTEST_PART
      ? isText(Prisma.sql`article`, q)
      : contains(Prisma.sql`article || ' ' || item_name`, q);
  return {
    line,
    // Asked row by row: as an EXISTS it would be answered for all rows first.
    anyLine: Prisma.sql`coalesce((select true from outbox_lines where outbox_lines.outbox_id = outbox.id and ${line} limit 1), false)`,
    number: Prisma.sql`(external_number is not null and ${is(Prisma.sql`external_number`, q)})`,
    warehouse: is(Prisma.sql`name`, q),
  };
}

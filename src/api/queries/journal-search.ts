import { z } from '@hono/zod-openapi';
import { type Database, Prisma, type Tx } from '../../shared/db/database.ts';
import { isUuid } from '../fields/query-fields.ts';
import { allOf, contains, containsBy, folded, SEARCH_MS, SHORTEST_PART, trigramsOf } from './search.ts';

/**
 * First `newest` entries for each one that is asked for are read, among which a common text is found; then up to `hits` that
 * an index finds are put in order. A text that has more, and few of them new, is worth the second try.
 */
const TRIES = [
  { newest: 20, hits: 10_000 },
  { newest: 1_000, hits: 300_000 },
];
/** Entries among which the trigrams of a text are counted, and how many of them, the rarest, it is then found by. */
const SAMPLE = 500;
const RAREST = 4;

/** What is searched: the message and what people look for in the details. Its index stands on the same words. */
const TEXT = Prisma.sql`hub_journal_text(message, details)`;

export interface JournalSearch<Row> {
  limit: number;
  /** The period and the place the page begins at: conditions that the order's own index answers. */
  time: Prisma.Sql;
  /** Every other condition. */
  rest: Prisma.Sql;
  /** Reads a page of what stands after FROM. */
  read(tx: Tx, from: Prisma.Sql): Promise<Row[]>;
}

/** The newest entries with a text. Where no try is enough, all are read on from the newest until there are enough. */
export function searchJournal<Row>(
  db: Database,
  q: string,
  { limit, time, rest, read }: JournalSearch<Row>,
): Promise<Row[]> {
  const text = contains(TEXT, q);
  const newest = (count: number) => Prisma.sql`(
    select * from integration_logs where ${time} order by ts desc, id desc limit ${count}) integration_logs`;
  const readOn = Prisma.sql`integration_logs where ${allOf([time, rest, text])}`;
  return db.transaction(async (tx) => {
    await tx.$executeRaw`select set_config('statement_timeout', ${String(SEARCH_MS)}, true)`;
    if (q.trim().length < SHORTEST_PART) return read(tx, readOn);
    if (isUuid(q.trim())) {
      const byKey = await ofKey(tx, q.trim());
      const found = await read(tx, Prisma.sql`integration_logs where ${allOf([time, rest, byKey])}`);
      if (found.length > 0) return found;
    }
    let rare: Prisma.Sql | null = null;
    for (const tried of TRIES) {
      const found = await read(tx, Prisma.sql`${newest(limit * tried.newest)} where ${allOf([rest, text])}`);
      if (found.length === limit) return found;
      rare ??= await rarestOf(tx, q, newest(SAMPLE));
      const hits = await newestHits(tx, { where: allOf([rare, rest, time]), most: tried.hits, limit });
      if (hits !== null) return hits.length === 0 ? [] : read(tx, theseOf(hits));
    }
    return read(tx, readOn);
  });
}

const hit = z.object({ id: z.string(), ts: z.date() });
type Hit = z.output<typeof hit>;

/** Entries of the run or the document with this key, whichever system gave it. */
async function ofKey(tx: Tx, key: string): Promise<Prisma.Sql> {
  const rows = z.array(z.object({ id: z.string() })).parse(
    await tx.$queryRaw`
      select id::text from outbox where document_key = ${key}::uuid
      union select id::text from outbox where external_key = lower(${key})`,
  );
  const ids = [key, ...rows.map(({ id }) => id)];
  return Prisma.sql`(run_id = any(${ids}::uuid[]) or outbox_id = any(${ids}::uuid[]))`;
}

/** The newest hits, newest first; NULL: there are more than `most`, and which of them are the newest is not known. */
async function newestHits(
  tx: Tx,
  { where, most, limit }: { where: Prisma.Sql; most: number; limit: number },
): Promise<Hit[] | null> {
  const found = z.array(hit.extend({ all: z.number() })).parse(
    await tx.$queryRaw`
      with hits as materialized (select id, ts from integration_logs where ${where} limit ${most + 1})
      select hits.id::text, hits.ts, (select count(*)::int from hits) as all
      from hits order by hits.ts desc, hits.id desc limit ${limit}`,
  );
  return found[0] !== undefined && found[0].all > most ? null : found;
}

/** These entries; by their times as well, so that PostgreSQL looks for them in no other month. */
const theseOf = (hits: Hit[]): Prisma.Sql => Prisma.sql`integration_logs
  where integration_logs.id = any(${hits.map(({ id }) => id)}::bigint[])
    and integration_logs.ts between ${hits.at(-1)!.ts} and ${hits[0]!.ts}`;

/** The text, found by those of its trigrams that the fewest entries of the sample have. */
async function rarestOf(tx: Tx, q: string, sample: Prisma.Sql): Promise<Prisma.Sql> {
  const trigrams = trigramsOf(q);
  if (trigrams.length === 0) return contains(TEXT, q);
  if (trigrams.length <= RAREST) return containsBy(TEXT, q, trigrams);
  const counted = z.array(z.object({ trigram: z.string() })).parse(
    await tx.$queryRaw`
      with sample as materialized (select ${folded(TEXT)} as text from ${sample})
      select trigram from unnest(${trigrams}::text[]) as trigram
      order by (select count(*) from sample where strpos(text, trigram) > 0) limit ${RAREST}`,
  );
  return containsBy(
    TEXT,
    q,
    counted.map(({ trigram }) => trigram),
  );
}

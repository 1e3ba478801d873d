import { z } from '@hono/zod-openapi';
import { type Database, Prisma, type Tx } from '../../shared/db/database.ts';
import { searchJournal } from './journal-search.ts';
import { allOf, isAnyOf } from './search.ts';

export const LEVELS = ['debug', 'info', 'warning', 'error'] as const;
export const SYSTEMS = ['hub', '1c', 'moysklad'] as const;
export const ENTRY_STATUSES = ['ok', 'started', 'retry', 'refused', 'unknown', 'not-now', 'skipped', 'failed'] as const;

const entry = z.object({
  id: z.string(),
  ts: z.date(),
  level: z.string(),
  system: z.string(),
  step: z.string(),
  status: z.string(),
  run_id: z.string().nullable(),
  outbox_id: z.string().nullable(),
  message: z.string(),
  details: z.unknown(),
  payload: z.unknown(),
});
export type EntryRow = z.output<typeof entry>;

export interface JournalFilter {
  /** Inclusive. */
  from?: Date;
  /** Exclusive, so that neighbouring ranges share no entry. */
  to?: Date;
  level?: readonly string[];
  system?: readonly string[];
  status?: readonly string[];
  step?: string;
  runId?: string;
  outboxId?: string;
  /** Part of the message or of the details. */
  q?: string;
}

/** Time and id of the entry before. */
export type JournalPlace = readonly [string, string];

const columns = Prisma.sql`integration_logs.id::text, integration_logs.ts, integration_logs.level, integration_logs.system,
  integration_logs.step, integration_logs.status, run_id, outbox_id, message, details, payload`;

/** Newest first. Entries have one time per transaction, so the id decides between them. */
export async function listJournal(
  db: Database,
  filter: JournalFilter,
  { after, before, limit, bulk = false }: JournalPage,
): Promise<EntryRow[]> {
  const { from, to, level, system, status, step, runId, outboxId, q } = filter;
  const time = [
    from === undefined ? null : Prisma.sql`integration_logs.ts >= ${from}`,
    to === undefined ? null : Prisma.sql`integration_logs.ts < ${to}`,
    // Of a place the time is said by itself as well: only by that PostgreSQL leaves whole months of the table alone.
    after === undefined
      ? null
      : Prisma.sql`integration_logs.ts <= ${after[0]}::timestamptz and (integration_logs.ts, integration_logs.id) < ${placeSql(after)}`,
    before === undefined
      ? null
      : Prisma.sql`integration_logs.ts >= ${before[0]}::timestamptz and (integration_logs.ts, integration_logs.id) > ${placeSql(before)}`,
  ];
  const facets = allOf([
    isAnyOf(Prisma.sql`level`, level),
    isAnyOf(Prisma.sql`system`, system),
    isAnyOf(Prisma.sql`status`, status),
    step === undefined ? null : Prisma.sql`step = ${step}`,
  ]);
  const order = Prisma.sql`order by integration_logs.ts desc, integration_logs.id desc limit ${limit}`;
  const ids = [
    runId === undefined ? null : Prisma.sql`run_id = ${runId}::uuid`,
    outboxId === undefined ? null : Prisma.sql`outbox_id = ${outboxId}::uuid`,
  ];
  if (q !== undefined) {
    return searchJournal(db, q, {
      limit,
      time: allOf(time),
      rest: allOf([facets, ...ids]),
      read: (tx, from) => read(tx, Prisma.sql`select ${columns} from ${from} ${order}`),
    });
  }
  const readPage = async (sql: Prisma.Sql): Promise<EntryRow[]> =>
    bulk ? z.array(entry).parse((await db.bulk.query(sql.text, sql.values)).rows) : read(db.prisma, sql);
  const chosen = [level, system, status, step].some((one) => one !== undefined);
  if (!chosen || runId !== undefined || outboxId !== undefined) {
    const where = allOf([facets, ...time, ...ids]);
    return readPage(Prisma.sql`select ${columns} from integration_logs where ${where} ${order}`);
  }
  // The kinds of entries there are, found by skipping through their index; then the newest of each that is chosen, merged.
  // So that a rare choice, or one that nothing fits, is as quick as a common one.
  const months = monthsOf(from ?? placeTime(before), to ?? placeTime(after));
  return readPage(
    Prisma.sql`
      with recursive kinds as (
        (select system, step, status, level from integration_logs where ${months} order by system, step, status, level limit 1)
        union all
        select next.* from kinds cross join lateral (
          select i.system, i.step, i.status, i.level from (select * from integration_logs where ${months}) i
          where (i.system, i.step, i.status, i.level) > (kinds.system, kinds.step, kinds.status, kinds.level)
          order by i.system, i.step, i.status, i.level limit 1
        ) next
      ), newest as materialized (
        select found.id, found.ts from (select * from kinds where ${facets}) kind cross join lateral (
          select integration_logs.id, integration_logs.ts from integration_logs
          where integration_logs.system = kind.system and integration_logs.step = kind.step
            and integration_logs.status = kind.status and integration_logs.level = kind.level and ${allOf(time)} ${order}
        ) found order by found.ts desc, found.id desc limit ${limit}
      )
      select ${columns} from newest
        join integration_logs on integration_logs.id = newest.id and integration_logs.ts = newest.ts
      where ${months} ${order}`,
  );
}

export interface JournalPage {
  /** Older than this place. */
  after?: JournalPlace;
  /** Newer than this place. */
  before?: JournalPlace;
  limit: number;
  /** One of very many pages. */
  bulk?: boolean;
}

/** One entry, or NULL. */
export async function findEntry({ prisma }: Database, id: string): Promise<EntryRow | null> {
  return (await read(prisma, Prisma.sql`select ${columns} from integration_logs where id = ${id}::bigint`))[0] ?? null;
}

const placeTime = (place: JournalPlace | undefined) => (place === undefined ? undefined : new Date(place[0]));

/**
 * The months that a period lies in, whole: the kinds of entries are skipped through by an index that knows nothing of time, so
 * that a month can be left out as a part of the table, but not a piece of it.
 */
function monthsOf(from: Date | undefined, to: Date | undefined): Prisma.Sql {
  const begin = (at: Date, more: number) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + more));
  return allOf([
    from === undefined ? null : Prisma.sql`integration_logs.ts >= ${begin(from, 0)}`,
    to === undefined ? null : Prisma.sql`integration_logs.ts < ${begin(to, 1)}`,
  ]);
}

const placeSql = ([ts, id]: JournalPlace) => Prisma.sql`(${ts}::timestamptz, ${id}::bigint)`;

const read = async (tx: Tx, sql: Prisma.Sql): Promise<EntryRow[]> => z.array(entry).parse(await tx.$queryRaw(sql));

export const placeOf = (row: EntryRow): JournalPlace => [row.ts.toISOString(), row.id];

import { z } from 'zod';
import { type Database, Prisma, type Tx } from '../../shared/db/database.ts';
import { HISTORY_DAYS } from '../run-scan/limit-memory.ts';

/** Whole runs in one transaction: at most so many, and no more once they have so many lines together. */
const BATCH = { runs: 50, lines: 10_000 };

export interface RunsCount {
  runs: number;
  lines: number;
  documents: number;
}

const found = z.object({ id: z.string(), lines: z.number() });

/**
 * What is older than `days` may go, but nothing that common sense still compares with, and nothing that happened after the
 * last scan read 1C: it has yet to learn from it.
 */
export async function oldestKept({ prisma }: Pick<Database, 'prisma'>, days: number): Promise<Date> {
  const rows = await prisma.$queryRaw`
    select least(
      clock_timestamp() - ${Math.max(days, HISTORY_DAYS + 1)} * interval '1 day',
      (select max(snapshot_started_at) from runs where status = 'completed')
    ) as before`;
  return z.array(z.object({ before: z.date() })).parse(rows)[0]!.before;
}

/** Counts what `deleteOldRuns` would delete. Changes nothing. */
export async function countOldRuns({ prisma }: Pick<Database, 'prisma'>, before: Date): Promise<RunsCount> {
  const gone: string[] = [];
  for (;;) {
    const next = await findOld(prisma, before, { gone });
    if (next.length === 0) break;
    gone.push(...next.map(({ id }) => id));
  }
  return count(prisma, gone);
}

/**
 * Deletes the runs that are over since before `before` and matter no more, each whole with its documents, the oldest
 * first. Tells after each transaction what went with it. Killed, or beside another, it leaves no run in part.
 */
export async function deleteOldRuns(
  db: Database,
  before: Date,
  { deleted, signal }: { deleted(batch: RunsCount): void; signal?: AbortSignal | undefined },
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const batch = await db.transaction((tx) => deleteBatch(tx, before));
    if (batch === null) return;
    deleted(batch);
  }
}

/** NULL: nothing is left to delete. */
async function deleteBatch(tx: Tx, before: Date): Promise<RunsCount | null> {
  const next = await findOld(tx, before, {});
  if (next.length === 0) return null;
  const ids = next.map(({ id }) => id);
  // Who acts on one of these documents at this moment comes first; in a statement of its own, so that what is seen next is as
  // it is after the wait. Whoever comes later finds no document any more.
  await tx.$executeRaw`select 1 from outbox where run_id = any(${ids}::uuid[]) order by id for update`;
  const still = (await findOld(tx, before, { among: ids })).map(({ id }) => id);
  const counted = await count(tx, still);
  await tx.$executeRaw`
    delete from outbox_lines where outbox_id in (select id from outbox where run_id = any(${still}::uuid[]))`;
  await tx.$executeRaw`delete from outbox where run_id = any(${still}::uuid[])`;
  await tx.$executeRaw`delete from run_lines where run_id = any(${still}::uuid[])`;
  await tx.$executeRaw`delete from runs where id = any(${still}::uuid[])`;
  return counted;
}

/**
 * The oldest runs that may go, a batch of them. `gone`: to be taken for deleted. `among`: no others. A run stays
 * - while it is not over, or a document of it is not at rest for good: done, cancelled or superseded (a scan may also have failed);
 * - while the hub asks a person about a document of it;
 * - while goods of it are expected: an open line of a done document, the ledger;
 * - when something of it happened since `before`;
 * - when it is one of the last two of its scope, or the last of it that was no dry run: what later ones are compared with;
 * - when a warehouse's rows, or the schedule's last slot, are known by it;
 * - when goods came with it that make it wrong to make an older document anew, which a person still could.
 */
async function findOld(
  tx: Tx,
  before: Date,
  { gone = [], among }: { gone?: readonly string[]; among?: readonly string[] },
): Promise<z.output<typeof found>[]> {
  const chosen = among === undefined ? Prisma.sql`true` : Prisma.sql`r.id = any(${[...among]}::uuid[])`;
  const rows = z.array(found).parse(
    await tx.$queryRaw`
      with compared as materialized (
        select id from (
          select id, row_number() over (partition by scope order by created_at desc, id desc) as nth,
            row_number() over (partition by scope, dry_run order by created_at desc, id desc) as nth_alike, dry_run
          from runs where status = 'completed'
        ) ranked where nth <= 2 or (nth_alike = 1 and not dry_run)
        union all select run_id from snapshot_counts
        union all (select id from runs where slot is not null order by slot desc limit 1)
      ), given_up as materialized (
        select l.recipient_key, l.item_key, l.characteristic_key, o.run_id, o.created_at
        from outbox_lines l join outbox o on o.id = l.outbox_id
        where l.closed_reason in ('deleted', 'cancelled') and o.status = 'done' and o.run_id <> all(${[...gone]}::uuid[])
      )
      select r.id, (select count(*)::int from run_lines where run_id = r.id) as lines
      from runs r
      where r.created_at < ${before} and r.id <> all(${[...gone]}::uuid[]) and ${chosen}
        and r.id not in (select id from compared)
        and (r.status in ('completed', 'failed')
          or exists (select 1 from outbox o where o.run_id = r.id and o.kind = 'scan' and o.status = 'cancelled'))
        and not exists (
          select 1 from outbox o
          where o.run_id = r.id and (
            (o.status not in ('done', 'cancelled', 'superseded') and not (o.kind = 'scan' and o.status = 'failed'))
            or o.question_code is not null or o.updated_at >= ${before} or o.confirmed_at >= ${before}
          )
        )
        and not exists (
          select 1 from outbox o join outbox_lines l on l.outbox_id = o.id
          where o.run_id = r.id and (l.closed_at >= ${before} or (l.closed_at is null and o.status = 'done'))
        )
        and not exists (
          select 1 from outbox o join outbox_lines l on l.outbox_id = o.id
            join given_up g on g.recipient_key = l.recipient_key and g.item_key = l.item_key
              and g.characteristic_key = l.characteristic_key and g.run_id <> o.run_id and g.created_at < o.created_at
          where o.run_id = r.id and l.closed_reason in ('received', 'shipped')
        )
      order by r.created_at, r.id limit ${BATCH.runs}`,
  );
  return among === undefined ? asManyAsFit(rows) : rows;
}

/** The first is taken whatever its size. */
function asManyAsFit<Row extends { lines: number }>(rows: Row[]): Row[] {
  let lines = 0;
  return rows.filter((row, index) => {
    lines += row.lines;
    return index === 0 || lines <= BATCH.lines;
  });
}

async function count(tx: Tx, runIds: string[]): Promise<RunsCount> {
  const rows = await tx.$queryRaw`
    select (select count(*)::int from run_lines where run_id = any(${runIds}::uuid[])) as lines,
      (select count(*)::int from outbox where run_id = any(${runIds}::uuid[]) and kind <> 'scan') as documents`;
  const [counted] = z.array(z.object({ lines: z.number(), documents: z.number() })).parse(rows);
  return { runs: runIds.length, ...counted! };
}

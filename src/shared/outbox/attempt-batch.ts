import type pg from 'pg';
import { z } from 'zod';
import { Prisma, type Tx } from '../db/database.ts';
import { rowsOf } from '../db/rows.ts';
import { ENTRY_COLUMNS, ENTRY_FIELDS, entryRows, type JournalEntry } from '../journal/journal.ts';
import { type Begun, type BegunRow, begunColumns, begunRow, SUSPECT_CRASHES } from './attempt-store.ts';
import { generationOf } from './ids.ts';
import { linesColumn, sentLines } from './sent-lines.ts';

const begunRows = z.array(begunRow.extend({ lines: sentLines }));
const doneRows = z.array(z.object({ id: z.string() }));
const endedRows = z.array(z.object({ id: z.string(), some_down: z.boolean() }));

export interface JobOfRow {
  outboxId: string;
  jobId: string;
}

/**
 * Begins, in one statement, the attempts of rows that simply wait. Gives an answer for each job, in order; NULL where the row is
 * anything else (begun by another, at rest, suspected, unknown, gone), which `beginAttempt` tells apart. Rows are locked in the
 * order of their ids, so that two processes never wait for each other.
 */
export async function beginWaiting(
  db: Tx | pg.Pool,
  jobs: readonly JobOfRow[],
  { owner, leaseMs }: { owner: string; leaseMs: number },
): Promise<(Begun | null)[]> {
  const asked = new Map(jobs.map((job) => [job.outboxId, job]));
  const wanted = [...asked.values()].map((job) => ({ id: job.outboxId, generation: generationOf(job.jobId) }));
  const rows = begunRows.parse(
    await rowsOf(
      db,
      Prisma.sql`
      with waiting as materialized (
        select locked.id
        from (select * from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as t(id uuid, generation int) order by id) w
        cross join lateral (
          select id from outbox
          where id = w.id and status in ('pending', 'queued') and generation <= w.generation
            and (rested_under is not null or crashes < ${SUSPECT_CRASHES})
          for update
        ) locked
      )
      update outbox set status = 'sending', starts = starts + 1, lease_owner = ${owner},
        lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond',
        crashes = case when rested_under is not null then 0 else crashes end, rested_under = null
      where id = any (array(select id from waiting))
      returning ${begunColumns}, ${linesColumn(Prisma.sql`outbox.id`)}`,
    ),
  );
  const begun = new Map(
    rows.map(({ lines, ...row }) => {
      const plain: Begun = { state: 'begun', row, lines, lookFirst: row.starts > 1, crashedOwner: null };
      return [row.id, plain];
    }),
  );
  return jobs.map((job) => {
    // Of two jobs for one row only one has begun it; the other finds it busy.
    if (asked.get(job.outboxId) !== job) return null;
    return begun.get(job.outboxId) ?? null;
  });
}

/** For each row whether its document is recorded as made. One read, no lock: what is done stays so but for a person's act. */
export async function areDone(db: Tx | pg.Pool, outboxIds: readonly string[]): Promise<boolean[]> {
  const rows = doneRows.parse(
    await rowsOf(
      db,
      Prisma.sql`select id::text from outbox where id = any(${[...outboxIds]}::uuid[]) and status = 'done'`,
    ),
  );
  const done = new Set(rows.map(({ id }) => id));
  return outboxIds.map((id) => done.has(id));
}

/** A document that the other system has confirmed. */
export interface MadeDocument {
  id: string;
  kind: BegunRow['kind'];
  key: string | null;
  number: string | null;
  url: string | null;
  /** NULL where the other system knows no posting. */
  posted: boolean | null;
}

/** A document that is to be recorded, with what the journal says of it. */
export interface Made {
  document: MadeDocument;
  entry: JournalEntry;
}

/** What was recorded. */
export interface Ended {
  /** Ids of the documents that this process still held; of the others nothing was written. */
  kept: Set<string>;
  /** Some system counts as down at this moment: whoever has just heard it should say so. */
  someDown: boolean;
}

/** For each line of an order what it was last found as: the look-up before the order. */
const GOODS = Prisma.sql`,
      goods as (
        update outbox_lines l set goods_key = k.entity_id
        from ended, item_links k
        where ended.kind = 'order' and l.outbox_id = ended.id
          and k.item_key = l.item_key and k.characteristic_key = l.characteristic_key and k.status = 'found'
      )`;

/**
 * Records documents as made, each with its journal entry, in one statement. An order's lines note what each was ordered as, so that
 * its position is known again whatever happens to articles later.
 */
export async function endDone(db: Tx | pg.Pool, owner: string, made: readonly Made[]): Promise<Ended> {
  const documents = Object.fromEntries(made.map(({ document }) => [document.id, document]));
  const entries = JSON.stringify(entryRows(made.map(({ entry }) => entry)));
  const rows = endedRows.parse(
    await rowsOf(
      db,
      Prisma.sql`
      with made as materialized (select ${JSON.stringify(documents)}::jsonb as by_id),
      held as materialized (
        select w.id
        from unnest(${Object.keys(documents).sort()}::uuid[]) as w(id)
        cross join lateral (
          select from outbox where id = w.id and status = 'sending' and lease_owner = ${owner} for update
        ) locked
      ),
      ended as (
        update outbox set status = 'done', confirmed_at = clock_timestamp(), lease_owner = null, lease_until = null,
          external_key = made.by_id -> id::text ->> 'key', external_number = made.by_id -> id::text ->> 'number',
          external_url = made.by_id -> id::text ->> 'url', posted = (made.by_id -> id::text ->> 'posted')::boolean,
          error_code = null, error_message = null, crashes = 0, rested_under = null, maybe_made = false
        from made
        where id = any (array(select id from held))
        returning id, kind
      ),
      journal as (
        insert into integration_logs (${ENTRY_COLUMNS})
        select ${ENTRY_COLUMNS} from jsonb_to_recordset(${entries}::jsonb) as t(${ENTRY_FIELDS})
        where outbox_id in (select id from ended)
      )${made.some(({ document }) => document.kind === 'order') ? GOODS : Prisma.empty}
      select id::text, exists (select 1 from system_states where state = 'down') as some_down from ended`,
    ),
  );
  return { kept: new Set(rows.map(({ id }) => id)), someDown: rows[0]?.some_down ?? false };
}

import { z } from 'zod';
import { Prisma, type Tx } from '../db/database.ts';
import { deliveryOf, generationOf } from './ids.ts';
import { linesColumn, type SentLine, sentLines } from './sent-lines.ts';

export const begunRow = z.object({
  id: z.string(),
  kind: z.enum(['scan', 'transfer', 'order']),
  run_id: z.string(),
  document_key: z.string(),
  generation: z.number(),
  attempts: z.number(),
  starts: z.number(),
  crashes: z.number(),
  maybe_made: z.boolean(),
  sender_key: z.string().nullable(),
  sender_name: z.string().nullable(),
  recipient_key: z.string().nullable(),
  recipient_name: z.string().nullable(),
  traceparent: z.string().nullable(),
});

/** A row that this process holds a lease on, and may work for. */
export type BegunRow = z.output<typeof begunRow>;

/** Its columns, as they are returned. */
export const begunColumns = Prisma.sql`
  outbox.id, kind::text, run_id, document_key, generation, attempts, starts, crashes, maybe_made,
  sender_key, sender_name, recipient_key, recipient_name, traceparent`;

export type Begin = Begun | NotBegun;

/** `crashedOwner`: the process that began before and died without telling an end; NULL where none did. */
export interface Begun {
  state: 'begun';
  row: BegunRow;
  /** What its document is to hold. */
  lines: SentLine[];
  /** An earlier start may have reached the other system. */
  lookFirst: boolean;
  crashedOwner: string | null;
}

const begunAnyhow = z.array(begunRow.extend({ crashed_owner: z.string().nullable(), lines: sentLines }));

export type NotBegun =
  /** Done, cancelled, superseded, held, gone, or put back under a newer generation: this job has nothing to do. */
  | { state: 'nothing-to-do'; status: string }
  /** Brought to rest by this very delivery, which the queue store gave out again because it never heard so. */
  | { state: 'at-rest'; code: string; message: string }
  /** Two processes in a row died on it: it begins only `alone`, so that the next death has one cause. */
  | { state: 'suspect' }
  /** Another process holds the lease; come back after `waitMs`. */
  | { state: 'busy'; waitMs: number };

/** Deaths in a row after which a row begins only alone. */
export const SUSPECT_CRASHES = 2;

export interface AttemptToBegin {
  outboxId: string;
  jobId: string;
  attemptsMade: number;
  owner: string;
  leaseMs: number;
  /** True: the caller sees to it that this process works for no other row meanwhile. */
  alone?: boolean;
}

/**
 * Begins an attempt: takes the lease and counts the start before any work. One statement decides, so two jobs for one
 * row can never both begin. `lookFirst` is true as soon as anything was started before, in this or another process.
 * A row at rest (failed, or unknown with its tries used up) begins only for another delivery than the one that brought
 * it there: a job retried by hand in Bull Board.
 */
export async function beginAttempt(tx: Tx, attempt: AttemptToBegin): Promise<Begin> {
  const { alone = false } = attempt;
  const generation = generationOf(attempt.jobId);
  const delivery = deliveryOf(attempt);
  const rows = begunAnyhow.parse(
    await tx.$queryRaw`
      with before as (
        select id, case when status = 'sending' then lease_owner end as crashed_owner
        from outbox where id = ${attempt.outboxId}::uuid for update
      )
      update outbox o
      set status = 'sending', starts = starts + 1, lease_owner = ${attempt.owner},
          lease_until = clock_timestamp() + ${attempt.leaseMs} * interval '1 millisecond',
          maybe_made = maybe_made or (status = 'sending' and kind <> 'scan'),
          crashes = case when status = 'sending' then crashes + 1 when rested_under is not null then 0 else crashes end,
          rested_under = null
      from before
      where o.id = before.id
        and (
          (status in ('pending', 'queued') and generation <= ${generation})
          or (status = 'unknown' and generation <= ${generation} and rested_under is distinct from ${delivery})
          or (status = 'failed' and rested_under is distinct from ${delivery})
          or (status = 'sending' and lease_until < clock_timestamp() and generation <= ${generation})
        )
        and (${alone} or rested_under is not null or crashes + (status = 'sending')::int < ${SUSPECT_CRASHES})
      returning o.id, kind::text, run_id, document_key, generation, attempts, starts, crashes, maybe_made,
                sender_key, sender_name, recipient_key, recipient_name, traceparent, crashed_owner,
                ${linesColumn(Prisma.sql`o.id`)}`,
  );
  if (rows[0] !== undefined) {
    const { crashed_owner: crashedOwner, lines, ...row } = rows[0];
    return { state: 'begun', row, lines, lookFirst: row.starts > 1, crashedOwner };
  }
  const [now] = z.array(refusal).parse(
    await tx.$queryRaw`
        select status::text, generation, rested_under, error_code, error_message,
               crashes + (status = 'sending')::int as deaths,
               (extract(epoch from lease_until - clock_timestamp()) * 1000)::float8 as wait
        from outbox where id = ${attempt.outboxId}::uuid`,
  );
  if (now === undefined) return { state: 'nothing-to-do', status: 'gone' };
  if (now.rested_under === delivery) {
    return { state: 'at-rest', code: now.error_code ?? 'failed', message: now.error_message ?? 'Документ не создан' };
  }
  const free =
    ['pending', 'queued', 'unknown'].includes(now.status) || (now.status === 'sending' && (now.wait ?? 0) < 0);
  if (!alone && free && now.deaths >= SUSPECT_CRASHES && now.generation <= generation) return { state: 'suspect' };
  // Also a row that another process let go of between the two statements: the job looks again in a moment.
  if (['sending', 'queued', 'unknown'].includes(now.status) && now.generation <= generation) {
    return { state: 'busy', waitMs: Math.max(1_000, Math.min(now.wait ?? 1_000, attempt.leaseMs)) };
  }
  return { state: 'nothing-to-do', status: now.status };
}

const refusal = z.object({
  status: z.string(),
  generation: z.number(),
  rested_under: z.string().nullable(),
  deaths: z.number(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  wait: z.coerce.number().nullable(),
});

/** Keeps the leases while the work goes on; says how many are still held. What comes back for a lost one must not be recorded. */
export async function renewLeases(
  tx: Tx,
  outboxIds: readonly string[],
  owner: string,
  leaseMs: number,
): Promise<number> {
  return tx.$executeRaw`
    update outbox set lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    where id = any(${outboxIds}::uuid[]) and status = 'sending' and lease_owner = ${owner}`;
}

/** How an attempt ended that made no document, as it is written to the row. */
export interface BadEnding {
  status: 'failed' | 'unknown' | 'queued';
  spend: boolean;
  errorCode: string | null;
  errorMessage: string | null;
  /** True: the document may exist, whatever this try came to. */
  maybeMade: boolean;
  /** Set when the row comes to rest: the delivery that brought it there. */
  restedUnder: string | null;
}

/**
 * Ends an attempt without its document and lets the lease go; an end that spent an attempt shows that the row does not kill its
 * process. False when this process no longer holds it: another one has taken over, and will find the document by its key.
 */
export async function endAttempt(tx: Tx, outboxId: string, owner: string, ending: BadEnding): Promise<boolean> {
  const ended = await tx.$executeRaw`
    update outbox set status = ${ending.status}::outbox_status, attempts = attempts + ${ending.spend ? 1 : 0},
      lease_owner = null, lease_until = null, job_seen_at = clock_timestamp(),
      error_code = ${ending.errorCode}, error_message = ${ending.errorMessage},
      crashes = case when ${ending.spend} then 0 else crashes end,
      rested_under = ${ending.restedUnder}, maybe_made = ${ending.maybeMade}
    where id = ${outboxId}::uuid and status = 'sending' and lease_owner = ${owner}`;
  return ended === 1;
}

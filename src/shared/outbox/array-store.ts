import type pg from 'pg';
import { z } from 'zod';
import { Prisma, type Tx } from '../db/database.ts';
import { rowsOf } from '../db/rows.ts';
import { type BegunRow, begunColumns, begunRow } from './attempt-store.ts';
import { generationOf } from './ids.ts';
import { linesColumn, type SentLine, sentLines } from './sent-lines.ts';

export interface Claim {
  /** The row whose job this is. */
  outboxId: string;
  jobId: string;
  owner: string;
  leaseMs: number;
  /** With fewer than `least` nothing is claimed. */
  least: number;
  most: number;
}

/** An order that goes with others. */
export interface ClaimedOrder {
  row: BegunRow;
  lines: SentLine[];
}

const claimed = z.array(begunRow.extend({ lines: sentLines }));

/** An order of one line that nobody has started yet. */
const fresh = (status: 'queued' | 'pending') => Prisma.sql`
  kind = 'order' and status = ${status}::outbox_status and starts = 0 and rested_under is null
  and (select count(*) from outbox_lines l where l.outbox_id = o.id) = 1`;

/**
 * Begins this row and others that wait like it: orders of one line that nobody has started yet, the oldest first (ids follow the
 * time), those that have a job before those that have none yet. One statement decides, so whichever of two jobs comes first takes a
 * row, and the other finds it busy. Nothing is claimed unless this row is among them.
 */
export async function claimOrders(db: pg.Pool, claim: Claim): Promise<ClaimedOrder[]> {
  const { outboxId, owner, leaseMs, least, most } = claim;
  const others = Prisma.sql`id <> ${outboxId}::uuid and exists (select from own)`;
  const rows = claimed.parse(
    await rowsOf(
      db,
      Prisma.sql`
      with own as materialized (
        select id from outbox o
        where id = ${outboxId}::uuid and generation <= ${generationOf(claim.jobId)}
          and (${fresh('queued')} or ${fresh('pending')})
        for update skip locked
      ),
      queued as materialized (
        select id from outbox o where ${fresh('queued')} and ${others}
        order by id limit ${most - 1} for update skip locked
      ),
      pending as materialized (
        select id from outbox o where ${fresh('pending')} and ${others}
        order by id limit greatest(0, ${most - 1} - (select count(*) from queued)) for update skip locked
      ),
      waiting as materialized (select id from own union all select id from queued union all select id from pending)
      update outbox set status = 'sending', starts = starts + 1, lease_owner = ${owner},
        lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      where id = any (array(select id from waiting)) and (select count(*) from waiting) >= ${least}
      returning ${begunColumns}, ${linesColumn(Prisma.sql`outbox.id`)}`,
    ),
  );
  return rows.map(({ lines, ...row }) => ({ row, lines }));
}

/**
 * Lets go of rows whose documents were surely not made, without spending an attempt. `anew`: as if they had never been
 * started, so that they may go together again.
 */
export async function giveBack(
  tx: Tx,
  owner: string,
  outboxIds: readonly string[],
  { anew, code, message }: { anew: boolean; code: string; message: string },
): Promise<void> {
  await tx.$executeRaw`
    update outbox set status = 'queued', starts = starts - ${anew ? 1 : 0}, lease_owner = null, lease_until = null,
      job_seen_at = clock_timestamp(), error_code = ${code}, error_message = ${message}
    where id = any(${outboxIds}::uuid[]) and status = 'sending' and lease_owner = ${owner}`;
}

import { z } from 'zod';
import type { Tx } from '../db/database.ts';
import { type BegunRow, begunColumns, begunRow } from './attempt-store.ts';
import { generationOf } from './ids.ts';

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

/**
 * Begins this row and others that wait like it: orders of one line that nobody has started yet, the oldest first. One
 * statement decides, so whichever of two jobs comes first takes a row, and the other finds it busy. Nothing is claimed
 * unless this row is among them.
 */
export async function claimOrders(tx: Tx, claim: Claim): Promise<BegunRow[]> {
  const { outboxId, owner, leaseMs, least, most } = claim;
  return z.array(begunRow).parse(
    await tx.$queryRaw`
      with waiting as materialized (
        select id from outbox o
        where kind = 'order' and status in ('pending', 'queued') and starts = 0 and rested_under is null
          and (id <> ${outboxId}::uuid or generation <= ${generationOf(claim.jobId)})
          and (select count(*) from outbox_lines l where l.outbox_id = o.id) = 1
        order by id <> ${outboxId}::uuid, created_at, id
        limit ${most}
        for update skip locked
      ),
      enough as (select count(*) >= ${least} and bool_or(id = ${outboxId}::uuid) as yes from waiting)
      update outbox set status = 'sending', starts = starts + 1, lease_owner = ${owner},
        lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      from waiting, enough
      where outbox.id = waiting.id and enough.yes
      returning ${begunColumns}`,
  );
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

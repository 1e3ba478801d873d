import { z } from 'zod';
import type { QueueName } from '../config/config.ts';
import type { Tx } from '../db/database.ts';

/** What the relay needs to enqueue a row. */
const deliverable = z.object({
  id: z.string(),
  kind: z.enum(['scan', 'transfer', 'order']),
  queue: z.string().transform((name) => name as QueueName),
  generation: z.number(),
  /** What the row's delivery goes on from, for tracing; NULL: nobody traced when it was written. */
  traceparent: z.string().nullable(),
});
export type Deliverable = z.output<typeof deliverable>;
const deliverables = z.array(deliverable);

/**
 * Claims up to `limit` pending rows for enqueueing: from here on they count as queued. Safe to call from many relays at once: a
 * row is claimed by exactly one. A relay that dies before it has enqueued them leaves them to the sweep, which finds that they have
 * no job once `leaseMs` has passed. By status, never by id: ids are given before commit, so their order is not the order in which rows
 * become visible.
 */
export async function claimPending(tx: Tx, limit: number, leaseMs: number): Promise<Deliverable[]> {
  const rows = await tx.$queryRaw`
    update outbox set status = 'queued', lease_owner = 'relay',
      lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    where id = any (array(
      select id from outbox
      where status = 'pending'
      order by created_at, id
      limit ${limit}
      for update skip locked
    ))
    returning id, kind::text, queue, generation, traceparent`;
  return deliverables.parse(rows);
}

/** Gives claimed rows back after the queue store refused them. A row that a quick worker has begun meanwhile is left as it is. */
export async function releaseClaims(tx: Tx, ids: string[]): Promise<void> {
  await tx.$executeRaw`
    update outbox set status = 'pending', lease_owner = null, lease_until = null
    where id = any(${ids}::uuid[]) and status = 'queued' and lease_owner = 'relay'`;
}

/**
 * Rows that ought to have a living job and were not looked at for `quietMs`: queued, unknown and not left to a person,
 * or sending with a lease that ran out because its process died.
 */
export async function findSuspects(tx: Tx, limit: number, quietMs: number): Promise<Deliverable[]> {
  const rows = await tx.$queryRaw`
    select id, kind::text, queue, generation, traceparent from outbox
    where (status in ('queued', 'sending') or (status = 'unknown' and rested_under is null))
      and coalesce(job_seen_at, created_at) < clock_timestamp() - ${quietMs} * interval '1 millisecond'
      and (lease_until is null or lease_until < clock_timestamp())
    order by coalesce(job_seen_at, created_at)
    limit ${limit}`;
  return deliverables.parse(rows);
}

/** Notes that the sweep found these rows' jobs alive. */
export async function markJobsSeen(tx: Tx, ids: string[]): Promise<void> {
  await tx.$executeRaw`update outbox set job_seen_at = clock_timestamp() where id = any(${ids}::uuid[])`;
}

/**
 * Gives rows whose job is finished, while the row is not, a new generation, so that the kept job does not swallow the
 * next one. Returns the rows as they are now; one that has moved on meanwhile is left out.
 */
export async function raiseGeneration(tx: Tx, ids: string[]): Promise<Deliverable[]> {
  const rows = await tx.$queryRaw`
    update outbox set generation = generation + 1
    where id = any(${ids}::uuid[]) and (status in ('queued', 'sending') or (status = 'unknown' and rested_under is null))
      and (lease_until is null or lease_until < clock_timestamp())
    returning id, kind::text, queue, generation, traceparent`;
  return deliverables.parse(rows);
}

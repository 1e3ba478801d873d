import { z } from 'zod';
import type { Database } from '../../shared/db/database.ts';

type Db = Pick<Database, 'prisma'>;

/** A process that has told nothing of its workers for so long is gone. */
const SILENT_SECONDS = 45;

const counts = z.object({
  held: z.number(),
  waiting: z.number(),
  unknown: z.number(),
  failed: z.number(),
  asks: z.number(),
  made_today: z.number(),
  failed_today: z.number(),
  oldest_waiting_ms: z.number().nullable(),
});
export type DocumentCounts = z.output<typeof counts>;

/** How documents stand. Days begin at midnight in `timezone`. */
export async function countDocuments({ prisma }: Db, timezone: string): Promise<DocumentCounts> {
  const rows = await prisma.$queryRaw`
    with day as (select date_trunc('day', now() at time zone ${timezone}) at time zone ${timezone} as began)
    select
      (select count(*)::int from outbox where status = 'held' and kind <> 'scan') as held,
      (select count(*)::int from outbox where status in ('pending', 'queued', 'sending') and kind <> 'scan') as waiting,
      (select count(*)::int from outbox where status = 'unknown' and kind <> 'scan') as unknown,
      (select count(*)::int from outbox where status = 'failed' and kind <> 'scan') as failed,
      (select count(*)::int from outbox where question_code is not null and kind <> 'scan') as asks,
      (select count(*)::int from outbox, day where confirmed_at >= day.began and kind <> 'scan') as made_today,
      (select count(*)::int from outbox, day where status = 'failed' and updated_at >= day.began and kind <> 'scan') as failed_today,
      (select (extract(epoch from clock_timestamp() - min(coalesce(released_at, created_at))) * 1000)::float8 from outbox
        where status in ('pending', 'queued', 'sending', 'unknown') and kind <> 'scan') as oldest_waiting_ms`;
  return z.array(counts).min(1).parse(rows)[0]!;
}

/**
 * Lines of the last completed whole run that need goods which no made document brings in full: where a transfer and an order
 * share a line, both have to be made. A document that was deleted since brings nothing. NULL: there was no such run.
 */
export async function countOpenNeeds({ prisma }: Db): Promise<{ runId: string; open: number } | null> {
  const rows = await prisma.$queryRaw`
    with last as (
      select id from runs where status = 'completed' and scope = 'all' and not dry_run order by created_at desc limit 1
    )
    select last.id as "runId", (
      select count(*)::int from run_lines r
      where r.run_id = last.id and r.outcome <> 'covered' and (r.transferred + r.ordered = 0 or r.transferred + r.ordered > (
        select coalesce(sum(coalesce(l.planned_quantity, l.quantity)), 0)
        from outbox_lines l join outbox o on o.id = l.outbox_id
        where l.run_line_id = r.id and o.status = 'done'
          and (l.closed_reason is null or l.closed_reason in ('received', 'shipped'))
      ))
    ) as open from last`;
  return z.array(z.object({ runId: z.string(), open: z.number() })).parse(rows)[0] ?? null;
}

const hour = z.object({
  at: z.date(),
  transfers: z.number(),
  orders: z.number(),
  /** From the promise, or a person's decision, to the confirmation: the middle one and the longest, in ms; NULL where nothing was made. */
  wait_ms: z.number().nullable(),
  longest_ms: z.number().nullable(),
});
export type Hour = z.output<typeof hour>;

/** The last 24 hours, each with what was made in it. */
export async function documentsByHour({ prisma }: Db): Promise<Hour[]> {
  return z.array(hour).parse(
    await prisma.$queryRaw`
      select hours.at, count(o.id) filter (where o.kind = 'transfer')::int as transfers,
        count(o.id) filter (where o.kind = 'order')::int as orders,
        (percentile_cont(0.5) within group (order by extract(epoch from o.confirmed_at - coalesce(o.released_at, o.created_at))) * 1000)::float8 as wait_ms,
        (max(extract(epoch from o.confirmed_at - coalesce(o.released_at, o.created_at))) * 1000)::float8 as longest_ms
      from generate_series(date_trunc('hour', now()) - interval '23 hours', date_trunc('hour', now()), interval '1 hour') as hours(at)
      left join outbox o on o.confirmed_at >= hours.at and o.confirmed_at < hours.at + interval '1 hour' and o.kind <> 'scan'
      group by hours.at order by hours.at`,
  );
}

const latency = z.object({ at: z.date(), system: z.string(), ms: z.number() });
export type Latency = z.output<typeof latency>;

/** The middle duration of a successful attempt by hour and system, as the journal of the last 24 hours tells it. */
export async function attemptsByHour({ prisma }: Db): Promise<Latency[]> {
  return z.array(latency).parse(
    await prisma.$queryRaw`
      select date_trunc('hour', ts) as at, system, percentile_cont(0.5) within group (order by (details->>'ms')::float8)::float8 as ms
      from (
        select ts, system, details from integration_logs
        where system = '1c' and step = 'create-transfer' and status = 'ok' and ts >= now() - interval '24 hours'
          and jsonb_typeof(details->'ms') = 'number'
        union all
        select ts, system, details from integration_logs
        where system = 'moysklad' and step = 'create-order' and status = 'ok' and ts >= now() - interval '24 hours'
          and jsonb_typeof(details->'ms') = 'number'
      ) made group by 1, 2 order by 1`,
  );
}

const worker = z.object({
  owner: z.string(),
  queue: z.string(),
  busy: z.number(),
  concurrency: z.number(),
  last_fetch_at: z.date().nullable(),
  stalled_since: z.date().nullable(),
  started_at: z.date(),
  seen_at: z.date(),
  gone: z.boolean(),
});
export type WorkerRow = z.output<typeof worker>;

/** What the workers last told of themselves; `gone`: nothing for `SILENT_SECONDS`, without having said goodbye. */
export async function listWorkers({ prisma }: Db): Promise<WorkerRow[]> {
  return z.array(worker).parse(
    await prisma.$queryRaw`
      select owner, queue, busy, concurrency, last_fetch_at, stalled_since, started_at, seen_at,
        seen_at < clock_timestamp() - ${SILENT_SECONDS} * interval '1 second' as gone
      from worker_states order by gone, queue, started_at`,
  );
}

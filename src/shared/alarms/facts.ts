import { z } from 'zod';
import type { Database } from '../db/database.ts';

const waiting = z.object({ queue: z.string(), count: z.number(), oldest: z.date() });
const refusal = z.object({ code: z.string(), examples: z.array(z.string()), count: z.number() });
const worker = z.object({ owner: z.string(), queue: z.string(), stalledSince: z.date().nullable() });
const system = z.object({ system: z.string(), since: z.date(), reason: z.string().nullable() });
const failure = z.object({ signature: z.string(), count: z.number() });
/** Messages of single documents that stand for a cause. */
const EXAMPLES = 3;
const times = z.object({ now: z.date(), installed: z.date().nullable(), lastSlot: z.date().nullable() });

/** What alarms are judged by, at the database's time `now`. */
export interface Facts {
  now: Date;
  /** When the first migration was applied. */
  installed: Date | null;
  /** The latest slot of the schedule that has a run. */
  lastSlot: Date | null;
  /** Rows on their way, without those of a system that is down. */
  waiting: z.output<typeof waiting>[];
  /** Rows at rest as failed that no later plan has replaced, by cause. */
  refused: z.output<typeof refusal>[];
  /** Workers that told of themselves within two minutes. */
  workers: z.output<typeof worker>[];
  down: z.output<typeof system>[];
  /** Equal failing answers of МойСклад within the last minute. */
  failures: z.output<typeof failure>[];
}

/**
 * Reads the facts. A row waits since it was written, or since a person let it go or put it back: who approves or retries
 * old documents is not told at once that they are old.
 */
export async function readFacts({ prisma }: Pick<Database, 'prisma'>): Promise<Facts> {
  const [time] = z.array(times).parse(
    await prisma.$queryRaw`
      select clock_timestamp() as now, (select min(finished_at) from _prisma_migrations) as installed,
        (select max(slot) from runs) as "lastSlot"`,
  );
  const rows = {
    waiting: await prisma.$queryRaw`
      select queue, count(*)::int as count, min(coalesce(released_at, created_at)) as oldest from outbox o
      where status in ('pending', 'queued', 'sending', 'unknown')
        and not exists (
          select 1 from system_states s where s.state = 'down'
            and s.system = case o.queue when 'moysklad-order' then 'moysklad' else '1c' end
        )
      group by queue order by queue`,
    refused: await prisma.$queryRaw`
      with messages as (
        select coalesce(error_code, 'unknown') as code, error_message, count(*) as count
        from outbox where status = 'failed' group by 1, 2
      ), ranked as (
        select *, row_number() over (partition by code order by error_message) as place from messages
      )
      select code, sum(count)::int as count,
        coalesce(array_agg(error_message order by place) filter (where place <= ${EXAMPLES} and error_message <> ''), '{}') as examples
      from ranked group by code order by code`,
    workers: await prisma.$queryRaw`
      select owner, queue, stalled_since as "stalledSince" from worker_states
      where seen_at > clock_timestamp() - interval '2 minutes' order by owner, queue`,
    down: await prisma.$queryRaw`
      select system, since, reason from system_states where state = 'down' order by system`,
    failures: await prisma.$queryRaw`
      select signature, count(*)::int as count from api_failures
      where at > clock_timestamp() - interval '1 minute' group by signature order by signature`,
  };
  return {
    ...time!,
    waiting: z.array(waiting).parse(rows.waiting),
    refused: z.array(refusal).parse(rows.refused),
    workers: z.array(worker).parse(rows.workers),
    down: z.array(system).parse(rows.down),
    failures: z.array(failure).parse(rows.failures),
  };
}

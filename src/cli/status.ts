import { z } from 'zod';
import { readConfig } from '../shared/config/config.ts';
import { environment } from '../shared/config/environment.ts';
import type { Database } from '../shared/db/database.ts';
import { describeDiagnosis, diagnoseMigrations } from '../shared/db/migrations.ts';
import { silentLog } from '../shared/log/log.ts';
import { createQueueStore, QUEUE_NAMES, type QueueStore } from '../shared/queue/store.ts';
import { createLifecycle } from '../workers/lifecycle.ts';
import { withoutPassword } from './prepare-database.ts';
import { openConfiguredDatabase } from './services.ts';

const STORE_MS = 5_000;

/** `hub status`: what stands where, without changing anything. Exit code 1 when something needs a person. */
export async function status(): Promise<void> {
  const config = readConfig(environment(), 'database');
  const lifecycle = createLifecycle(silentLog);
  const db = await openConfiguredDatabase(config, lifecycle, silentLog);
  try {
    console.log(`Database    ${withoutPassword(db.url)}${config.database.url === null ? ' (embedded)' : ''}`);
    const problems = describeDiagnosis(await diagnoseMigrations(db.url));
    console.log(`Migrations  ${problems.length === 0 ? 'in order' : problems.join('\n            ')}`);
    if (problems.length > 0) {
      process.exitCode = 1;
      return;
    }
    const store = createQueueStore({
      prefix: config.queues.prefix,
      log: silentLog,
      ...(config.queues.redisUrl === null
        ? { backend: 'postgres' as const, url: db.url }
        : { backend: 'redis' as const, url: config.queues.redisUrl }),
    });
    lifecycle.opened({ name: 'queues', stop: (leftMs) => store.close(leftMs) });
    for (const name of QUEUE_NAMES) {
      const counts = await within(
        STORE_MS,
        store.queue(name).getJobCounts('waiting', 'active', 'delayed', 'failed'),
      ).catch((error: Error) => error.message);
      const told = typeof counts === 'string' ? `does not answer: ${counts}` : tell(counts);
      if (typeof counts === 'string') process.exitCode = 1;
      console.log(`Queue       ${name.padEnd(15)} ${told} (${store.backend})`);
    }
    await tellSchedules(store);
    await tellWorkers(db);
    await tellOutbox(db);
    await tellRuns(db);
  } finally {
    await lifecycle.stop(5_000);
  }
}

/** What stands in the queue store; workers put back what is missing. A store that does not answer has been told above. */
async function tellSchedules(store: QueueStore): Promise<void> {
  const asked = QUEUE_NAMES.map((name) => within(STORE_MS, store.queue(name).getJobSchedulers()).catch(() => null));
  const standing = await Promise.all(asked);
  if (standing.includes(null)) return;
  const schedules = standing.flat();
  if (schedules.length === 0) console.log('Schedule    none: workers put it there when they start');
  for (const one of schedules) {
    if (!one) continue;
    const next = one.next === undefined ? '' : `, next ${new Date(one.next).toISOString()}`;
    console.log(`Schedule    ${one.key.padEnd(19)} ${one.pattern} ${one.tz ?? ''}${next}`);
  }
}

/** Who has told of itself lately; a worker does every few seconds. */
async function tellWorkers(db: Database): Promise<void> {
  const rows = z
    .array(
      z.object({ queue: z.string(), workers: z.number(), busy: z.number(), slots: z.number(), stalled: z.number() }),
    )
    .parse(
      await db.prisma.$queryRaw`
        select queue, count(*)::int as workers, sum(busy)::int as busy, sum(concurrency)::int as slots,
          (count(*) filter (where stalled_since is not null))::int as stalled
        from worker_states where seen_at > clock_timestamp() - interval '45 seconds' group by queue order by queue`,
    );
  if (rows.length === 0) console.log('Workers     none');
  for (const { queue, workers, busy, slots, stalled } of rows) {
    const stuck = stalled > 0 ? `, ${stalled} take nothing although jobs wait` : '';
    console.log(`Workers     ${queue.padEnd(15)} ${workers}, busy with ${busy} of ${slots}${stuck}`);
  }
}

async function tellOutbox(db: Database): Promise<void> {
  const rows = z
    .array(z.object({ kind: z.string(), status: z.string(), rows: z.coerce.number() }))
    .parse(
      await db.prisma
        .$queryRaw`select kind::text, status::text, count(*) as rows from outbox group by 1, 2 order by 1, 2`,
    );
  if (rows.length === 0) console.log('Outbox      empty');
  for (const row of rows) console.log(`Outbox      ${row.kind.padEnd(9)} ${row.status.padEnd(11)} ${row.rows}`);
  const down = await db.prisma.systemState.findMany({ where: { state: 'down' } });
  for (const one of down) {
    const probe = one.nextProbeAt === null ? '' : `, next probe ${one.nextProbeAt.toISOString()}`;
    console.log(`Down        ${one.system} since ${one.since.toISOString()}${probe}: ${one.reason}`);
  }
  const waiting = await db.prisma.outboxRow.count({ where: { status: 'unknown', restedUnder: { not: null } } });
  if (waiting > 0) console.log(`Waits       ${waiting} documents of unknown outcome wait for a person`);
}

async function tellRuns(db: Database): Promise<void> {
  const runs = await db.prisma.run.findMany({ orderBy: { createdAt: 'desc' }, take: 5 });
  for (const run of runs) {
    console.log(
      `Run         ${run.createdAt.toISOString()} ${run.trigger.padEnd(8)} ${run.status.padEnd(9)} ${run.errorMessage ?? tell(run.counts as Record<string, number>)}`,
    );
  }
}

const tell = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms).unref()),
  ]);
}

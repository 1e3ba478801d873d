import { z } from 'zod';
import { readConfig } from '../shared/config/config.ts';
import { environment } from '../shared/config/environment.ts';
import type { Database } from '../shared/db/database.ts';
import { describeDiagnosis, diagnoseMigrations } from '../shared/db/migrations.ts';
import { silentLog } from '../shared/log/log.ts';
import { createQueueStore, QUEUE_NAMES } from '../shared/queue/store.ts';
import { createLifecycle } from '../workers/lifecycle.ts';
import { withoutPassword } from './prepare-database.ts';
import { openConfiguredDatabase } from './services.ts';

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
        5_000,
        store.queue(name).getJobCounts('waiting', 'active', 'delayed', 'failed'),
      ).catch((error: Error) => error.message);
      const told = typeof counts === 'string' ? `does not answer: ${counts}` : tell(counts);
      if (typeof counts === 'string') process.exitCode = 1;
      console.log(`Queue       ${name.padEnd(15)} ${told} (${store.backend})`);
    }
    await tellOutbox(db);
    await tellRuns(db);
  } finally {
    await lifecycle.stop(5_000);
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

import { Redis } from 'ioredis';
import { type Build, buildProject } from '../chaos/build.ts';
import { systemClock } from '../src/shared/clock/clock.ts';
import { type Database, openDatabase } from '../src/shared/db/database.ts';
import { newId } from '../src/shared/outbox/ids.ts';
import { requestRun } from '../src/shared/outbox/request-run.ts';
import { memoryOf, startCompiled } from './compiled-hub.ts';
import { settingsIn, shopsTable } from './shops.ts';
import { backendsOf, openStage, rounded, type Stage, timed } from './stage.ts';

const DOCUMENTS = 200;
/** So long after its start a process counts as idle; its first sweeps and look-ups are over then. */
const SETTLE_MS = 3_000;
const PAGES = ['/console', '/console/runs', '/console/documents', '/console/journal', '/api/v1/outbox', '/metrics'];
const READERS = 10;
const AT_REST = ['done', 'failed', 'cancelled', 'superseded'] as const;
const SCANS = [
  [5, 200],
  [5, 2_000],
  [10, 5_000],
] as const;

/** What a process of each kind holds open and keeps in memory, idle and at work; and what a scan's size does to both. */
export async function run(): Promise<void> {
  const build = await buildProject();
  const stage = await openStage();
  const db = openDatabase({ url: stage.databaseUrl, applicationName: 'bench' });
  try {
    for (const backend of backendsOf(stage)) {
      const processes: object[] = [];
      for (const kind of KINDS) processes.push(await measureProcess({ build, stage, db, backend }, kind));
      console.table(processes);
    }
    console.table(await rowSizes(db));
    const scans: object[] = [];
    for (const [shops, items] of SCANS) scans.push(await measureScan({ build, stage, db }, shops, items));
    console.table(scans);
  } finally {
    await db.close();
    await stage.close();
    await build.remove();
  }
}

interface Kind {
  name: string;
  args: string[];
  queues?: string;
}

const KINDS: Kind[] = [
  { name: 'api', args: ['--only', 'api'] },
  { name: 'worker, all queues', args: ['--only', 'worker'] },
  { name: 'worker, onec-transfer', args: ['--only', 'worker'], queues: 'onec-transfer' },
  { name: 'api and workers', args: [] },
];

interface Scene {
  build: Build;
  stage: Stage;
  db: Database;
  backend: 'redis' | 'postgres';
}

async function measureProcess({ build, stage, db, backend }: Scene, kind: Kind): Promise<object> {
  const sandbox = await startSandbox(stage, 1, DOCUMENTS);
  const settings = {
    ...sandbox.settings,
    ...{ DATABASE_URL: stage.databaseUrl, QUEUE_PREFIX: `bench-${newId()}`, PORT: '0' },
    ...(backend === 'redis' ? { REDIS_URL: stage.redisUrl! } : {}),
  };
  if (kind.queues !== undefined) await planOnly(build, db, settings);
  const hub = startCompiled(build, kind.args, { ...settings, ...(kind.queues ? { WORKER_QUEUES: kind.queues } : {}) });
  const count = async () => ({
    database: await databaseConnections(db),
    redis: await redisConnections(stage, backend),
  });
  try {
    await hub.printed('process.started');
    await systemClock.sleep(SETTLE_MS);
    const idle = { ...(await count()), memory: await memoryOf(hub.child, 'VmRSS') };
    const most = { database: 0, redis: 0 };
    let working = true;
    const watching = (async () => {
      while (working) {
        const now = await count();
        most.database = Math.max(most.database, now.database);
        most.redis = Math.max(most.redis, now.redis);
        await systemClock.sleep(50);
      }
    })();
    if (kind.name === 'api') await readPages(await hub.printed('api.listening'));
    else await workOff(db, kind);
    working = false;
    await watching;
    return {
      store: backend,
      process: kind.name,
      'database connections, idle': idle.database,
      'at work': most.database,
      'Redis connections': Math.max(idle.redis, most.redis),
      'RSS idle, MiB': idle.memory,
      'RSS most, MiB': await memoryOf(hub.child, 'VmHWM'),
    };
  } finally {
    await hub.stop();
    await sandbox.stop();
    await db.prisma
      .$executeRaw`update outbox set status = 'cancelled' where status in ('pending', 'queued', 'sending')`;
  }
}

/** A run's plan, made by a process that then goes: its documents wait for the process that is measured. */
async function planOnly(build: Build, db: Database, settings: Record<string, string>): Promise<void> {
  const planner = startCompiled(build, ['--only', 'worker'], { ...settings, WORKER_QUEUES: 'scan,maintenance' });
  await planner.printed('process.started');
  const { runId } = await requestRun(db, { trigger: 'cli', requestedBy: null, warehouse: null, dryRun: false });
  while ((await db.prisma.outboxRow.count({ where: { runId, kind: 'transfer' } })) < DOCUMENTS)
    await systemClock.sleep(50);
  await planner.stop();
}

/** Resolves when every document of the plan that waits, or of a new one, is made. */
async function workOff(db: Database, { queues }: Kind): Promise<void> {
  if (queues === undefined) await requestRun(db, { trigger: 'cli', requestedBy: null, warehouse: null, dryRun: false });
  const made = await db.prisma.outboxRow.count({ where: { kind: 'transfer' } });
  const wanted = queues === undefined ? made + DOCUMENTS : made;
  while ((await db.prisma.outboxRow.count({ where: { kind: 'transfer', status: { in: [...AT_REST] } } })) < wanted)
    await systemClock.sleep(100);
}

async function readPages(event: Record<string, unknown>): Promise<void> {
  const endMs = performance.now() + SETTLE_MS;
  await Promise.all(
    Array.from({ length: READERS }, async (_, reader) => {
      for (let page = reader; performance.now() < endMs; page += 1) {
        await (await fetch(`${String(event.url)}${PAGES[page % PAGES.length]}`)).text();
      }
    }),
  );
}

async function measureScan(
  { build, stage, db }: Omit<Scene, 'backend'>,
  shops: number,
  items: number,
): Promise<object> {
  const sandbox = await startSandbox(stage, shops, items);
  const settings = { ...sandbox.settings, DATABASE_URL: stage.databaseUrl, QUEUE_PREFIX: `bench-${newId()}` };
  const hub = startCompiled(build, ['--only', 'worker'], { ...settings, WORKER_QUEUES: 'scan' });
  try {
    await hub.printed('process.started');
    const seconds = await timed(async () => {
      const { runId } = await requestRun(db, { trigger: 'cli', requestedBy: null, warehouse: null, dryRun: true });
      for (;;) {
        const run = await db.prisma.run.findUniqueOrThrow({ where: { id: runId } });
        if (run.status === 'failed') throw new Error(run.errorMessage ?? 'the run failed');
        if (run.status === 'completed') return;
        await systemClock.sleep(100);
      }
    });
    return {
      warehouses: shops + 1,
      items: shops * items,
      needs: shops * items,
      'scan, s': rounded(seconds, 1),
      'RSS most, MiB': await memoryOf(hub.child, 'VmHWM'),
    };
  } finally {
    await hub.stop();
    await sandbox.stop();
  }
}

/** Bytes of a row with its share of the indexes, and how many rows a document has in each table. */
async function rowSizes(db: Database): Promise<object[]> {
  const documents = await db.prisma.outboxRow.count();
  const tables = ['runs', 'run_lines', 'outbox', 'outbox_lines', 'integration_logs', 'item_links'];
  await db.pool.query(`vacuum analyze ${tables.join(', ')}`);
  return Promise.all(
    tables.map(async (table) => {
      const { rows } = await db.pool.query<{ rows: string; bytes: string }>(
        `select (select count(*) from ${table}) as rows,
          greatest(pg_total_relation_size('${table}'), (select sum(pg_total_relation_size(relid)) from pg_partition_tree('${table}'))) as bytes`,
      );
      const [one] = rows;
      const count = Number(one!.rows);
      return {
        table,
        rows: count,
        'for each document': rounded(count / documents),
        'bytes for each row': Math.round(Number(one!.bytes) / Math.max(count, 1)),
      };
    }),
  );
}

async function startSandbox(stage: Stage, shops: number, items: number) {
  const data = await stage.file(`goods-${shops}-${items}.csv`, shopsTable(shops, items));
  const sandbox = await stage.start(['sandbox/main.ts', '--port', '0', '--data', data], {}, 'MOYSKLAD_WEIGHT');
  return { settings: settingsIn(sandbox.output()), stop: () => sandbox.stop() };
}

async function databaseConnections(db: Database): Promise<number> {
  const { rows } = await db.pool.query<{ n: string }>(
    `select count(*) as n from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and application_name <> 'bench'`,
  );
  return Number(rows[0]!.n);
}

async function redisConnections({ redisUrl }: Stage, backend: Scene['backend']): Promise<number> {
  if (backend === 'postgres') return 0;
  const client = new Redis(redisUrl!);
  const list = (await client.client('LIST')) as string;
  client.disconnect();
  return list.trim().split('\n').length - 1;
}

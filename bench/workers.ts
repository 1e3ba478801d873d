import got from 'got';
import { systemClock } from '../src/shared/clock/clock.ts';
import { openDatabase } from '../src/shared/db/database.ts';
import { newId } from '../src/shared/outbox/ids.ts';
import { requestRun } from '../src/shared/outbox/request-run.ts';
import { settingsIn, shopsTable } from './shops.ts';
import { backendsOf, openStage, rounded, type Stage, timed } from './stage.ts';

const DOCUMENTS = 240;
const LATENCY_MS = 100;

/** Documents per second with one, two and four worker processes, where each request to 1C takes 100 ms more. */
export async function run(): Promise<void> {
  const table: Record<string, string | number>[] = [];
  const stage = await openStage();
  try {
    for (const backend of backendsOf(stage)) {
      let alone = 0;
      for (const workers of [1, 2, 4]) {
        const speed = DOCUMENTS / (await measure(stage, backend, workers));
        if (workers === 1) alone = speed;
        table.push({
          store: backend,
          workers,
          'documents, /s': rounded(speed, 1),
          'times one worker': rounded(speed / alone),
        });
      }
    }
  } finally {
    await stage.close();
  }
  console.table(table);
}

async function measure(stage: Stage, backend: 'redis' | 'postgres', workers: number): Promise<number> {
  const data = await stage.file('goods.csv', shopsTable(1, DOCUMENTS));
  const sandbox = await stage.start(['sandbox/main.ts', '--port', '0', '--data', data], {}, 'MOYSKLAD_WEIGHT');
  const settings = settingsIn(sandbox.output());
  const control = `${new URL(settings.API_1C_URL!).origin}/control`;
  const db = openDatabase({ url: stage.databaseUrl });
  const prefix = `bench-${newId()}`;
  const start = (queues: string) =>
    stage.start(
      ['src/cli/hub.ts', 'start', '--only', 'worker'],
      {
        ...settings,
        ...{ DATABASE_URL: stage.databaseUrl, LOG_LEVEL: 'info', LOG_FORMAT: 'json', SCAN_SCHEDULE: '0 4 29 2 *' },
        ...(backend === 'redis' ? { REDIS_URL: stage.redisUrl! } : {}),
        ...{ QUEUE_PREFIX: prefix, WORKER_QUEUES: queues },
      },
      '"event":"process.started"',
    );
  try {
    const scanner = await start('scan,maintenance');
    const { runId } = await requestRun(db, { trigger: 'cli', requestedBy: null, warehouse: null, dryRun: false });
    while ((await db.prisma.outboxRow.count({ where: { runId, kind: 'transfer' } })) < DOCUMENTS)
      await systemClock.sleep(50);
    await scanner.stop();
    await got.post(`${control}/faults`, { json: { system: '1c', kind: 'latency', ms: LATENCY_MS } });
    const running = await Promise.all(Array.from({ length: workers }, () => start('onec-transfer')));
    const before = await db.prisma.outboxRow.count({ where: { runId, kind: 'transfer', status: 'done' } });
    const seconds = await timed(async () => {
      while ((await db.prisma.outboxRow.count({ where: { runId, kind: 'transfer', status: 'done' } })) < DOCUMENTS)
        await systemClock.sleep(100);
    });
    await Promise.all(running.map((one) => one.stop()));
    return (seconds * DOCUMENTS) / (DOCUMENTS - before);
  } finally {
    await db.close();
    await sandbox.stop();
  }
}

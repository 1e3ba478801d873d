import got from 'got';
import { systemClock } from '../src/shared/clock/clock.ts';
import { openDatabase } from '../src/shared/db/database.ts';
import { settingsIn, shopName, shopsTable } from './shops.ts';
import { backendsOf, openStage, rounded, type Stage } from './stage.ts';

const TIMES = 40;
/** What the poll of the Python service's outbox alone added: half of its 30 s at p50, nearly all at p95. */
const SEED_POLL_MS = { p50: 15_000, p95: 28_500 };

/** From the request over HTTP to the first document that 1C has confirmed: scan, plan, outbox, relay, job, 1C. */
export async function run(): Promise<void> {
  const table: Record<string, string | number>[] = [
    { store: 'a 30 s poll alone, by arithmetic', 'p50, ms': SEED_POLL_MS.p50, 'p95, ms': SEED_POLL_MS.p95 },
  ];
  const stage = await openStage();
  try {
    for (const backend of backendsOf(stage)) {
      const sorted = (await measure(stage, backend)).toSorted((a, b) => a - b);
      const at = (share: number) => rounded(sorted[Math.ceil(sorted.length * share) - 1]!, 0);
      table.push({
        store: backend,
        'p50, ms': at(0.5),
        'p95, ms': at(0.95),
        'poll / p50': rounded(15_000 / at(0.5), 0),
      });
    }
  } finally {
    await stage.close();
  }
  console.table(table);
}

async function measure(stage: Stage, backend: 'redis' | 'postgres'): Promise<number[]> {
  const data = await stage.file('goods.csv', shopsTable(TIMES, 1));
  const sandbox = await stage.start(['sandbox/main.ts', '--port', '0', '--data', data], {}, 'MOYSKLAD_WEIGHT');
  const hub = await stage.start(
    ['src/cli/hub.ts', 'start'],
    {
      ...settingsIn(sandbox.output()),
      ...{ DATABASE_URL: stage.databaseUrl, LOG_LEVEL: 'info', LOG_FORMAT: 'json', SCAN_SCHEDULE: '0 4 29 2 *' },
      ...(backend === 'redis' ? { REDIS_URL: stage.redisUrl! } : {}),
      ...{ QUEUE_PREFIX: `bench-${backend}`, PORT: '0' },
    },
    '"event":"process.started"',
  );
  const [, url] = /"event":"api\.listening".*?"url":"([^"]+)"/.exec(hub.output()) ?? [];
  if (url === undefined) throw new Error(`The API did not tell its address: ${hub.output()}`);
  const db = openDatabase({ url: stage.databaseUrl });
  const times: number[] = [];
  try {
    for (let shop = 1; shop <= TIMES; shop += 1) {
      const startedMs = performance.now();
      const { run_id: runId } = await got
        .post(`${url}/api/v1/trigger/internal-replenishment`, { json: { warehouse_id: shopName(shop) } })
        .json<{ run_id: string }>();
      while ((await db.prisma.outboxRow.count({ where: { runId, kind: 'transfer', status: 'done' } })) === 0) {
        if (performance.now() - startedMs > 60_000) throw new Error(`No document of run ${runId} within a minute`);
        await systemClock.sleep(5);
      }
      times.push(performance.now() - startedMs);
    }
  } finally {
    await db.close();
    await hub.stop();
    await sandbox.stop();
  }
  return times;
}

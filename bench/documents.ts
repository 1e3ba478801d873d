import got from 'got';
import { systemClock } from '../src/shared/clock/clock.ts';
import { readConfig } from '../src/shared/config/config.ts';
import { type Database, openDatabase } from '../src/shared/db/database.ts';
import { silentLog } from '../src/shared/log/log.ts';
import type { MoySklad } from '../src/shared/moysklad/port.ts';
import type { OneC } from '../src/shared/onec/port.ts';
import { documentKey, newId } from '../src/shared/outbox/ids.ts';
import { requestRun } from '../src/shared/outbox/request-run.ts';
import { createQueueStore, type QueueStore } from '../src/shared/queue/store.ts';
import { createFleet } from '../src/workers/fleet.ts';
import { settingsIn, shopsTable } from './shops.ts';
import { backendsOf, openStage, rounded, type Stage, timed } from './stage.ts';

const DOCUMENTS = 3_000;
const OVER_HTTP = 600;
const CONCURRENCY = 20;

/**
 * Documents per second through relay, job, lease, state and journal with a 1C that answers at once inside the process, beside
 * BullMQ's own jobs that do nothing, in the same store with the same concurrency; and with the sandbox over HTTP.
 */
export async function run(): Promise<void> {
  const table: Record<string, string | number>[] = [];
  const stage = await openStage();
  try {
    for (const backend of backendsOf(stage)) {
      const raw = DOCUMENTS / (await bareJobs(stage, backend));
      const own = DOCUMENTS / (await documents(stage, backend));
      const overHttp = OVER_HTTP / (await withSandbox(stage, backend));
      table.push({
        store: backend,
        'BullMQ no-op jobs, /s': Math.round(raw),
        'documents, /s': Math.round(own),
        'documents / jobs': rounded(own / raw),
        'documents with the sandbox over HTTP, /s': Math.round(overHttp),
      });
    }
  } finally {
    await stage.close();
  }
  console.table(table);
}

type Backend = 'redis' | 'postgres';
const urlOf = (stage: Stage, backend: Backend) => (backend === 'redis' ? stage.redisUrl! : stage.databaseUrl);

async function withStore<T>(stage: Stage, backend: Backend, use: (store: QueueStore) => Promise<T>): Promise<T> {
  const store = createQueueStore({ backend, url: urlOf(stage, backend), prefix: `bench-${newId()}`, log: silentLog });
  try {
    return await use(store);
  } finally {
    await store.close(2_000);
  }
}

function bareJobs(stage: Stage, backend: Backend): Promise<number> {
  return withStore(stage, backend, async (store) => {
    const jobs = Array.from({ length: DOCUMENTS }, (_, at) => ({ name: 'nothing', data: { at } }));
    await store.queue('maintenance').addBulk(jobs);
    return timed(
      () =>
        new Promise<void>((resolve) => {
          let left = DOCUMENTS;
          const worker = store.worker('maintenance', async () => undefined, { concurrency: CONCURRENCY });
          worker.on('completed', () => {
            left -= 1;
            if (left === 0) resolve();
          });
        }),
    );
  });
}

async function documents(stage: Stage, backend: Backend): Promise<number> {
  const db = openDatabase({ url: stage.databaseUrl });
  try {
    return await withStore(stage, backend, async (store) => {
      const runId = await promiseTransfers(db, DOCUMENTS);
      const fleet = createFleet({
        ...{ db, store, clock: systemClock, log: silentLog, owner: `bench-${newId()}`, schedule: false },
        config: readConfig({ ...UNUSED, WORKER_QUEUES: 'onec-transfer', WORKER_CONCURRENCY: `${CONCURRENCY}` }),
        onec: atOnce as OneC,
        moysklad: {} as MoySklad,
      });
      const seconds = await timed(async () => {
        fleet.start();
        await allDone(db, runId, DOCUMENTS);
      });
      await fleet.stop(10_000);
      return seconds;
    });
  } finally {
    await db.close();
  }
}

/** Settings that a configuration must have although nobody is asked here. */
const UNUSED = {
  NODE_ENV: 'test',
  API_1C_URL: 'http://127.0.0.1:9/odata/standard.odata',
  API_1C_USER: 'bench',
  API_1C_PASSWORD: 'bench',
  MOYSKLAD_TOKEN: 'bench',
  MOYSKLAD_ORGANIZATION: 'bench',
  MOYSKLAD_AGENT: 'bench',
};

let number = 0;
const atOnce: Pick<OneC, 'makeTransfer'> = {
  async makeTransfer({ key }) {
    number += 1;
    return { key, number: `B-${number}`, url: null, posted: true, found: false };
  },
};

/** The rows that a scan would have written: one transfer of one line for each document. */
async function promiseTransfers(db: Database, count: number): Promise<string> {
  const runId = newId();
  const place = { recipientKey: newId(), recipientName: 'Магазин', characteristicKey: newId() };
  await db.prisma.run.create({ data: { id: runId, trigger: 'cli', status: 'completed' } });
  const all = Array.from({ length: count }, (_, at) => ({ line: newId(), row: newId(), itemKey: newId(), at }));
  const item = ({ itemKey, at }: (typeof all)[number]) => ({ itemKey, itemName: `Товар ${at}`, article: `A-${at}` });
  await db.prisma.runLine.createMany({
    data: all.map((one) => ({
      ...{ id: one.line, runId, ...place, ...item(one), unit: 'шт', minimum: 5, maximum: 10, free: 0 },
      ...{
        onOrder: 0,
        hubExpected: 0,
        projected: 0,
        need: 10,
        transferred: 10,
        ordered: 0,
        outcome: 'transfer',
        why: {},
      },
    })),
  });
  const { characteristicKey, recipientKey, recipientName } = place;
  const senderKey = newId();
  await db.transaction(async (tx) => {
    await tx.outboxRow.createMany({
      data: all.map(({ row }) => ({
        ...{ id: row, kind: 'transfer' as const, runId, documentKey: documentKey(row, 1), queue: 'onec-transfer' },
        ...{ recipientKey, recipientName, senderKey, senderName: 'Склад' },
      })),
    });
    await tx.outboxLine.createMany({
      data: all.map((one) => ({
        ...{ id: newId(), outboxId: one.row, runLineId: one.line, lineNumber: 1, recipientKey, characteristicKey },
        ...{ ...item(one), code: '', senderKey, quantity: 10 },
      })),
    });
  });
  return runId;
}

async function withSandbox(stage: Stage, backend: Backend): Promise<number> {
  const data = await stage.file('goods.csv', shopsTable(1, OVER_HTTP));
  const sandbox = await stage.start(['sandbox/main.ts', '--port', '0', '--data', data], {}, 'MOYSKLAD_WEIGHT');
  const settings = settingsIn(sandbox.output());
  const db = openDatabase({ url: stage.databaseUrl });
  try {
    const worker = await stage.start(
      ['src/cli/hub.ts', 'start', '--only', 'worker'],
      {
        ...settings,
        ...{ DATABASE_URL: stage.databaseUrl, LOG_LEVEL: 'info', LOG_FORMAT: 'json', SCAN_SCHEDULE: '0 4 29 2 *' },
        ...(backend === 'redis' ? { REDIS_URL: stage.redisUrl! } : {}),
        ...{ QUEUE_PREFIX: `bench-${newId()}`, WORKER_CONCURRENCY: `${CONCURRENCY}`, API_1C_CONCURRENCY: '8' },
      },
      '"event":"process.started"',
    );
    const request = { trigger: 'cli', requestedBy: null, warehouse: null, dryRun: false } as const;
    const { runId } = await requestRun(db, request);
    for (;;) {
      const { status, errorMessage } = await db.prisma.run.findUniqueOrThrow({ where: { id: runId } });
      if (status === 'completed') break;
      if (status === 'failed') throw new Error(`The scan failed: ${errorMessage}`);
      await systemClock.sleep(20);
    }
    const seconds = await timed(() => allDone(db, runId, OVER_HTTP));
    const made = await got(
      `${settings.API_1C_URL!.replace('/ut11/odata/standard.odata', '')}/control/1c/transfers`,
    ).json<unknown[]>();
    if (made.length < OVER_HTTP) throw new Error(`1C holds ${made.length} transfer orders of ${OVER_HTTP}`);
    await worker.stop();
    return seconds;
  } finally {
    await db.close();
    await sandbox.stop();
  }
}

/** Looks often enough for the result and seldom enough to be no load. */
async function allDone(db: Database, runId: string, count: number): Promise<void> {
  for (;;) {
    const rows = await db.prisma.outboxRow.groupBy({
      by: ['status'],
      where: { runId, kind: 'transfer' },
      _count: true,
    });
    const of = (status: string) => rows.find((row) => row.status === status)?._count ?? 0;
    if (of('done') === count) return;
    if (of('failed') + of('unknown') > 0) throw new Error(`Not made: ${JSON.stringify(rows)}`);
    await systemClock.sleep(100);
  }
}

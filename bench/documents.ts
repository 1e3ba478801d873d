import got from 'got';
import { systemClock } from '../src/shared/clock/clock.ts';
import { readConfig } from '../src/shared/config/config.ts';
import { type Database, openDatabase, Prisma } from '../src/shared/db/database.ts';
import type { OutboxStatus } from '../src/shared/db/generated/enums.ts';
import { silentLog } from '../src/shared/log/log.ts';
import type { MoySklad } from '../src/shared/moysklad/port.ts';
import type { OneC } from '../src/shared/onec/port.ts';
import { documentKey, newId } from '../src/shared/outbox/ids.ts';
import { requestRun } from '../src/shared/outbox/request-run.ts';
import { createQueueStore, type QueueStore } from '../src/shared/queue/store.ts';
import { createFleet } from '../src/workers/fleet.ts';
import { settingsIn, shopsTable } from './shops.ts';
import { backendsOf, openStage, rounded, type Stage, timed } from './stage.ts';
import { UNUSED } from './unused-settings.ts';

const DOCUMENTS = { redis: 10_000, postgres: 2_000 };
/** Before that, so that what is measured is not how fast Node compiles. */
const WARM_UP = { redis: 2_000, postgres: 500 };
const OVER_HTTP = 600;
const CONCURRENCY = 300;
/** Times that each is measured, in turn; the median counts. */
const TIMES = 3;
/** Jobs handed over together, as the relay does. */
const BATCH = 500;

/**
 * Transfers per second through relay, job, lease, state and journal with a 1C that answers at once inside the process, beside
 * BullMQ's own jobs that do nothing: handed over and worked by one process too, in the same store with the same concurrency. Told beside
 * it: jobs that already stand in the store when the clock starts, documents of which half are orders, and transfers with the sandbox over HTTP.
 */
export async function run(): Promise<void> {
  const table: Record<string, string | number>[] = [];
  const stage = await openStage();
  try {
    for (const backend of backendsOf(stage)) {
      await bareJobs(stage, backend, WARM_UP[backend]);
      const rounds: { handedOver: number; standing: number; own: number }[] = [];
      for (let time = 0; time < TIMES; time += 1) {
        const bare = await bareJobs(stage, backend, DOCUMENTS[backend]);
        rounds.push({ ...bare, own: await documents(stage, backend, 'transfers') });
      }
      const handedOver = median(rounds.map((one) => one.handedOver));
      const standing = median(rounds.map((one) => one.standing));
      const own = median(rounds.map((one) => one.own));
      const mixed = await documents(stage, backend, 'half-orders');
      const overHttp = OVER_HTTP / (await withSandbox(stage, backend));
      table.push({
        store: backend,
        'BullMQ, no-op jobs handed over and worked, /s': Math.round(handedOver),
        'transfers, /s': Math.round(own),
        'transfers / jobs': rounded(own / handedOver),
        'no-op jobs that stood ready, /s': Math.round(standing),
        'transfers / those': rounded(own / standing),
        'half of them orders, /s': Math.round(mixed),
        'transfers with the sandbox over HTTP, /s': Math.round(overHttp),
      });
    }
  } finally {
    await stage.close();
  }
  console.table(table);
}

const median = (figures: number[]) => figures.sort((a, b) => a - b)[Math.floor(figures.length / 2)]!;

type Backend = 'redis' | 'postgres';
/** Orders go in arrays, as many as wait. */
type Mixture = 'transfers' | 'half-orders';
const urlOf = (stage: Stage, backend: Backend) => (backend === 'redis' ? stage.redisUrl! : stage.databaseUrl);

async function withStore<T>(stage: Stage, backend: Backend, use: (store: QueueStore) => Promise<T>): Promise<T> {
  const store = createQueueStore({ backend, url: urlOf(stage, backend), prefix: `bench-${newId()}`, log: silentLog });
  try {
    return await use(store);
  } finally {
    await store.close(2_000);
  }
}

/** Jobs that do nothing, per second: handed over while workers work, and all in the store beforehand. */
function bareJobs(stage: Stage, backend: Backend, count: number): Promise<{ handedOver: number; standing: number }> {
  return withStore(stage, backend, async (store) => {
    const addAll = async () => {
      for (let at = 0; at < count; at += BATCH) {
        const jobs = Array.from({ length: Math.min(BATCH, count - at) }, () => {
          const id = newId();
          return { name: 'nothing', data: { id }, opts: { jobId: `${id}-1` } };
        });
        await store.queue('maintenance').addBulk(jobs);
      }
    };
    /** Resolves when `count` jobs were worked. */
    const work = () => {
      let left = count;
      const worker = store.worker('maintenance', async () => undefined, { concurrency: CONCURRENCY });
      const done = new Promise<void>((resolve) => {
        worker.on('completed', () => {
          left -= 1;
          if (left === 0) resolve();
        });
      });
      return { worker, done };
    };
    const { worker, done } = work();
    const seconds = await timed(async () => {
      await addAll();
      await done;
    });
    // Before the next jobs are there: what it took while it closes nobody would count.
    await worker.close();
    await addAll();
    const standing = await timed(() => work().done);
    return { handedOver: count / seconds, standing: count / standing };
  });
}

/** Documents per second, from rows that wait in the outbox to the last one recorded as done. */
async function documents(stage: Stage, backend: Backend, what: Mixture): Promise<number> {
  const db = openDatabase({ url: stage.databaseUrl });
  try {
    return await withStore(stage, backend, async (store) => {
      const fleet = createFleet({
        ...{ db, store, clock: systemClock, log: silentLog, owner: `bench-${newId()}`, schedule: false },
        config: readConfig({
          ...UNUSED,
          WORKER_QUEUES: 'onec-transfer,moysklad-order',
          WORKER_CONCURRENCY: `${CONCURRENCY}`,
        }),
        onec: onecAtOnce as OneC,
        moysklad: moyskladAtOnce as MoySklad,
      });
      fleet.start();
      const warm = await promiseDocuments(db, WARM_UP[backend], what);
      await allDone(db, warm, WARM_UP[backend]);
      const already = made;
      // The relay begins at the commit that ends this line.
      const runId = await promiseDocuments(db, DOCUMENTS[backend], what);
      const seconds = await timed(async () => {
        // Counted here, so that looking is no load on the database.
        while (made - already < DOCUMENTS[backend]) await systemClock.sleep(20);
        await allDone(db, runId, DOCUMENTS[backend]);
      });
      await fleet.stop(10_000);
      return DOCUMENTS[backend] / seconds;
    });
  } finally {
    await db.close();
  }
}

/** Documents that were made inside this process. */
let made = 0;
const makeOne = ({ key }: { key: string }) => {
  made += 1;
  return { key, number: `B-${made}`, url: null, posted: true, found: false };
};
const onecAtOnce: Pick<OneC, 'makeTransfer'> = { makeTransfer: async (command) => makeOne(command) };
const moyskladAtOnce: Pick<MoySklad, 'makeOrder' | 'makeOrders'> = {
  makeOrder: async (command) => makeOne(command),
  makeOrders: async (commands) => commands.map(makeOne),
};

/** Writes, as a scan would, documents of one line each, in one transaction. Gives the run's id. */
async function promiseDocuments(db: Database, count: number, what: Mixture): Promise<string> {
  const runId = newId();
  const rows = Array.from({ length: count }, (_, at) => {
    const id = newId();
    return {
      id,
      kind: what === 'half-orders' && at % 2 === 1 ? 'order' : 'transfer',
      key: documentKey(id, 1),
      line: newId(),
      run_line: newId(),
      item: newId(),
      name: `Товар ${at}`,
      article: `A-${at}`,
    };
  });
  const place = { recipient: newId(), sender: newId(), characteristic: newId() };
  const source = Prisma.sql`
    jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(id uuid, kind text, key uuid, line uuid, run_line uuid, item uuid, name text, article text),
    jsonb_to_record(${JSON.stringify(place)}::jsonb) as p(recipient uuid, sender uuid, characteristic uuid)`;
  await db.transaction(async (tx) => {
    await tx.run.create({ data: { id: runId, trigger: 'cli', status: 'completed' } });
    await tx.$executeRaw`
      insert into run_lines (id, run_id, recipient_key, recipient_name, item_key, item_name, article, characteristic_key, unit,
        minimum, maximum, free, on_order, hub_expected, projected, need, transferred, ordered, outcome, why)
      select run_line, ${runId}::uuid, recipient, 'Магазин', item, name, article, characteristic, 'шт',
        5, 10, 0, 0, 0, 0, 10, 10, 0, 'transfer', '{}' from ${source}`;
    await tx.$executeRaw`
      insert into outbox (id, kind, run_id, document_key, queue, recipient_key, recipient_name, sender_key, sender_name)
      select id, kind::outbox_kind, ${runId}::uuid, key, case kind when 'order' then 'moysklad-order' else 'onec-transfer' end, recipient, 'Магазин',
        case kind when 'order' then null else sender end, case kind when 'order' then null else 'Склад' end from ${source}`;
    await tx.$executeRaw`
      insert into outbox_lines (id, outbox_id, run_line_id, line_number, recipient_key, characteristic_key, item_key, item_name,
        article, code, sender_key, quantity)
      select line, id, run_line, 1, recipient, characteristic, item, name, article, '', case kind when 'order' then null else sender end, 10 from ${source}`;
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

/** Waits until every document is recorded as done. */
async function allDone(db: Database, runId: string, count: number): Promise<void> {
  const of = (status: OutboxStatus) =>
    db.prisma.outboxRow.count({ where: { runId, kind: { in: ['transfer', 'order'] }, status } });
  while ((await of('done')) < count) {
    const bad = (await of('failed')) + (await of('unknown'));
    if (bad > 0) throw new Error(`Not made: ${bad} of ${count}`);
    await systemClock.sleep(20);
  }
}

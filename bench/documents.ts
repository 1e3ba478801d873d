import got from 'got';
import { systemClock } from '../src/shared/clock/clock.ts';
import { type Config, readConfig } from '../src/shared/config/config.ts';
import { type Database, openDatabase, Prisma } from '../src/shared/db/database.ts';
import type { OutboxStatus } from '../src/shared/db/generated/enums.ts';
import { silentLog } from '../src/shared/log/log.ts';
import { rememberLinks } from '../src/shared/moysklad/links.ts';
import { createMoySklad } from '../src/shared/moysklad/moysklad.ts';
import { createOneC } from '../src/shared/onec/onec.ts';
import { documentKey, newId } from '../src/shared/outbox/ids.ts';
import { requestRun } from '../src/shared/outbox/request-run.ts';
import { EMPTY_KEY } from '../src/shared/planning/types.ts';
import { createQueueStore, type QueueStore } from '../src/shared/queue/store.ts';
import { createFleet } from '../src/workers/fleet.ts';
import { adaptersAtOnce, moyskladHttpAtOnce, noBudget, onecHttpAtOnce } from './answered-at-once.ts';
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
 * Documents per second through relay, job, lease, state and journal, beside BullMQ's own jobs that do nothing: handed over and worked by
 * one process too, in the same store with the same concurrency. The other systems answer at once inside the process: in place of
 * the adapters, or of their HTTP alone. Told beside it: jobs that already stand in the store when the clock starts, and transfers
 * with the sandbox over HTTP.
 */
export async function run(): Promise<void> {
  const table: Record<string, string | number>[] = [];
  const first = await openStage();
  const backends = backendsOf(first);
  await first.close();
  for (const backend of backends) {
    // A database of its own: another's dead rows are no load of this one.
    const stage = await openStage();
    try {
      const rates = await measure(stage, backend);
      const bare = median(rates.get(HANDED_OVER)!);
      for (const [what, all] of rates) {
        const perSecond = median(all);
        table.push({
          store: backend,
          what,
          'per second': Math.round(perSecond),
          [`of ${HANDED_OVER}`]: rounded(perSecond / bare),
        });
      }
    } finally {
      await stage.close();
    }
  }
  console.table(table);
}

/** Rates by what was measured, each time. */
async function measure(stage: Stage, backend: Backend): Promise<Map<string, number[]>> {
  const rates = new Map<string, number[]>();
  const note = (what: string, perSecond: number) => {
    rates.set(what, [...(rates.get(what) ?? []), perSecond]);
    console.error(`${backend}: ${what}: ${Math.round(perSecond)}/s`);
  };
  await bareJobs(stage, backend, WARM_UP[backend]);
  for (let time = 0; time < TIMES; time += 1) {
    const { handedOver, standing } = await bareJobs(stage, backend, DOCUMENTS[backend]);
    note(HANDED_OVER, handedOver);
    note(STANDING, standing);
    for (const load of LOADS) note(nameOf(load), await documents(stage, backend, load));
  }
  note('transfers, the sandbox over HTTP', OVER_HTTP / (await withSandbox(stage, backend)));
  return rates;
}

const HANDED_OVER = 'no-op jobs handed over and worked';
const STANDING = 'no-op jobs that stood ready';

/** What documents, and what answers at once: a stand-in for the whole adapters, or for their HTTP. */
interface Load {
  documents: 'transfers' | 'half-orders';
  atOnce: 'adapters' | 'http';
}
const LOADS: Load[] = [
  { documents: 'transfers', atOnce: 'adapters' },
  { documents: 'half-orders', atOnce: 'adapters' },
  { documents: 'transfers', atOnce: 'http' },
  { documents: 'half-orders', atOnce: 'http' },
];
const nameOf = (load: Load) =>
  `${load.documents === 'transfers' ? 'transfers' : 'documents, half of them orders'}, ${load.atOnce} answered at once`;

const median = (figures: number[]) => figures.sort((a, b) => a - b)[Math.floor(figures.length / 2)]!;

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
async function documents(stage: Stage, backend: Backend, load: Load): Promise<number> {
  const db = openDatabase({ url: stage.databaseUrl });
  try {
    return await withStore(stage, backend, async (store) => {
      let made = 0;
      const count = () => {
        made += 1;
      };
      const config = readConfig({
        ...UNUSED,
        WORKER_QUEUES: 'onec-transfer,moysklad-order',
        WORKER_CONCURRENCY: `${CONCURRENCY}`,
        API_1C_CONCURRENCY: '16',
      });
      const fleet = createFleet({
        ...{ config, db, store, clock: systemClock, log: silentLog, owner: `bench-${newId()}`, schedule: false },
        ...(load.atOnce === 'adapters' ? adaptersAtOnce(count) : adaptersOverNothing(config, db, count)),
      });
      fleet.start();
      const warm = await promiseDocuments(db, WARM_UP[backend], load.documents);
      await allDone(db, warm, WARM_UP[backend]);
      const already = made;
      // The relay begins at the commit that ends this line.
      const runId = await promiseDocuments(db, DOCUMENTS[backend], load.documents);
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

/** The whole adapters, with their HTTP answered inside the process. */
const adaptersOverNothing = (config: Config, db: Database, made: () => void) => ({
  onec: createOneC(config.onec, { log: silentLog, clock: systemClock, http: onecHttpAtOnce(made) }),
  moysklad: createMoySklad(config.moysklad, {
    ...{ log: silentLog, clock: systemClock, budget: noBudget, http: moyskladHttpAtOnce(made) },
    onLinks: (links) => rememberLinks(db.prisma, links),
  }),
});

/** Writes, as a scan would, documents of one line each, in one transaction. Gives the run's id. */
async function promiseDocuments(db: Database, count: number, what: Load['documents']): Promise<string> {
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
  const place = { recipient: newId(), sender: newId(), characteristic: EMPTY_KEY };
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

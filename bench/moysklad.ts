import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import got from 'got';
import type { Dataset } from '../sandbox/data/dataset.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { type Database, openDatabase } from '../src/shared/db/database.ts';
import { startEmbeddedDatabase } from '../src/shared/db/embedded.ts';
import { applyMigrations } from '../src/shared/db/migrations.ts';
import { documentKey, newId } from '../src/shared/outbox/ids.ts';
import { EMPTY_KEY } from '../src/shared/planning/types.ts';

const ORDERS = Number(process.env.BENCH_ORDERS ?? 600);
const PROCESSES = 3;
const BASKET = 45;
const WINDOW_MS = 3000;
/** An answer takes between these. */
const LATENCY_MS = [20, 90] as const;

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Three worker processes and one user's token: how much of the allowed rate is used once the first window is over, and
 * what МойСклад saw. Orders one by one for weight 3 and weight 4, then in arrays.
 */
export async function run(): Promise<void> {
  const table: Record<string, string | number>[] = [];
  for (const [weight, array] of [
    [3, 0],
    [4, 0],
    [3, 1000],
  ] as const) {
    table.push(await measure(weight, array));
    console.table(table.slice(-1));
  }
  console.table(table);
}

async function measure(weight: number, array: number) {
  const directory = await mkdtemp(path.join(tmpdir(), 'hub-bench-'));
  const postgres = await startEmbeddedDatabase({ directory, temporary: true });
  await applyMigrations(postgres.url);
  const db = openDatabase({ url: postgres.url });
  const admitted: number[] = [];
  const sandbox = await startSandbox({
    dataset: goods(),
    moysklad: {
      weight,
      basket: BASKET,
      windowMs: WINDOW_MS,
      work: async () => {
        admitted.push(performance.now());
        const [from, to] = LATENCY_MS;
        await delay(from + Math.random() * (to - from));
      },
    },
  });
  const workers: ChildProcess[] = [];
  try {
    await promise(db, sandbox.dataset);
    const env = environment(sandbox, postgres.url, { MOYSKLAD_WEIGHT: String(weight), MOYSKLAD_ARRAY: String(array) });
    for (let index = 0; index < PROCESSES; index += 1) workers.push(startWorker(env));
    const startedMs = performance.now();
    while ((await db.prisma.outboxRow.count({ where: { status: 'done' } })) < ORDERS) {
      if (workers.some(({ exitCode }) => exitCode !== null)) throw new Error('A worker ended; its output is above.');
      await delay(500);
    }
    const seconds = (performance.now() - startedMs) / 1000;
    const limits = await got(`${sandbox.controlUrl}/moysklad/limits`).json<Limits>();
    const orders = await got(`${sandbox.controlUrl}/moysklad/orders`).json<unknown[]>();
    return {
      weight,
      'orders in an array': array === 0 ? 'one by one' : `≤ ${array}`,
      orders: orders.length,
      requests: limits.requests,
      '429': limits.rejected429,
      'most in flight': limits.maxInFlight,
      'allowed, /s': round(perWindow(weight) / (WINDOW_MS / 1000)),
      'used, %': array === 0 ? round(usedShare(admitted, weight) * 100) : '–',
      seconds: round(seconds),
    };
  } finally {
    await Promise.all(workers.map(stop));
    await sandbox.close();
    await db.close();
    await postgres.stop();
  }
}

interface Limits {
  requests: number;
  rejected429: number;
  maxInFlight: number;
}

const perWindow = (weight: number) => Math.floor(BASKET / weight);
const round = (value: number) => Math.round(value * 100) / 100;

/** Requests after the first window, beside those that were allowed until the last one came. */
function usedShare(admitted: number[], weight: number): number {
  const first = admitted[0]! + WINDOW_MS;
  const last = admitted.at(-1)!;
  const count = admitted.filter((at) => at > first).length;
  return count / ((perWindow(weight) * (last - first)) / WINDOW_MS);
}

/** As many items as orders, each on one shop, none in stock. */
function goods(): Dataset {
  const key = (kind: string, index: number) => `${kind}-0000-4000-8000-${String(index).padStart(12, '0')}`;
  return {
    seed: 1,
    warehouses: [{ key: key('10000000', 1), name: 'Магазин на Ленина', kind: 'shop' }],
    items: Array.from({ length: ORDERS }, (_, index) => ({
      key: key('20000000', index),
      code: `00-${String(index).padStart(8, '0')}`,
      article: `ART-${String(index).padStart(5, '0')}`,
      name: `Товар ${index}`,
      unit: 'шт',
      wholeUnits: true,
      priceRoubles: 100 + index,
      pack: null,
      moysklad: { matches: 1, as: index % 4 === 0 ? 'variant' : 'product' },
    })),
    stock: [],
  };
}

/** The rows that a scan would have written: one order for each item. */
async function promise(db: Database, { items, warehouses }: Dataset): Promise<void> {
  const runId = newId();
  const shop = warehouses[0]!;
  await db.prisma.run.create({ data: { id: runId, trigger: 'cli', status: 'completed' } });
  const all = items.map((item) => ({ item, line: newId(), row: newId() }));
  await db.prisma.runLine.createMany({
    data: all.map(({ item, line }) => ({
      ...{ id: line, runId, recipientKey: shop.key, recipientName: shop.name, itemKey: item.key, itemName: item.name },
      ...{ article: item.article, characteristicKey: EMPTY_KEY, unit: item.unit, minimum: 5, maximum: 10, free: 0 },
      ...{ onOrder: 0, hubExpected: 0, projected: 0, need: 10, transferred: 0, ordered: 10, outcome: 'order', why: {} },
    })),
  });
  await db.transaction(async (tx) => {
    await tx.outboxRow.createMany({
      data: all.map(({ row }) => ({
        ...{ id: row, kind: 'order' as const, runId, documentKey: documentKey(row, 1), queue: 'moysklad-order' },
        ...{ recipientKey: shop.key, recipientName: shop.name },
      })),
    });
    await tx.outboxLine.createMany({
      data: all.map(({ item, line, row }) => ({
        ...{ id: newId(), outboxId: row, runLineId: line, lineNumber: 1, recipientKey: shop.key, itemKey: item.key },
        ...{ itemName: item.name, article: item.article, code: item.code, characteristicKey: EMPTY_KEY, quantity: 10 },
      })),
    });
  });
}

function environment(sandbox: Sandbox, databaseUrl: string, more: Record<string, string>): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    RUN_MIGRATIONS_ON_STARTUP: 'false',
    ...sandbox.environment,
    WORKER_QUEUES: 'moysklad-order',
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
    ...more,
  };
}

function startWorker(env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'src/cli/hub.ts', 'start', '--only', 'worker'], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function stop(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null) return;
  const exited = once(worker, 'exit');
  worker.kill('SIGTERM');
  await exited;
}

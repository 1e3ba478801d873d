import type { Queue } from 'bullmq';
import { createApp } from '../../src/api/app.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { ownJournal } from '../../src/api/journal/journal-source.ts';
import { createNotifier } from '../../src/shared/alarms/notifier.ts';
import type { StepOptions, SystemCheck } from '../../src/shared/check/step.ts';
import type { QueueName } from '../../src/shared/config/config.ts';
import { diagnoseMigrations } from '../../src/shared/db/migrations.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { createQueueStore, QUEUE_NAMES, type QueueStoreOptions } from '../../src/shared/queue/store.ts';
import { createTestDatabase } from '../support/database.ts';

export interface ApiFixture {
  deps: ApiDeps;
  app: ReturnType<typeof createApp>;
  /** The same database behind other deps: a token, a silent 1C, queues that are gone. */
  appWith(changes: Partial<ApiDeps>): ReturnType<typeof createApp>;
  url: string;
  close(): Promise<void>;
}

type Store = Omit<QueueStoreOptions, 'log'>;

/** The API over a database of its own, with queues on PostgreSQL unless told otherwise. */
export async function createApiFixture(storeAt: (databaseUrl: string) => Store = onPostgres): Promise<ApiFixture> {
  const { db, url, drop } = await createTestDatabase();
  const store = createQueueStore({ ...storeAt(url), log: silentLog } as QueueStoreOptions);
  const deps: ApiDeps = {
    config: {
      environment: 'test',
      admin: { token: null, people: [], proxies: 0, pollMs: 5_000, pageSize: 500, journalUrl: null },
      schedule: { cron: '0 9 * * 1-5', timezone: 'Europe/Moscow' },
      queues: { redisUrl: null, prefix: 'test', work: QUEUE_NAMES, concurrency: 1, leaseMs: 60_000, stallMs: 60_000 },
    },
    db,
    queues: Object.fromEntries(QUEUE_NAMES.map((name) => [name, store.queue(name)])) as Record<QueueName, Queue>,
    queueHealth: () =>
      store
        .queue('scan')
        .getJobCounts('waiting')
        .then(
          () => ({ backend: store.backend, ok: true }),
          (error: Error) => ({ backend: store.backend, ok: false, detail: `Очереди не отвечают: ${error.message}` }),
        ),
    onec: { listWarehouses: async () => [], check: () => checkOf('1c', async () => undefined) },
    moysklad: { check: () => checkOf('moysklad', async () => undefined) },
    checks: {
      '1c': () => checkOf('1c', async () => undefined),
      moysklad: () => checkOf('moysklad', async () => undefined),
    },
    journal: ownJournal(db),
    notifier: createNotifier([], silentLog),
    diagnose: () => diagnoseMigrations(url),
    log: silentLog,
    clock: { now: () => new Date(), sleep: () => Promise.reject(new Error('the API never sleeps')) },
    version: '0.0.0-test',
  };
  return {
    deps,
    url,
    app: createApp(deps),
    appWith: (changes) => createApp({ ...deps, ...changes }),
    async close() {
      await store.close(1_000);
      await drop();
    },
  };
}

const onPostgres = (url: string): Store => ({ backend: 'postgres', url, prefix: 'test' });

/** A check of one quick step, which fails with what `ping` throws. */
export const checkOf = (system: SystemCheck['system'], ping: (options: StepOptions) => Promise<void>): SystemCheck => ({
  system,
  cureOf: () => 'Позвоните администратору',
  steps: [
    {
      ...{ id: 'server', name: 'Сервер отвечает', quick: true },
      run: (options) => ping(options).then(() => ({ result: 'ok', detail: 'отвечает' })),
    },
  ],
});

/** A request with a JSON body. */
export const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** Reads a body as whatever the test expects of it; the assertions are the check. */
// biome-ignore lint/suspicious/noExplicitAny: bodies are checked by the assertions on them
export const bodyOf = (response: Response): Promise<any> => response.json();

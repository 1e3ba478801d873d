import { UnrecoverableError, type Worker } from 'bullmq';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freePort } from '../../src/shared/db/free-port.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { newId } from '../../src/shared/outbox/ids.ts';
import { createQueueStore, QUEUE_NAMES } from '../../src/shared/queue/store.ts';
import { startPrivateRedis } from '../support/redis-server.ts';
import { type ApiFixture, bodyOf, createApiFixture, json } from './fixture.ts';

const redisUrl = inject('redisUrl');
const backends = [
  { backend: 'postgres' as const, urlOf: (database: string) => database },
  ...(redisUrl === null ? [] : [{ backend: 'redis' as const, urlOf: () => redisUrl }]),
];

describe.each(backends)('Bull Board on $backend', ({ backend, urlOf }) => {
  const prefix = `test-${newId()}`;
  let api: ApiFixture;
  beforeAll(async () => {
    api = await createApiFixture((database) => ({ backend, url: urlOf(database), prefix }));
  });
  afterAll(async () => {
    await Promise.all(Object.values(api.deps.queues).map((queue) => queue.obliterate({ force: true })));
    await api.close();
  });

  it('shows the four queues under a Russian title', async () => {
    const page = await (await api.app.request('/queues')).text();
    expect(page).toContain('Очереди хаба');
    expect((await api.app.request('/queues/')).headers.get('Location')).toBe('/queues');
    const { queues } = await bodyOf(await api.app.request('/queues/api/queues?page=1&jobsPerPage=10'));
    expect(queues.map(({ name }: { name: string }) => name)).toEqual([...QUEUE_NAMES]);
  });

  it('speaks the language of who asks', async () => {
    const inEnglish = { headers: { 'Accept-Language': 'en-GB' } };
    const page = await (await api.app.request('/queues', inEnglish)).text();
    expect(page).toContain('"lng":"en-US"');
    expect(page).toContain('Queues of the hub');
    const chosen = { headers: { ...inEnglish.headers, Cookie: 'hub_language=ru' } };
    expect(await (await api.app.request('/queues', chosen)).text()).toContain('"lng":"ru-RU"');
  });

  it('leads from a job to the document that it carries', async () => {
    const outboxId = newId();
    const queue = api.deps.queues['moysklad-order'];
    const job = await queue.add('create-order', { outboxId }, { jobId: `${outboxId}-3` });
    const shown = await bodyOf(await api.app.request(`/queues/api/queues/moysklad-order/${job.id}`));
    expect(shown.job.externalUrl.href).toBe(`/console/documents/${outboxId}`);
    await job.remove();
  });

  it('loads nothing from elsewhere, and every asset its page names is here', async () => {
    const page = await (await api.app.request('/queues')).text();
    expect(page).not.toMatch(/(?:src|href)="https?:/);
    const assets = [...page.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, path]) => path);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      expect([asset, (await api.app.request(`/queues/${asset}`)).status]).toEqual([asset, 200]);
    }
  });

  it('retries a failed job, and keeps who did it', async () => {
    const outboxId = newId();
    const queue = api.deps.queues['onec-transfer'];
    const job = await queue.add('create-transfer', { outboxId }, { jobId: `${outboxId}-1` });
    await failNextJob(backend, urlOf(api.url), prefix, 'onec-transfer');
    expect(await job.getState()).toBe('failed');

    const response = await api.app.request(`/queues/api/queues/onec-transfer/${job.id}/retry`, {
      method: 'PUT',
    });
    expect(response.status).toBe(204);
    expect(await job.getState()).toBe('waiting');
    const [kept] = await api.deps.db.prisma.operatorAction.findMany({ where: { outboxId } });
    expect(kept).toMatchObject({
      actor: 'api',
      action: 'bull-board',
      outcome: 'done',
      details: { method: 'PUT', status: 204 },
    });
  });
});

/** Runs a worker of the store's own kind until it has failed one job. */
async function failNextJob(
  backend: 'redis' | 'postgres',
  url: string,
  prefix: string,
  queue: 'onec-transfer',
): Promise<void> {
  const store = createQueueStore({ backend, url, prefix, log: silentLog });
  const worker: Worker = store.worker(queue, () => Promise.reject(new UnrecoverableError('Нет')), { concurrency: 1 });
  await new Promise<void>((resolve) => void worker.once('failed', () => resolve()));
  await store.close(1_000);
}

describe('while the queue store is away', () => {
  /** A store that refuses connections, seen by deps whose own health check believes it is well. */
  const withDeadStore = async (work: (api: ApiFixture) => Promise<void>) => {
    const port = await freePort();
    const api = await createApiFixture(() => ({ backend: 'redis', url: `redis://127.0.0.1:${port}`, prefix: 'test' }));
    try {
      await work(api);
    } finally {
      await api.close();
    }
  };

  it('the trigger still answers 202, at once', () =>
    withDeadStore(async ({ app, deps }) => {
      const startedMs = performance.now();
      const response = await app.request('/api/v1/trigger/internal-replenishment', json({ dry_run: true }));
      expect(response.status).toBe(202);
      expect(performance.now() - startedMs).toBeLessThan(2_000);
      const { run_id } = await bodyOf(response);
      expect(await deps.db.prisma.outboxRow.findMany({ where: { runId: run_id } })).toMatchObject([
        { kind: 'scan', status: 'pending' },
      ]);
    }));

  it('the board answers 503 within its deadline, and the metrics say which queues are down', () =>
    withDeadStore(async ({ app }) => {
      const startedMs = performance.now();
      const response = await app.request('/queues/api/queues?page=1&jobsPerPage=10');
      expect(response.status).toBe(503);
      expect(performance.now() - startedMs).toBeLessThan(4_000);
      expect(await bodyOf(response)).toMatchObject({ code: 'queue-unavailable' });
      const metrics = await (await app.request('/metrics')).text();
      for (const name of QUEUE_NAMES) expect(metrics).toContain(`hub_queue_up{queue="${name}"} 0`);
      expect(metrics).not.toContain('hub_queue_jobs{');
    }));

  it('a browser gets a page that says so and tries again by itself', () =>
    withDeadStore(async (api) => {
      const app = api.appWith({
        queueHealth: async () => ({ backend: 'redis', ok: false, detail: 'Хранилище очередей не отвечает' }),
      });
      const response = await app.request('/queues', { headers: { Accept: 'text/html' } });
      expect(response.status).toBe(503);
      expect(response.headers.get('Retry-After')).toBe('10');
      expect(await response.text()).toContain('Документы не потеряны');
    }));

  it.skipIf(redisUrl === null)(
    'a store that dies under an open board kills nothing, and the board is back with it',
    async () => {
      const redis = await startPrivateRedis();
      const api = await createApiFixture(() => ({ backend: 'redis', url: redis.url, prefix: 'test' }));
      const list = async () => (await api.app.request('/queues/api/queues?page=1&jobsPerPage=10')).status;
      let again: Awaited<ReturnType<typeof startPrivateRedis>> | undefined;
      try {
        expect(await list()).toBe(200);
        await redis.stop();
        expect(await list()).toBe(503);
        again = await startPrivateRedis(redis.port);
        await Promise.all(Object.values(api.deps.queues).map((queue) => queue.waitUntilReady()));
        await expect.poll(list, { timeout: 20_000 }).toBe(200);
      } finally {
        await api.close();
        await again?.stop();
      }
    },
  );
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/shared/db/database.ts';
import { freePort } from '../../src/shared/db/free-port.ts';
import { diagnoseMigrations } from '../../src/shared/db/migrations.ts';
import { notNow, refused } from '../../src/shared/errors/outcome.ts';
import { openTcpGate } from '../support/tcp-gate.ts';
import { type ApiFixture, bodyOf, checkOf, createApiFixture, json } from './fixture.ts';

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());

const clockAt = (time: { ms: number }) => ({ ...api.deps.clock, now: () => new Date(time.ms) });
const onecWith = (ping: Parameters<typeof checkOf>[1]) => ({
  listWarehouses: async () => [],
  check: () => checkOf('1c', ping),
});
const moyskladWith = (ping: Parameters<typeof checkOf>[1]) => ({ check: () => checkOf('moysklad', ping) });
const allWell = { pending: [], failed: [], edited: [], missing: [] };

it('GET / says ok, as it always has', async () => {
  const response = await api.app.request('/');
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('{"status":"ok"}');
});

describe('200', () => {
  it('live answers without touching anything', async () => {
    const db = new Proxy(api.deps.db, { get: () => expect.unreachable('liveness must not need the database') });
    const response = await api.appWith({ db }).request('/health/live');
    expect(await bodyOf(response)).toEqual({ status: 'ok', version: '0.0.0-test' });
  });

  it('ready names database, migrations and queue, each passed', async () => {
    const response = await api.app.request('/health/ready');
    expect(response.status).toBe(200);
    const latency_ms = expect.any(Number);
    expect(await bodyOf(response)).toEqual({
      status: 'ok',
      checks: {
        database: { ok: true, latency_ms },
        migrations: { ok: true, latency_ms, ...allWell },
        queue: { ok: true, latency_ms, backend: 'postgres' },
      },
    });
  });

  it.each(['db', 'queue', '1c', 'moysklad'])('%s passes when its system answers', async (name) => {
    expect((await api.app.request(`/health/${name}`)).status).toBe(200);
  });
});

it('1c shows its steps, and leaves out those that cost more than a ping', async () => {
  const slow = {
    id: 'balances',
    name: 'Остатки',
    quick: false,
    run: () => expect.unreachable('a health check is cheap'),
  };
  const check = () => {
    const one = checkOf('1c', async () => undefined);
    return { ...one, steps: [...one.steps, slow] };
  };
  const response = await api.appWith({ onec: { listWarehouses: async () => [], check } }).request('/health/1c');
  const latency_ms = expect.any(Number);
  expect(await bodyOf(response)).toEqual({
    status: 'ok',
    checks: {
      '1c': {
        ok: true,
        latency_ms,
        steps: [{ id: 'server', name: 'Сервер отвечает', result: 'ok', detail: 'отвечает', latency_ms }],
      },
    },
  });
});

describe('503', () => {
  it('ready shows each check, and what is wrong with the one that failed', async () => {
    const app = api.appWith({
      queueHealth: async () => ({ backend: 'redis', ok: false, detail: 'Redis не отвечает' }),
    });
    const response = await app.request('/health/ready');
    expect(response.status).toBe(503);
    expect(response.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
    expect(await bodyOf(response)).toMatchObject({
      code: 'queue-unavailable',
      detail: 'queue: Redis не отвечает',
      checks: { database: { ok: true }, migrations: { ok: true }, queue: { ok: false, backend: 'redis' } },
    });
  });

  it('ready and db say within three seconds that the database hangs', async () => {
    const gate = await openTcpGate(api.url);
    const db = openDatabase({ url: gate.url, connections: 2, onError: () => undefined });
    try {
      const app = api.appWith({ db, diagnose: () => diagnoseMigrations(gate.url) });
      expect((await app.request('/health/ready')).status).toBe(200);
      await gate.shut('hangs');
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      for (const path of ['/health/ready', '/health/db']) {
        const startedMs = performance.now();
        const response = await app.request(path);
        expect(performance.now() - startedMs, path).toBeLessThan(3_000);
        expect(await bodyOf(response)).toMatchObject({ status: 503, checks: { database: { code: 'timeout' } } });
      }
    } finally {
      await gate.close();
      await db.close();
    }
  });

  it('db tells an edited migration from a database that is away', async () => {
    const app = api.appWith({ diagnose: async () => ({ ...allWell, edited: ['0001_init'] }) });
    const response = await app.request('/health/db');
    expect(response.status).toBe(503);
    expect(await bodyOf(response)).toMatchObject({
      code: 'migrations-wrong',
      checks: { database: { ok: true }, migrations: { ok: false, edited: ['0001_init'] } },
    });
  });

  it('1c and moysklad give code and message of what the adapter found', async () => {
    const app = api.appWith({
      onec: onecWith(() => Promise.reject(notNow({ code: 'onec-maintenance', message: 'В 1С идут работы' }))),
      moysklad: moyskladWith(() =>
        Promise.reject(refused({ code: 'moysklad-unauthorized', message: 'Токен МойСклад не принят' })),
      ),
    });
    expect(await bodyOf(await app.request('/health/1c'))).toMatchObject({
      status: 503,
      code: 'onec-maintenance',
      detail: '1c: В 1С идут работы',
      checks: { '1c': { steps: [{ id: 'server', result: 'fail', cure: 'Позвоните администратору' }] } },
    });
    expect(await bodyOf(await app.request('/health/moysklad'))).toMatchObject({
      status: 503,
      code: 'moysklad-unauthorized',
      detail: 'moysklad: Токен МойСклад не принят',
    });
  });

  it('gives the ping five seconds, and lets no secret of an unexpected error out', async () => {
    let limit: number | undefined;
    const ping = async (options?: { timeoutMs?: number }) => {
      limit = options?.timeoutMs;
      throw new Error('http://user:secret@host');
    };
    const response = await api.appWith({ onec: onecWith(ping) }).request('/health/1c');
    expect(limit).toBe(5_000);
    expect(await response.text()).not.toContain('secret');
  });

  it('is what data routes and checks answer while the database is away', async () => {
    const db = openDatabase({ url: `postgresql://hub:hub@127.0.0.1:${await freePort()}/hub` });
    const app = api.appWith({ db });
    try {
      expect(await bodyOf(await app.request('/health/db'))).toMatchObject({ checks: { database: { ok: false } } });
      for (const path of [
        '/api/v1/runs',
        '/api/v1/outbox',
        '/api/v1/logs',
        '/api/v1/logs/export?format=csv',
        '/metrics',
      ]) {
        const response = await app.request(path);
        expect([path, response.status]).toEqual([path, 503]);
        expect(await bodyOf(response)).toMatchObject({ code: 'database-unavailable' });
      }
      const trigger = await app.request('/api/v1/trigger/internal-replenishment', json({}));
      expect(trigger.status).toBe(503);
      expect(trigger.headers.get('Retry-After')).toBe('5');
    } finally {
      await db.close();
    }
  });
});

it('asks an outside system once for many callers, and again only when the answer has aged', async () => {
  let pings = 0;
  const time = { ms: 1_000_000 };
  const ping = async () => {
    pings += 1;
  };
  const app = api.appWith({ moysklad: moyskladWith(ping), clock: clockAt(time) });
  await Promise.all([1, 2, 3].map(() => app.request('/health/moysklad')));
  await app.request('/health/moysklad');
  expect(pings).toBe(1);
  time.ms += 5_001;
  await app.request('/health/moysklad');
  expect(pings).toBe(2);
});

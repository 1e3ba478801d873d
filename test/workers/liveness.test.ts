import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/shared/clock/clock.ts';
import { freePort } from '../../src/shared/db/free-port.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { createLiveness, type LivenessDeps, type Stall } from '../../src/workers/liveness.ts';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { type HubProcess, startHubProcess } from '../support/process.ts';
import { startPrivateRedis } from '../support/redis-server.ts';

/** One queue and one worker, as liveness sees them. */
function scene() {
  const now = { ms: 1_000_000 };
  const queue = { waiting: 0, paused: false, limitedMs: 0, answers: true, delayed: [] as object[] };
  const worker = { busy: 0, lastFetch: null as Date | null };
  const told: Stall[][] = [];
  const clock: Clock = { now: () => new Date(now.ms), sleep: () => Promise.reject(new Error('not in this test')) };
  const fake = {
    isPaused: async () => queue.paused,
    getRateLimitTtl: async () => queue.limitedMs,
    getDelayed: async () => queue.delayed,
    getJobCounts: async () => {
      if (!queue.answers) throw new Error('Connection is closed');
      return { waiting: queue.waiting, prioritized: 0 };
    },
  };
  const liveness = createLiveness(
    { stallMs: 60_000 },
    {
      store: { queue: () => fake } as unknown as LivenessDeps['store'],
      runtimes: [{ queue: 'scan', concurrency: 2, busy: () => worker.busy, lastFetchAt: () => worker.lastFetch }],
      clock,
      log: silentLog,
      onStall: (stalls) => told.push(stalls),
    },
  );
  const pass = (seconds: number) => {
    now.ms += seconds * 1000;
    return liveness.runOnce();
  };
  return { now, queue, worker, told, liveness, pass };
}

describe('a worker is taken for stuck', () => {
  it('when jobs wait, it has room, and it has fetched nothing for the whole time; and is told once', async () => {
    const { queue, told, pass, liveness } = scene();
    queue.waiting = 3;
    await pass(0);
    expect(await pass(59)).toEqual([]);
    expect(await pass(1)).toEqual([{ queue: 'scan', waiting: 3, idleMs: 60_000 }]);
    await pass(15);
    expect(told).toEqual([[{ queue: 'scan', waiting: 3, idleMs: 60_000 }]]);
    expect(liveness.stalls()).toEqual([{ queue: 'scan', waiting: 3, idleMs: 75_000 }]);
  });

  it('when a delayed job is long overdue although none waits', async () => {
    const { queue, now, pass } = scene();
    queue.delayed = [{ timestamp: now.ms - 3_600_000, processedOn: now.ms - 900_000, delay: 60_000 }];
    await pass(0);
    expect(await pass(60)).toMatchObject([{ queue: 'scan', waiting: 1 }]);
  });
});

describe('a worker is not taken for stuck', () => {
  const after = async (change: (of: ReturnType<typeof scene>) => void) => {
    const of = scene();
    of.queue.waiting = 3;
    await of.pass(0);
    for (let quarter = 0; quarter < 40; quarter += 1) {
      change(of);
      await of.pass(15);
    }
    return of.told;
  };

  it('while nothing waits', async () => expect(await after(({ queue }) => (queue.waiting = 0))).toEqual([]));
  it('while its queue is halted by "not now"', async () =>
    expect(await after(({ queue }) => (queue.limitedMs = 60_000))).toEqual([]));
  it('while its queue is paused', async () => expect(await after(({ queue }) => (queue.paused = true))).toEqual([]));
  it('while all its slots are busy', async () => expect(await after(({ worker }) => (worker.busy = 2))).toEqual([]));
  it('while the queue store is away', async () =>
    expect(await after(({ queue }) => (queue.answers = false))).toEqual([]));
  it('while it fetches, however much waits', async () =>
    expect(await after(({ worker, now }) => (worker.lastFetch = new Date(now.ms)))).toEqual([]));
  it('for a delayed job whose time is yet to come', async () =>
    expect(
      await after(({ queue, now }) => {
        queue.waiting = 0;
        queue.delayed = [{ timestamp: now.ms - 86_400_000, delay: 100_000_000 }];
      }),
    ).toEqual([]));

  it('right after a long halt has ended: the time counts from there', async () => {
    const { queue, pass } = scene();
    queue.waiting = 3;
    queue.limitedMs = 1;
    for (let n = 0; n < 10; n += 1) await pass(60);
    queue.limitedMs = 0;
    await pass(15);
    expect(await pass(45)).toEqual([]);
    expect(await pass(15)).toHaveLength(1);
  });
});

let hub: TestHub | undefined;
let started: HubProcess | undefined;
let redis: Awaited<ReturnType<typeof startPrivateRedis>> | undefined;
afterEach(async () => {
  await started?.end('SIGKILL');
  await hub?.close();
  await redis?.stop();
  hub = started = redis = undefined;
});

describe.each(backends())('a worker process with jobs in %s', (backend) => {
  it('that is halted by a system which is down outlives the stall time, its health says it is well, and its metrics what it did', async () => {
    const port = await freePort();
    hub = await startHub({ backend, work: false });
    const down = await hub.fault({ system: '1c', kind: 'down' });
    started = startHubProcess(['start', '--only', 'worker'], {
      ...hub.env,
      WORKER_STALL_SECONDS: '5',
      WORKER_HEALTH_PORT: String(port),
    });
    await started.event('process.started');
    const runId = await hub.request();
    await until('the gate to have been probed for longer than the stall time', async () => {
      const state = await hub!.services.db.prisma.systemState.findUnique({ where: { system: '1c' } });
      return state !== null && state.failures >= 4 && Date.now() - state.since.getTime() > 7_000;
    });
    const live = await fetch(`http://127.0.0.1:${port}/health/live`);
    expect([live.status, await live.json()]).toMatchObject([200, { status: 'ok' }]);
    const ready = (await (await fetch(`http://127.0.0.1:${port}/health/ready`)).json()) as object;
    expect(ready).toMatchObject({
      status: 'ok',
      checks: { database: { ok: true }, migrations: { ok: true, problems: [] }, queue: { ok: true } },
      systems_down: [{ system: '1c', since: expect.any(String), reason: expect.any(String) }],
    });
    await hub.heal(down);
    expect(await hub.follow(runId)).toMatchObject({ transfers: { done: 6 } });
    // A row is done a moment before its process has counted it.
    const metrics = await until('six transfers in the metrics', async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return text.includes('hub_attempts_total{step="create-transfer",outcome="done"} 6\n') && text;
    });
    expect(metrics).toMatch(/^hub_attempts_total\{step="scan",outcome="not-now"\} [1-9]/m);
    expect(metrics).toMatch(/^hub_outside_request_seconds_count\{.*method="POST",status="2xx"\} [1-9]/m);
    expect(await started.end('SIGTERM')).toBe(0);
  });

  it('readiness fails with the reason when a migration is missing here', async () => {
    const port = await freePort();
    hub = await startHub({ backend, work: false });
    started = startHubProcess(['start', '--only', 'worker'], { ...hub.env, WORKER_HEALTH_PORT: String(port) });
    await started.event('process.started');
    await hub.services.db.prisma.$executeRaw`
      insert into _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
      values ('x', 'x', now(), '0900_newer', now(), 1)`;
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      checks: { database: { ok: true }, migrations: { ok: false, problems: [expect.stringContaining('0900_newer')] } },
    });
  });
});

describe.runIf(backends().includes('redis'))('a worker process that is connected and no longer wakes', () => {
  it('tells the journal, ends with 70, and the next one takes what waits', async () => {
    // Redis answers everything but the worker's wait for jobs: connected, healthy by every ping, and deaf.
    redis = await startPrivateRedis(0, ['--user', 'default', 'on', 'nopass', '~*', '&*', '+@all', '-bzpopmin']);
    hub = await startHub({ backend: 'redis', redisUrl: redis.url, work: false });
    const env = { ...hub.env, WORKER_STALL_SECONDS: '5', SHUTDOWN_SECONDS: '15' };
    const admin = new Redis(redis.url);
    try {
      started = startHubProcess(['start', '--only', 'worker'], env);
      await until('a worker to have been refused its wait', async () => {
        const refusals = (await admin.acl('LOG')) as string[][];
        return refusals.filter((one) => one.includes('bzpopmin')).length > 0;
      });
      const ended = new Promise((resolve) => started!.child.once('exit', resolve));
      const runId = await hub.request();
      await started.event('worker.stalled');
      expect(await ended, started.output()).toBe(70);
      const entries = await hub.services.db.prisma.integrationLog.findMany({ where: { step: 'liveness' } });
      expect(entries).toMatchObject([{ level: 'error', message: expect.stringContaining('«scan»: ждут 1') }]);

      await admin.acl('SETUSER', 'default', '+bzpopmin');
      started = startHubProcess(['start', '--only', 'worker'], env);
      expect(await hub.follow(runId)).toMatchObject({ transfers: { done: 6 }, orders: { done: 4 } });
    } finally {
      await admin.quit();
    }
  });
});

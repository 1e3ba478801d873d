import got from 'got';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { type HubProcess, startHubProcess } from '../support/process.ts';
import { startPrivateRedis } from '../support/redis-server.ts';
import { smallDataset } from '../support/small-dataset.ts';
import { somebody } from '../support/somebody.ts';

let hub: TestHub | undefined;
let processes: HubProcess[] = [];
afterEach(async () => {
  await Promise.all(processes.map((one) => one.end('SIGKILL')));
  processes = [];
  await hub?.close();
  hub = undefined;
});

const start = (args: string[], env: Record<string, string>) => {
  const started = startHubProcess(args, env);
  processes.push(started);
  return started;
};

const trigger = async (api: HubProcess) => {
  const { url } = await api.event('api.listening');
  const answer = await got.post(`${url}/api/v1/trigger/internal-replenishment`, { json: {}, retry: { limit: 0 } });
  expect(answer.statusCode).toBe(202);
  return (JSON.parse(answer.body) as { run_id: string }).run_id;
};

/** Which processes made documents, by the journal. */
const makers = async (of: TestHub) => {
  const entries = await of.services.db.prisma.integrationLog.findMany({
    where: { status: 'ok', step: { in: ['create-transfer', 'create-order'] } },
  });
  return new Set(entries.map((entry) => (entry.details as { worker: string }).worker));
};

describe.each(backends())('API and two workers as three processes, with jobs in %s,', (backend) => {
  it('share the documents between the workers', async () => {
    hub = await startHub({
      backend,
      work: false,
      dataset: smallDataset({ moved: 40, ordered: 10 }),
      env: { WORKER_CONCURRENCY: '2' },
    });
    const api = start(['start', '--only', 'api'], hub.env);
    const workers = [start(['start', '--only', 'worker'], hub.env), start(['start', '--only', 'worker'], hub.env)];
    await Promise.all(workers.map((one) => one.event('fleet.started')));
    const end = await hub.follow(await trigger(api));
    expect(end).toMatchObject({ status: 'completed', transfers: { done: 40 }, orders: { done: 10 } });
    expect((await makers(hub)).size).toBe(2);
    expect(await hub.observe.transfers()).toHaveLength(40);
    expect(await hub.observe.orders()).toHaveLength(10);
    expect(await Promise.all([api, ...workers].map((one) => one.end('SIGTERM')))).toEqual([0, 0, 0]);
  });

  it('make every document once when one worker is killed in the middle', async () => {
    hub = await startHub({
      backend,
      work: false,
      dataset: smallDataset({ moved: 40, ordered: 10 }),
      env: { WORKER_CONCURRENCY: '2' },
    });
    // Slow enough that the killed worker surely has documents in flight.
    await hub.fault({ system: '1c', match: { method: 'POST' }, kind: 'latency', ms: 150 });
    const api = start(['start', '--only', 'api'], hub.env);
    const victim = start(['start', '--only', 'worker'], hub.env);
    const survivor = start(['start', '--only', 'worker'], hub.env);
    await Promise.all([victim, survivor].map((one) => one.event('fleet.started')));
    const runId = await trigger(api);
    const { owner } = (await victim.event('fleet.started')) as { owner: string };
    await until('the victim to hold a document', () =>
      hub!.services.db.prisma.outboxRow.findFirst({
        where: { kind: 'transfer', status: 'sending', leaseOwner: owner },
      }),
    );
    expect(await victim.end('SIGKILL')).toBe('SIGKILL');
    const end = await hub.follow(runId);
    expect(end).toMatchObject({ transfers: { done: 40 }, orders: { done: 10 }, failures: [] });
    const transfers = await hub.observe.transfers();
    expect(transfers.filter((one) => one.Posted)).toHaveLength(40);
    expect(transfers).toHaveLength(40);
    expect(new Set(transfers.map((one) => one.lines[0]?.article)).size).toBe(40);
    expect(await hub.observe.orders()).toHaveLength(10);
  });

  it('each serve only the queues they were given', async () => {
    hub = await startHub({ backend, work: false });
    const api = start(['start', '--only', 'api'], hub.env);
    const [one, other] = [
      start(['start', '--only', 'worker'], { ...hub.env, WORKER_QUEUES: 'scan,onec-transfer' }),
      start(['start', '--only', 'worker'], { ...hub.env, WORKER_QUEUES: 'moysklad-order' }),
    ];
    await Promise.all([one, other].map((worker) => worker.event('fleet.started')));
    await hub.follow(await trigger(api));
    const by = async (step: string) => {
      const entries = await hub!.services.db.prisma.integrationLog.findMany({ where: { status: 'ok', step } });
      return new Set(entries.map((entry) => (entry.details as { worker: string }).worker));
    };
    expect(await by('create-transfer')).toEqual(new Set([(await one.event('fleet.started')).owner]));
    expect(await by('create-order')).toEqual(new Set([(await other.event('fleet.started')).owner]));
  });
});

describe.runIf(backends().includes('redis'))('Redis is only delivery:', () => {
  it('emptied in the middle, every document is made once and the schedule is back within a minute', async () => {
    const redis = await startPrivateRedis();
    try {
      hub = await startHub({
        backend: 'redis',
        redisUrl: redis.url,
        work: false,
        dataset: smallDataset({ moved: 30, ordered: 5 }),
        env: { SCAN_SCHEDULE: '0 4 1 1 *' },
      });
      await hub.fault({ system: '1c', match: { method: 'POST' }, kind: 'latency', ms: 50 });
      const api = start(['start', '--only', 'api'], hub.env);
      const worker = start(['start', '--only', 'worker'], hub.env);
      await worker.event('schedule.restored');
      const runId = await trigger(api);
      await until('some documents', async () => (await hub!.observe.transfers()).length >= 3);
      const client = new Redis(redis.url);
      await client.flushall();
      await client.quit();
      const end = await hub.follow(runId);
      expect(end).toMatchObject({ transfers: { done: 30 }, orders: { done: 5 } });
      expect(await hub.observe.transfers()).toHaveLength(30);
      expect(await hub.observe.orders()).toHaveLength(5);
      await until(
        'the schedule to stand again',
        async () => (await hub!.services.store.queue('scan').getJobSchedulers()).length === 1,
        60_000,
      );
    } finally {
      await Promise.all(processes.map((one) => one.end('SIGKILL')));
      await hub?.close();
      hub = undefined;
      await redis.stop();
    }
  }, 120_000);
});

describe('a process that cannot start', () => {
  it('tells every wrong setting in one message and ends with 1', async () => {
    const started = start(['start'], { NODE_ENV: 'test', PORT: 'http', SCAN_TIMEZONE: 'Mars', WORKER_QUEUES: 'none' });
    expect(await new Promise((resolve) => started.child.once('exit', resolve))).toBe(1);
    expect(started.output()).toMatch(/PORT/);
    expect(started.output()).toMatch(/SCAN_TIMEZONE/);
    expect(started.output()).toMatch(/WORKER_QUEUES/);
    expect(started.output()).toMatch(/API_1C_URL/);
    expect(started.output()).toMatch(/MOYSKLAD_AGENT/);
    expect(started.output()).not.toMatch(/at .*\.ts:/);
  });

  it('because the database is not there says so, hides the password, and ends with 1', async () => {
    hub = await startHub({ backend: 'postgres', work: false });
    const started = start(['start'], { ...hub.env, DATABASE_URL: 'postgresql://hub:hunter2@127.0.0.1:9/none' });
    expect(await new Promise((resolve) => started.child.once('exit', resolve))).toBe(1);
    expect(started.output()).toMatch(/does not answer at .*127\.0\.0\.1:9.*DATABASE_URL/s);
    expect(started.output()).not.toMatch(/hunter2/);
  });

  it('in production, because a migration is missing here, says which and how to mend it', async () => {
    hub = await startHub({ backend: 'postgres', work: false });
    await hub.services.db.prisma.$executeRaw`
      insert into _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
      values ('x', 'x', now(), '0900_newer', now(), 1)`;
    const production = { NODE_ENV: 'production', ADMIN_TRIGGER_TOKEN: 'secret', ADMIN_USERS: somebody };
    const started = start(['start'], { ...hub.env, ...production });
    expect(await new Promise((resolve) => started.child.once('exit', resolve))).toBe(1);
    expect(started.output()).toMatch(/missing here: 0900_newer.*newer than this program/s);
  });
});

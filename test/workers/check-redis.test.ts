import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../src/shared/db/free-port.ts';
import { checkRedis } from '../../src/shared/queue/check-redis.ts';
import { backends, startHub, type TestHub } from '../support/hub.ts';
import { type HubProcess, startHubProcess } from '../support/process.ts';
import { startPrivateRedis } from '../support/redis-server.ts';
import { somebody } from '../support/somebody.ts';

type Redis = Awaited<ReturnType<typeof startPrivateRedis>>;
let redis: Redis | undefined;
let hub: TestHub | undefined;
let started: HubProcess | undefined;
afterEach(async () => {
  await started?.end('SIGKILL');
  await hub?.close();
  await redis?.stop();
  redis = hub = started = undefined;
});

const withRedis = async (...args: string[]) => {
  redis = await startPrivateRedis(0, args);
  return redis.url;
};

describe.runIf(backends().includes('redis'))('the eviction policy of Redis', () => {
  it('noeviction is fit', async () => {
    expect(await checkRedis(await withRedis('--maxmemory-policy', 'noeviction'))).toEqual({ state: 'fit' });
  });

  it.each([
    'allkeys-lru',
    'allkeys-lfu',
    'allkeys-random',
    'volatile-lru',
    'volatile-lfu',
    'volatile-random',
    'volatile-ttl',
  ])('%s evicts jobs', async (policy) => {
    expect(await checkRedis(await withRedis('--maxmemory-policy', policy))).toEqual({ state: 'evicts', policy });
  });

  it('is read from INFO where CONFIG is no command, as in managed Redis', async () => {
    const url = await withRedis('--maxmemory-policy', 'volatile-lru', '--rename-command', 'CONFIG', '');
    expect(await checkRedis(url)).toEqual({ state: 'evicts', policy: 'volatile-lru' });
  });

  it('is read from INFO where the user may not use CONFIG', async () => {
    const url = await withRedis(
      '--maxmemory-policy',
      'allkeys-lru',
      '--user',
      'hub',
      'on',
      '>secret',
      '~*',
      '&*',
      '+@all',
      '-config',
    );
    const mine = new URL(url);
    mine.username = 'hub';
    mine.password = 'secret';
    expect(await checkRedis(mine.toString())).toEqual({ state: 'evicts', policy: 'allkeys-lru' });
  });

  it('is untold where neither CONFIG nor INFO is allowed', async () => {
    const url = await withRedis('--user', 'hub', 'on', '>secret', '~*', '&*', '+@all', '-config', '-info');
    const mine = new URL(url);
    mine.username = 'hub';
    mine.password = 'secret';
    expect(await checkRedis(mine.toString())).toEqual({ state: 'untold' });
  });

  it('of nobody is unreachable, and of a Redis that wants a password as well', async () => {
    const nobody = await checkRedis(`redis://127.0.0.1:${await freePort()}`);
    expect(nobody).toEqual({ state: 'unreachable', reason: expect.stringContaining('ECONNREFUSED') });
    const locked = await checkRedis(await withRedis('--requirepass', 'secret'));
    expect(locked).toEqual({ state: 'unreachable', reason: expect.stringContaining('NOAUTH') });
  });
});

describe.runIf(backends().includes('redis'))('a process whose Redis evicts', () => {
  it('does not start in production, and says what to set', async () => {
    const url = await withRedis('--maxmemory-policy', 'allkeys-lru');
    hub = await startHub({ backend: 'postgres', work: false });
    started = startHubProcess(['start', '--only', 'worker'], {
      ...hub.env,
      REDIS_URL: url,
      NODE_ENV: 'production',
      ADMIN_TRIGGER_TOKEN: 'secret',
      ADMIN_USERS: somebody,
    });
    expect(await new Promise((resolve) => started!.child.once('exit', resolve))).toBe(1);
    expect(started.output()).toMatch(/maxmemory-policy allkeys-lru.*CONFIG SET maxmemory-policy noeviction/);
    expect(started.output()).not.toMatch(/at .*\.ts:/);
  });

  it('starts elsewhere with a warning', async () => {
    const url = await withRedis('--maxmemory-policy', 'allkeys-lru');
    hub = await startHub({ backend: 'postgres', work: false });
    started = startHubProcess(['start', '--only', 'worker'], { ...hub.env, REDIS_URL: url });
    expect(await started.event('redis.evicts')).toMatchObject({ policy: 'allkeys-lru' });
    await started.event('process.started');
  });
});

describe.runIf(backends().includes('redis'))('a process whose Redis is not there at its start', () => {
  it('starts, accepts a run, hides the password, makes every document once Redis is there, and exits 0', async () => {
    const port = await freePort();
    hub = await startHub({ backend: 'postgres', work: false });
    started = startHubProcess(['start'], {
      ...hub.env,
      REDIS_URL: `redis://:hunter2@127.0.0.1:${port}`,
      SHUTDOWN_SECONDS: '15',
    });
    expect(await started.event('redis.unreachable')).toMatchObject({ reason: expect.stringContaining('ECONNREFUSED') });
    const { url } = (await started.event('api.listening')) as { url: string };
    const answer = await fetch(`${url}/api/v1/trigger/internal-replenishment`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(202);
    const { run_id: runId } = (await answer.json()) as { run_id: string };
    redis = await startPrivateRedis(port, ['--requirepass', 'hunter2']);
    expect(await hub.follow(runId)).toMatchObject({ transfers: { done: 6 }, orders: { done: 4 } });
    expect(await hub.observe.transfers()).toHaveLength(6);
    expect(started.output()).not.toMatch(/hunter2/);
    expect(await started.end('SIGTERM')).toBe(0);
  });

  it('exits 0 within the deadline when it is told to stop while still waiting', async () => {
    hub = await startHub({ backend: 'postgres', work: false });
    started = startHubProcess(['start'], {
      ...hub.env,
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      SHUTDOWN_SECONDS: '15',
    });
    await started.event('process.started');
    await hub.request();
    const startedMs = performance.now();
    expect(await started.end('SIGTERM'), started.output()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/shared/db/free-port.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { checkRedis } from '../../src/shared/queue/check-redis.ts';
import { createQueueStore, QUEUE_NAMES, type QueueStore } from '../../src/shared/queue/store.ts';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { type HubProcess, startHubProcess } from '../support/process.ts';
import type { PrivateRedis } from '../support/redis-server.ts';
import {
  type RedisTopology,
  startCluster,
  startSentinel,
  type TestCluster,
  type TestSentinel,
} from '../support/redis-topologies.ts';
import { smallDataset } from '../support/small-dataset.ts';

const withRedis = describe.runIf(backends().includes('redis'));
/** Where the hub's jobs are, on a cluster. */
const PREFIX = 'topologies';

let hub: TestHub | undefined;
let started: HubProcess | undefined;
let store: QueueStore | undefined;
afterEach(async () => {
  await started?.end('SIGKILL');
  await hub?.close();
  await store?.close();
  hub = started = store = undefined;
});

const active = (...kinds: string[]) => process.getActiveResourcesInfo().filter((one) => kinds.includes(one)).length;
const openSockets = () => active('TCPSocketWrap');
/** Tries to open one, and the pauses before the next try. */
const tries = () => active('TCPConnectWrap', 'Timeout');

/** A queue and a worker in use, so that every connection which they ever open is open. */
async function openInUse(url: string): Promise<QueueStore> {
  const opened = createQueueStore({ backend: 'redis', url, prefix: PREFIX, log: silentLog });
  const worked = new Promise<void>((resolve) => {
    opened.worker('maintenance', async () => resolve(), { concurrency: 2 });
  });
  await opened.queue('maintenance').waitUntilReady();
  await opened.queue('maintenance').add('probe', {});
  await worked;
  return opened;
}

async function expectEverythingClosed(topology: RedisTopology, meanwhile: () => Promise<void>): Promise<void> {
  const before = { sockets: openSockets(), tries: tries() };
  const opened = await openInUse(topology.url);
  expect(openSockets()).toBeGreaterThan(before.sockets);
  await meanwhile();
  await opened.close();
  await until('everything closed', async () => openSockets() <= before.sockets && tries() <= before.tries);
}

/** A run of two dozen documents in a process of its own, whose master `kill` ends when some of them are made. */
async function expectToOutlive(topology: RedisTopology, kill: () => Promise<PrivateRedis>): Promise<void> {
  hub = await startHub({
    backend: 'redis',
    redisUrl: topology.url,
    work: false,
    dataset: smallDataset({ moved: 20, ordered: 4 }),
    env: { QUEUE_PREFIX: PREFIX, WORKER_CONCURRENCY: '2' },
  });
  await hub.fault({ system: '1c', match: { method: 'POST' }, kind: 'latency', ms: 50 });
  started = startHubProcess(['start'], { ...hub.env, SHUTDOWN_SECONDS: '15' });
  const { url } = (await started.event('api.listening')) as { url: string };
  const get = async (path: string) => {
    const answer = await fetch(`${url}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const runId = await hub.request();
  const made = await until('some documents', async () => {
    const { length } = await hub!.observe.transfers();
    return length >= 5 && length;
  });
  expect(await get('/health/queue')).toMatchObject({ status: 200 });
  expect(made).toBeLessThan(20);
  const next = topology.talkTo(await kill());
  try {
    await until('the next master', async () => (await next.info('replication')).includes('role:master'));
    expect(await hub.follow(runId)).toMatchObject({ transfers: { done: 20 }, orders: { done: 4 } });
    expect(await hub.observe.transfers()).toHaveLength(20);
    expect(await hub.observe.orders()).toHaveLength(4);
    await until('health well again', async () => (await get('/health/ready')).status === 200);
    await until('every queue in the metrics', async () => {
      return (await get('/metrics')).text.match(/^hub_queue_up\{.*\} 1$/gm)?.length === QUEUE_NAMES.length;
    });
    expect(await next.keys(`*${PREFIX}*`)).not.toEqual([]);
  } finally {
    next.disconnect();
  }
  expect(started.output()).not.toMatch(/hunter2/);
  expect(await started.end('SIGTERM'), started.output()).toBe(0);
}

withRedis('jobs in a cluster', () => {
  let cluster: TestCluster;
  let standby: PrivateRedis;
  beforeAll(async () => {
    cluster = await startCluster({ standbyFor: `{${PREFIX}}` });
    standby = cluster.standby!;
  }, 30_000);
  afterAll(() => cluster?.stop());

  it('and its schedulers, delays, pauses and halts work, all under keys that one hash tag keeps together', async () => {
    store = createQueueStore({ backend: 'redis', url: cluster.url, prefix: 'tagged', log: silentLog });
    const queue = store.queue('scan');
    const seen: string[] = [];
    await queue.waitUntilReady();
    await queue.pause();
    await queue.addBulk([
      { name: 'now', data: {} },
      { name: 'later', data: {}, opts: { delay: 20 } },
    ]);
    await queue.upsertJobScheduler('often', { every: 50 }, { name: 'scheduled' });
    await queue.rateLimit(50);
    store.worker('scan', async ({ name }) => void seen.push(name), { concurrency: 4 });
    expect(await queue.isPaused()).toBe(true);
    await queue.resume();
    await until('each kind of job, the scheduled one again and again', async () => {
      return seen.includes('now') && seen.includes('later') && seen.filter((name) => name === 'scheduled').length > 2;
    });
    expect(await queue.getJobSchedulers()).toMatchObject([{ key: 'often' }]);
    const holder = await cluster.masterOf('{tagged}');
    for (const master of cluster.masters) {
      const admin = cluster.talkTo(master);
      const keys = await admin.keys('*tagged*');
      admin.disconnect();
      expect(keys.length > 0).toBe(master === holder);
      expect(keys.filter((key) => !key.startsWith('{tagged}:'))).toEqual([]);
    }
  });

  it('cannot lie under a prefix without hash tag; one that is there stays', async () => {
    const prefixOf = async (prefix: string) => {
      store = createQueueStore({ backend: 'redis', url: cluster.url, prefix, log: silentLog });
      const key = store.queue('scan').toKey('wait');
      await store.close();
      return key;
    };
    expect(await prefixOf('hub')).toBe('{hub}:scan:wait');
    expect(await prefixOf('{hub}')).toBe('{hub}:scan:wait');
    expect(await prefixOf('shop-{hub}-1')).toBe('shop-{hub}-1:scan:wait');
    await expect(prefixOf('}hub')).rejects.toThrow(/spread/);
  });

  it('are safe only where no master evicts: each of them is asked', async () => {
    expect(await checkRedis(cluster.url)).toEqual({ state: 'fit' });
    const [, , third] = cluster.masters;
    const admin = cluster.talkTo(third!);
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const node = `127.0.0.1:${third!.port}`;
    expect(await checkRedis(cluster.url)).toEqual({ state: 'evicts', policy: 'allkeys-lru', node });
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    admin.disconnect();
    const nobody = await checkRedis(`redis-cluster://127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}`);
    expect(nobody).toEqual({ state: 'unreachable', reason: expect.stringContaining('ECONNREFUSED') });
    const locked = await checkRedis(cluster.url.replace('hunter2', 'wrong'));
    expect(locked).toEqual({ state: 'unreachable', reason: expect.stringContaining('WRONGPASS') });
  });

  it('leave no socket open, and try to open none, when the store is closed', () =>
    expectEverythingClosed(cluster, async () => undefined));

  it('become documents, each made once, also when their master is killed and another takes its place', async () => {
    await expectToOutlive(cluster, async () => {
      await (await cluster.masterOf(`{${PREFIX}}`)).stop();
      return standby;
    });
  }, 120_000);

  it('leave no socket open, and try to open none, when the whole cluster is gone', async () => {
    await expectEverythingClosed(cluster, () => cluster.stop());
  }, 20_000);
});

withRedis('jobs behind a sentinel', () => {
  let sentinel: TestSentinel;
  beforeAll(async () => {
    sentinel = await startSentinel();
  }, 30_000);
  afterAll(() => sentinel?.stop());

  it('are safe only where the master that it names does not evict', async () => {
    const admin = sentinel.talkTo(sentinel.master);
    expect(await checkRedis(sentinel.url)).toEqual({ state: 'fit' });
    await admin.config('SET', 'maxmemory-policy', 'volatile-ttl');
    expect(await checkRedis(sentinel.url)).toEqual({ state: 'evicts', policy: 'volatile-ttl' });
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    admin.disconnect();
    const stranger = await checkRedis(sentinel.url.replace(/\/hub$/, '/other'));
    expect(stranger).toEqual({ state: 'unreachable', reason: expect.stringContaining('No such master') });
    const nobody = await checkRedis(`redis-sentinel://127.0.0.1:${await freePort()}/hub`);
    expect(nobody).toEqual({ state: 'unreachable', reason: expect.stringContaining('ECONNREFUSED') });
  });

  it('leave no socket open, and try to open none, when the store is closed', () =>
    expectEverythingClosed(sentinel, async () => undefined));

  it('become documents, each made once, also when the master is killed and the sentinel names another', async () => {
    await expectToOutlive(sentinel, async () => {
      await sentinel.master.stop();
      return sentinel.replica;
    });
  }, 120_000);

  it('leave no socket open, and try to open none, when master and sentinel are gone', async () => {
    await expectEverythingClosed(sentinel, () => sentinel.stop());
  }, 20_000);
});

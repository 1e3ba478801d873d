import got from 'got';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { type HubProcess, startHubProcess } from '../support/process.ts';
import { startPrivateRedis } from '../support/redis-server.ts';
import { smallDataset } from '../support/small-dataset.ts';

const [MOVED, ORDERED] = [1_800, 200];

let hub: TestHub | undefined;
let processes: HubProcess[] = [];
let redis: Awaited<ReturnType<typeof startPrivateRedis>> | undefined;
afterEach(async () => {
  await Promise.all(processes.map((one) => one.end('SIGKILL')));
  processes = [];
  await hub?.close();
  hub = undefined;
  await redis?.stop();
});

/** The short form, with 35 documents, is in `test/hub/processes.test.ts`. */
describe.runIf(backends().includes('redis'))('Redis emptied in the middle of 2,000 documents:', () => {
  it('each is made once, the schedule stands again within 60 s, and no process was started again', async () => {
    redis = await startPrivateRedis();
    hub = await startHub({
      backend: 'redis',
      redisUrl: redis.url,
      work: false,
      dataset: smallDataset({ moved: MOVED, ordered: ORDERED }),
      env: { SCAN_SCHEDULE: '0 4 1 1 *', RUN_MAX_DOCUMENTS: '0' },
    });
    const start = (only: string) => {
      const started = startHubProcess(['start', '--only', only], hub!.env);
      processes.push(started);
      return started;
    };
    const [api, one, other] = [start('api'), start('worker'), start('worker')];
    await Promise.race([one, other].map((worker) => worker.event('schedule.restored')));
    const { url } = await api!.event('api.listening');
    const answer = await got.post(`${url}/api/v1/trigger/internal-replenishment`, { json: {}, retry: { limit: 0 } });
    const { run_id: runId } = JSON.parse(answer.body) as { run_id: string };

    const made = async () => (await hub!.observe.transfers()).length + (await hub!.observe.orders()).length;
    await until('half of the documents', async () => (await made()) >= (MOVED + ORDERED) / 2, 240_000);
    const client = new Redis(redis.url);
    await client.flushall();
    await client.quit();
    const schedulers = async () => (await hub!.services.store.queue('scan').getJobSchedulers()).length;
    expect(await schedulers()).toBe(0);
    await until('the schedule to stand again', async () => (await schedulers()) === 1, 60_000);

    const end = await hub.follow(runId);
    expect(end).toMatchObject({ transfers: { done: MOVED }, orders: { done: ORDERED } });
    const [transfers, orders] = [await hub.observe.transfers(), await hub.observe.orders()];
    expect([transfers.length, orders.length]).toEqual([MOVED, ORDERED]);
    expect(transfers.every((transfer) => transfer.Posted && !transfer.DeletionMark)).toBe(true);
    for (const running of processes) expect(running.child.exitCode).toBeNull();
  }, 600_000);
});

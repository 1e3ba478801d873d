import { afterEach, describe, expect, it } from 'vitest';
import { backends, type HubOptions, startHub, type TestHub, until } from '../support/hub.ts';
import { smallDataset, withBadMatches } from '../support/small-dataset.ts';

let hub: TestHub;
afterEach(async () => {
  await hub.close();
});

/** Enough to go together, and few enough to go one by one within a window of МойСклад's. */
const ORDERED = 12;
const dataset = () => smallDataset({ moved: 1, ordered: ORDERED });

const POST_ORDERS = { system: 'moysklad', match: { method: 'POST', path: '/entity/customerorder' }, times: 1 } as const;
/** МойСклад makes the orders, and its answer never comes. */
const LOST = { ...POST_ORDERS, kind: 'drop-after' };
/** МойСклад has no time for anybody, once. */
const AWAY = { ...POST_ORDERS, kind: 'status', status: 429, code: 1049, headers: { 'X-Lognex-Retry-After': '300' } };

const rows = () => hub.services.db.prisma.outboxRow.findMany({ where: { kind: 'order' }, include: { lines: true } });
const posts = async () => {
  const { faults } = hub.sandbox;
  return faults.list().find(({ id }) => id === 'count')?.fired ?? 0;
};
/** Counts the POSTs of orders without disturbing them. */
const countPosts = () =>
  hub.sandbox.faults.add({
    id: 'count',
    system: 'moysklad',
    kind: 'latency',
    ms: 0,
    match: { method: 'POST', path: '/entity/customerorder' },
  });

/** A hub whose orders all wait before the first is begun, one job at a time. */
async function startGathering(options: HubOptions): Promise<void> {
  hub = await startHub({ ...options, env: { WORKER_CONCURRENCY: '1', ...options.env } });
  await hub.gather('moysklad-order', ORDERED);
}

async function orderedOnce(expected: number): Promise<void> {
  const orders = await hub.observe.orders();
  expect(orders).toHaveLength(expected);
  const articles = orders.flatMap((one) => one.positions.map((row) => row.article));
  expect(new Set(articles).size).toBe(expected);
}

describe.each(backends())('many orders that wait, with jobs in %s,', (backend) => {
  it('travel together: one row, one order, one outcome and one journal entry each', async () => {
    await startGathering({ backend, dataset: withBadMatches(dataset()) });
    countPosts();
    const end = await hub.scan();
    expect(end).toMatchObject({ status: 'completed', orders: { done: ORDERED - 2, failed: 2 } });
    await orderedOnce(ORDERED - 2);
    expect(await posts()).toBe(1);
    const all = await rows();
    const failed = all.filter(({ status }) => status === 'failed');
    expect(failed.map(({ errorCode }) => errorCode).sort()).toEqual(['moysklad-item-doubled', 'moysklad-item-missing']);
    for (const row of all.filter(({ status }) => status === 'done')) {
      expect(row).toMatchObject({ starts: 1, attempts: 0, externalNumber: expect.any(String) });
      expect(row.lines[0]!.goodsKey).not.toBeNull();
    }
    const journal = await hub.services.db.prisma.integrationLog.findMany({ where: { step: 'create-order' } });
    expect(new Set(journal.map(({ outboxId }) => outboxId)).size).toBe(ORDERED);
    expect(journal.filter(({ status }) => status === 'ok')).toHaveLength(ORDERED - 2);
  });
});

describe.each(backends())('orders whose jobs are all at work at once, with jobs in %s,', (backend) => {
  const jobs = () => hub.services.store.queue('moysklad-order').getJobs(['completed', 'failed']);
  /** The array is not sent before every order's job is at work and can only wait for it. */
  async function startAtOnce(options: Omit<HubOptions, 'backend'>): Promise<void> {
    const queue = () => hub.services.store.queue('moysklad-order');
    let held = false;
    await startGathering({
      backend,
      ...options,
      env: { WORKER_CONCURRENCY: `${ORDERED}` },
      async checkpoint(name) {
        if (name !== 'order.looked' || held) return;
        held = true;
        await until('every job at work', async () => (await queue().getActiveCount()) === ORDERED);
      },
    });
    countPosts();
  }

  it('go in the request of one, and every other job ends with it, begun once', async () => {
    await startAtOnce({ dataset: withBadMatches(dataset()) });
    expect(await hub.scan()).toMatchObject({ status: 'completed', orders: { done: ORDERED - 2, failed: 2 } });
    await orderedOnce(ORDERED - 2);
    expect(await posts()).toBe(1);
    const ended = await until('every job ended', async () => {
      const all = await jobs();
      return all.length === ORDERED && all;
    });
    expect(ended.map(({ attemptsStarted }) => attemptsStarted)).toEqual(Array(ORDERED).fill(1));
    const refused = ended.filter(({ failedReason }) => failedReason);
    expect(refused.map(({ failedReason }) => failedReason?.split(':')[0]).sort()).toEqual([
      'moysklad-item-doubled',
      'moysklad-item-missing',
    ]);
  });

  it('are each made once although the answer was lost, and every job tries again as its own row does', async () => {
    await startAtOnce({ dataset: dataset() });
    await hub.fault(LOST);
    expect(await hub.scan()).toMatchObject({ status: 'completed', orders: { done: ORDERED } });
    await orderedOnce(ORDERED);
    for (const row of await rows()) expect(row).toMatchObject({ starts: 2, attempts: 1 });
  });

  it('spend no attempt while МойСклад is away', async () => {
    await startAtOnce({ dataset: dataset() });
    await hub.fault(AWAY);
    expect(await hub.scan()).toMatchObject({ status: 'completed', orders: { done: ORDERED } });
    await orderedOnce(ORDERED);
    for (const row of await rows()) expect(row).toMatchObject({ attempts: 0, errorCode: null });
  });
});

describe('many orders that wait', () => {
  const backend = 'postgres';

  it('are each made once although the answer to the whole array was lost', async () => {
    await startGathering({ backend, dataset: dataset() });
    const lost = await hub.fault(LOST);
    expect(await hub.scan()).toMatchObject({ status: 'completed', orders: { done: ORDERED } });
    expect(hub.sandbox.faults.get(lost)?.fired).toBe(1);
    await orderedOnce(ORDERED);
  });

  it.each([408, 503])('are each made once although МойСклад made them and answered %i', async (status) => {
    await startGathering({ backend, dataset: dataset() });
    const match = { method: 'POST', path: '/entity/customerorder' };
    const fault = await hub.fault({ system: 'moysklad', kind: 'status', status, after: true, match, times: 1 });
    expect(await hub.scan()).toMatchObject({ status: 'completed', orders: { done: ORDERED } });
    expect(hub.sandbox.faults.get(fault)?.fired).toBe(1);
    await orderedOnce(ORDERED);
  });

  it('go each by itself after a refusal of the whole array', async () => {
    await startGathering({ backend, dataset: dataset() });
    const refusal = await hub.fault({
      system: 'moysklad',
      kind: 'status',
      status: 413,
      code: 2007,
      match: { method: 'POST', path: '/entity/customerorder' },
      times: 1,
    });
    const end = await hub.scan();
    expect(hub.sandbox.faults.get(refusal)?.fired).toBe(1);
    expect(end).toMatchObject({ status: 'completed', orders: { done: ORDERED } });
    await orderedOnce(ORDERED);
    expect((await rows()).every(({ attempts }) => attempts === 0)).toBe(true);
  });

  it('go together again, as if nothing had been, after МойСклад was away', async () => {
    await startGathering({ backend, dataset: dataset() });
    const down = await hub.fault(AWAY);
    countPosts();
    const end = await hub.scan();
    expect(hub.sandbox.faults.get(down)?.fired).toBe(1);
    expect(end).toMatchObject({ status: 'completed', orders: { done: ORDERED } });
    await orderedOnce(ORDERED);
    // Which of the jobs comes back first, and how many wait then, is chance; one by one they would be a dozen.
    expect(await posts()).toBeLessThan(ORDERED / 2);
  });

  it.each(['order.sent', 'attempt.worked'])('are each made once although the work broke off at %s', async (point) => {
    let fired = 0;
    await startGathering({
      backend,
      dataset: dataset(),
      checkpoint(name) {
        if (name !== point || fired > 0) return;
        fired += 1;
        throw new Error('cut off');
      },
    });
    const end = await hub.scan();
    expect(fired).toBe(1);
    expect(end).toMatchObject({ status: 'completed', orders: { done: ORDERED } });
    await orderedOnce(ORDERED);
  });

  it('each go by themselves where arrays are switched off', async () => {
    await startGathering({ backend, dataset: dataset(), env: { MOYSKLAD_ARRAY: '0' } });
    countPosts();
    await hub.scan();
    expect(await posts()).toBe(ORDERED);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { refreshAllLinks } from '../../src/jobs/refresh-links/pass.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';
import { smallDataset, withBadMatches } from '../support/small-dataset.ts';

let hub: TestHub;
afterEach(async () => {
  await hub.close();
});

const problems = async () =>
  Object.fromEntries(
    (await hub.services.db.prisma.itemLink.findMany({ where: { problem: { not: null } } })).map((link) => [
      link.matchValue,
      link.problem,
    ]),
  );

describe('links of items with limits', () => {
  it('are found for all of them, whether anything is needed or not, and show what blocks ordering and its money', async () => {
    hub = await startHub({
      backend: 'postgres',
      dataset: withBadMatches(smallDataset({ moved: 2, ordered: 4 })),
    });
    expect((await hub.scan()).orders).toMatchObject({ done: 2, failed: 2 });
    const pass = await refreshAllLinks(hub.services);
    expect(pass).toEqual({ items: 6, problems: { missing: 1, many: 1 } });
    expect(await problems()).toEqual({ 'ORDER-1': 'missing', 'ORDER-2': 'many' });
    const journal = await hub.services.db.prisma.integrationLog.findFirstOrThrow({ where: { step: 'links' } });
    expect(journal.message).toMatch(/6; (нет в МойСклад|несколько одинаковых) — 1, .* — 1 \(hub links\)/);

    // Lost in МойСклад after it was found there: its last price says what it blocks.
    await hub.services.db.prisma.itemLink.updateMany({ where: { matchValue: 'ORDER-1' }, data: { price: 10_000 } });
    const { store, db, onec, moysklad, clock, log, config } = hub.services;
    const app = createApp({
      ...{ config, db, onec, moysklad, log, clock, version: '1' },
      queues: {} as never,
      queueHealth: async () => ({ backend: store.backend, ok: true }),
      diagnose: async () => ({}) as never,
      checks: { '1c': () => onec.check(), moysklad: () => moysklad.check() },
    } as never);
    const answer = await app.request('/api/v1/links?waiting=true&limit=1');
    expect(answer.status).toBe(200);
    const page = (await answer.json()) as { items: object[]; next_cursor: string };
    expect(page.items).toMatchObject([{ article: 'ORDER-2', problem: 'many', matches: 2, blocked_roubles: null }]);
    const next = await app.request(`/api/v1/links?waiting=true&limit=1&cursor=${page.next_cursor}`);
    expect(await next.json()).toMatchObject({
      items: [
        { article: 'ORDER-1', problem: 'missing', waiting_quantity: 10, price_roubles: 100, blocked_roubles: 1000 },
      ],
      next_cursor: null,
    });
    expect((await app.request('/api/v1/links?problem=archived')).status).toBe(200);
    expect((await app.request('/api/v1/links?problem=lost')).status).toBe(422);
  });

  it('are printed by `hub links`, as a table and as JSON, and exit code 1 says that something waits', async () => {
    hub = await startHub({ backend: 'postgres', dataset: withBadMatches(smallDataset({ moved: 0, ordered: 3 })) });
    await hub.scan();
    const table = startHubProcess(['links', '--refresh'], hub.env);
    expect(await exitOf(table)).toBe(1);
    expect(table.output()).toMatch(/Сверено с МойСклад товаров: 3/);
    expect(table.output()).toMatch(/ORDER-2.*несколько: оставьте один \(2\)/);
    expect(table.output()).toMatch(/Товаров с вопросами: 2, из них ждут заказа: 2 на 0,00 ₽, без известной цены: 2/);
    const json = startHubProcess(['links', '--json'], hub.env);
    expect(await exitOf(json)).toBe(1);
    const records = json
      .output()
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { record: string; problem: string });
    expect(records.map(({ record, problem }) => `${record} ${problem}`).sort()).toEqual(['link many', 'link missing']);
  });

  it('are forgotten for items whose limits are gone, and heal when МойСклад does', async () => {
    hub = await startHub({ backend: 'postgres', dataset: smallDataset({ moved: 1, ordered: 1 }) });
    await hub.scan();
    expect(await hub.services.db.prisma.knownItem.count()).toBe(2);
    await hub.services.db.prisma.itemLink.updateMany({ data: { problem: 'archived', archived: 1 } });
    await refreshAllLinks(hub.services);
    expect(await problems()).toEqual({});
  });
});

const exitOf = (process: ReturnType<typeof startHubProcess>) =>
  new Promise<number | null>((resolve) => {
    if (process.child.exitCode !== null) resolve(process.child.exitCode);
    else process.child.once('exit', resolve);
  });

import got from 'got';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/shared/config/config.ts';
import { createFleet } from '../../src/workers/fleet.ts';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { smallDataset, withBadMatches } from '../support/small-dataset.ts';

const ROUTE = { DOCUMENT_SCOPE: 'route' };
let hub: TestHub;
afterEach(async () => {
  await hub.close();
});

const rows = (where: object = {}) =>
  hub.services.db.prisma.outboxRow.findMany({
    where: { kind: { not: 'scan' }, ...where },
    include: { lines: { orderBy: { lineNumber: 'asc' } } },
    orderBy: { id: 'asc' },
  });
const journalOf = async (step: string) =>
  (await hub.services.db.prisma.integrationLog.findMany({ where: { step }, orderBy: { id: 'asc' } })).map(
    (entry) => entry.message,
  );
/** Goods in living documents of both systems, by article: what a person there would count. */
const goodsOutside = async () => {
  const sums: Record<string, number> = {};
  const add = (article: string, quantity: number) => {
    sums[article] = (sums[article] ?? 0) + quantity;
  };
  for (const one of await hub.observe.transfers()) {
    if (one.Posted && !one.DeletionMark) for (const line of one.lines) add(line.article, line.Количество);
  }
  for (const one of await hub.observe.orders()) for (const line of one.positions) add(line.article, line.quantity);
  return sums;
};
const tenOfEach = (moved: number, ordered: number) =>
  Object.fromEntries([
    ...Array.from({ length: moved }, (_, n) => [`MOVE-${n + 1}`, 10]),
    ...Array.from({ length: ordered }, (_, n) => [`ORDER-${n + 1}`, 10]),
  ]);

describe.each(backends())('documents by route, with jobs in %s,', (backend) => {
  it('are one transfer order for the donor and one customer order, with every line, number and count told', async () => {
    hub = await startHub({ backend, env: ROUTE });
    const end = await hub.scan();
    expect(end).toMatchObject({ status: 'completed', transfers: { done: 1 }, orders: { done: 1 }, failures: [] });
    expect(end.counts).toMatchObject({ needs: 10, transfers: 6, orders: 4, documents: 2 });
    expect(await goodsOutside()).toEqual(tenOfEach(6, 4));
    const [transfer] = await hub.observe.transfers();
    const [order] = await hub.observe.orders();
    expect([transfer?.lines.length, order?.positions.length]).toEqual([6, 4]);
    const made = await rows();
    expect(made.map((row) => [row.kind, row.lines.length, row.externalNumber])).toEqual([
      ['transfer', 6, transfer?.Number],
      ['order', 4, order?.name],
    ]);
    expect(made.every((row) => row.confirmedAt !== null && row.starts === 1)).toBe(true);
    expect(await journalOf('create-transfer')).toEqual([
      expect.stringMatching(/Бестужевых.*Магазин Ленина.*, строк: 6$/),
    ]);
    expect(await journalOf('create-order')).toEqual([expect.stringMatching(/«Магазин Ленина», позиций: 4$/)]);
    expect(order?.description).toBe(
      [
        'Пополнение склада «Магазин Ленина»: на складах-донорах не нашлось. Позиций: 4.',
        ...[1, 2, 3, 4].map(
          (n) => `ORDER-${n} Товар ORDER-${n}: 10 шт (свободно 0, ожидается 0, минимум 5, максимум 10)`,
        ),
      ].join('\n'),
    );
  });

  it('are counted line by line by the next scan: nothing is made twice', async () => {
    hub = await startHub({ backend, env: ROUTE });
    await hub.scan();
    const second = await hub.scan();
    expect(second.counts).toMatchObject({ needs: 0, covered: 10, documents: 0 });
    expect(await goodsOutside()).toEqual(tenOfEach(6, 4));
  });

  it('hold more than 1,000 positions, each once though the work broke off in the middle, told in a comment that fits', async () => {
    const warnings: string[] = [];
    const noteWarning = ({ name }: Error) => warnings.push(name);
    process.on('warning', noteWarning);
    let broken = 0;
    hub = await startHub({
      backend,
      env: ROUTE,
      dataset: smallDataset({ moved: 0, ordered: 1100 }),
      checkpoint(name) {
        // The first thousand are in МойСклад by now, the rest are not.
        if (name !== 'order.sent' || broken > 0) return;
        broken += 1;
        throw new Error('cut off');
      },
    });
    const end = await hub.scan();
    process.removeListener('warning', noteWarning);
    expect(warnings).toEqual([]);
    expect(broken).toBe(1);
    expect(end).toMatchObject({ status: 'completed', orders: { done: 1 }, failures: [] });
    expect(await goodsOutside()).toEqual(tenOfEach(0, 1100));
    const orders = await hub.observe.orders();
    expect(orders.map((one) => one.positions.length)).toEqual([1100]);
    for (const { description, positions } of orders) {
      expect(description.length).toBeLessThanOrEqual(4096);
      const lines = description.split('\n');
      expect(lines[0]).toContain(`Позиций: ${positions.length}.`);
      const whole = /^ORDER-\d+ Товар ORDER-\d+: 10 шт \(свободно 0, ожидается 0, минимум 5, максимум 10\)$/;
      const told = lines.slice(1).filter((line) => whole.test(line)).length;
      const untold = Number(/^… и ещё (\d+),/.exec(lines.at(-1)!)?.[1] ?? 0);
      expect(told).toBeGreaterThan(40);
      expect(told + untold).toBe(positions.length);
    }
    const second = await hub.scan();
    expect(second.counts).toMatchObject({ needs: 0, covered: 1100, documents: 0 });
  });

  it('that 1C refuses for one line are taken apart until the others are made, each once', async () => {
    hub = await startHub({
      backend,
      env: ROUTE,
      dataset: smallDataset({ moved: 7, ordered: 0 }),
      // Somebody sells the donor's last pieces between the reading and the posting.
      async checkpoint(name) {
        if (name !== 'scan.read') return;
        const { dataset, controlUrl } = hub.sandbox;
        const itemKey = dataset.items.find((one) => one.article === 'MOVE-3')!.key;
        await got.post(`${controlUrl}/1c/stock`, {
          json: { warehouseKey: dataset.warehouses[1]!.key, itemKey, quantity: -45 },
        });
      },
    });
    const end = await hub.scan();
    expect(end).toMatchObject({ status: 'completed', transfers: { done: 3, failed: 1, superseded: 3 } });
    const { 'MOVE-3': _, ...others } = tenOfEach(7, 0);
    expect(await goodsOutside()).toEqual(others);
    const [failed, ...more] = await rows({ status: 'failed' });
    expect([more, failed?.lines.map((line) => line.article), failed?.errorCode]).toEqual([
      [],
      ['MOVE-3'],
      'onec-business-refusal',
    ]);
    expect((await journalOf('create-transfer'))[0]).toMatch(
      /Документ разделён \(строк: 4 и 3\), чтобы одна строка не держала остальные\.$/,
    );
    // Every line is promised once: closed where it was taken apart, open where it went on.
    const open = (await rows()).flatMap((row) => row.lines.filter((line) => line.closedAt === null));
    expect(open.map((line) => line.article).sort()).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `MOVE-${n}`));
    // The drafts that 1C would not post are marked for deletion.
    expect((await hub.observe.transfers()).filter((one) => !one.Posted && !one.DeletionMark)).toEqual([]);
    const second = await hub.scan({ dryRun: true });
    expect(second.counts).toMatchObject({ needs: 1, covered: 6 });
  });
});

describe.each(backends())('switching DOCUMENT_SCOPE between runs, with jobs in %s,', (backend) => {
  /** Works as a process with this scope does, until the work is done. */
  const during = async (scope: 'item' | 'route', work: () => Promise<void>) => {
    const config = readConfig({ ...hub.env, DOCUMENT_SCOPE: scope });
    const fleet = createFleet({ ...hub.services, config, schedule: false });
    fleet.start();
    try {
      await work();
    } finally {
      await fleet.stop(10_000);
    }
  };

  it.each([
    ['item', 'route'],
    ['route', 'item'],
  ] as const)('from %s to %s makes nothing twice, whatever state the documents are in', async (before, after) => {
    hub = await startHub({ backend, work: false, dataset: withBadMatches(smallDataset()) });
    const fault = await hub.fault({ system: '1c', match: { path: 'Document_ЗаказНаПеремещение' }, kind: 'down' });
    await during(before, async () => {
      const runId = await hub.request();
      // Customer orders are made or refused; transfer orders wait for 1C.
      await until('orders at rest', async () => {
        const orders = await rows({ runId, kind: 'order' });
        return orders.length > 0 && orders.every((row) => row.status === 'done' || row.status === 'failed');
      });
      await until('1C down', () => hub.services.db.prisma.systemState.findFirst({ where: { state: 'down' } }));
    });
    const waiting = await rows({ kind: 'transfer', status: { in: ['pending', 'queued'] } });
    expect(waiting.flatMap((row) => row.lines)).toHaveLength(6);
    await hub.heal(fault);

    await during(after, async () => {
      const second = await hub.scan();
      // Only what was refused is planned anew, and refused again.
      expect(second.counts).toMatchObject({ needs: 2, covered: 8, documents: after === 'item' ? 2 : 1 });
      await until(
        'transfers made',
        async () => (await rows({ status: { in: ['pending', 'queued', 'sending'] } })).length === 0,
      );
      const third = await hub.scan();
      expect(third.counts).toMatchObject({ needs: 2, covered: 8 });
    });
    const { 'ORDER-1': _, 'ORDER-2': __, ...makeable } = tenOfEach(6, 4);
    expect(await goodsOutside()).toEqual(makeable);
  });
});

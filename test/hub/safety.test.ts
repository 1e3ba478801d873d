import got from 'got';
import { afterEach, describe, expect, it } from 'vitest';
import { editLine } from '../../src/shared/outbox/edit-line.ts';
import { approveRow, rejectRow } from '../../src/shared/outbox/operations.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import { BESTUZHEVYH, CONTAINER, itemKey, LENINA, MIRA, shopsDataset } from '../support/shops-dataset.ts';

let hub: TestHub;
afterEach(() => hub.close());

const start = async (env: Record<string, string> = {}) => {
  hub = await startHub({ backend: 'postgres', dataset: shopsDataset(), env });
};
const control = <T>(path: string, json: object) => got.post(`${hub.sandbox.controlUrl}${path}`, { json }).json<T>();
const sell = (warehouse: { key: string }, number: number, quantity: number) =>
  control('/1c/stock', { warehouseKey: warehouse.key, itemKey: itemKey(number), quantity: -quantity });
const setLimit = (warehouse: { key: string }, number: number, minimum: number, maximum: number | null) =>
  control('/1c/limit', { warehouseKey: warehouse.key, itemKey: itemKey(number), minimum, maximum });
const withhold = (share: number, warehouse: { key: string } | null, set?: string) =>
  control('/1c/withhold-rows', { share, warehouseKey: warehouse?.key ?? null, ...(set === undefined ? {} : { set }) });
const cuts = async () =>
  (await got(`${hub.sandbox.controlUrl}/1c/withhold-rows`).json<{ cut: number }[]>()).map(({ cut }) => cut);

const warningsOf = async (runId: string) =>
  (await hub.services.db.prisma.run.findUniqueOrThrow({ where: { id: runId } })).warnings as string[];
const documentsOf = async (runId: string) =>
  (
    await hub.services.db.prisma.outboxRow.findMany({
      where: { runId, kind: { not: 'scan' } },
      include: { lines: true },
      orderBy: { id: 'asc' },
    })
  ).map((row) => ({
    id: row.id,
    what: `${row.kind} ${row.senderName ?? 'МойСклад'} → ${row.recipientName}: ${row.lines.map((line) => `${line.article} ${line.quantity}`).join()}`,
    status: row.status,
    reason: row.holdReason,
  }));
const journal = (where: object) =>
  hub.services.db.prisma.integrationLog.findMany({
    where,
    orderBy: { id: 'asc' },
    select: { level: true, message: true },
  });

describe('a register that answers half the rows', () => {
  it('orders nothing for that warehouse and everything for the others, and says why; a person may insist', async () => {
    await start();
    await sell(LENINA, 1, 15);
    expect((await hub.scan()).counts).toMatchObject({ documents: 1 });

    await withhold(0.5, LENINA);
    await sell(MIRA, 2, 15);
    const half = await hub.scan();
    expect(await cuts()).toEqual([1]);
    expect(half.status).toBe('completed');
    expect(await documentsOf(half.runId)).toMatchObject([
      { what: 'transfer Бестужевых → Магазин Мира: A-2 25', status: 'done', reason: null },
    ]);
    const why =
      '1С вернула строк остатков по складу «Магазин Ленина»: 20, а в прошлый раз 40 (меньше 60 %, SNAPSHOT_MIN_SHARE). Склад «Магазин Ленина» в этот раз не пополняется. Если данные верны, запустите проверку с force (hub scan --force).';
    expect(await warningsOf(half.runId)).toEqual([why]);
    expect(await journal({ runId: half.runId, step: 'snapshot' })).toEqual([{ level: 'warning', message: why }]);

    // What was doubted is no new measure: the same half is doubted again.
    expect((await hub.scan()).counts).toMatchObject({ documents: 0 });
    const forced = await hub.scan({ force: true });
    expect(forced.counts).toMatchObject({ needs: 20 });
    expect((await warningsOf(forced.runId))[0]).toMatch(/Учтено как есть: проверку снял человек \(force\)\.$/);
    // And what a person insisted on is.
    expect(await warningsOf((await hub.scan()).runId)).toEqual([]);
  });

  it('of every warehouse fails the run with the reason, and makes nothing', async () => {
    await start();
    await hub.scan();
    await withhold(0.5, null);
    const end = await hub.scan();
    expect(await cuts()).toEqual([4]);
    expect(end.status).toBe('failed');
    expect(end.error).toMatch(
      /^1С ответила не полностью, планировать нечего: .*«Магазин Ленина».*«Магазин Мира».*force/,
    );
    expect(await hub.observe.transfers()).toHaveLength(0);
    expect(await hub.observe.orders()).toHaveLength(0);
  });

  it('of a donor takes nothing from it and holds orders outside, for the goods may be there', async () => {
    await start();
    await hub.scan();
    await withhold(0.5, BESTUZHEVYH);
    await sell(LENINA, 1, 15);
    await setLimit(MIRA, 2, 45, 90);
    const end = await hub.scan();
    expect(await cuts()).toEqual([1]);
    const reason = 'остатки донора «Бестужевых» прочитаны не полностью: возможно, товар там есть';
    expect(await documentsOf(end.runId)).toMatchObject([
      { what: 'transfer Контейнер → Магазин Ленина: A-1 25', status: 'done', reason: null },
      { what: 'transfer Контейнер → Магазин Мира: A-2 60', status: 'done', reason: null },
      { what: 'order МойСклад → Магазин Мира: A-2 10', status: 'held', reason },
    ]);
    expect(await hub.observe.orders()).toHaveLength(0);
    const [line] = await hub.services.db.prisma.runLine.findMany({ where: { runId: end.runId, article: 'A-1' } });
    expect(line!.why).toMatchObject({ donors: [{ donorName: 'Бестужевых', reason: 'unreadable', taken: 0 }, {}] });
  });
});

it('a warehouse whose limits are gone is missed, not forgotten', async () => {
  await start();
  await hub.scan();
  await withhold(0, MIRA, 'InformationRegister_ТоварныеОграничения');
  const end = await hub.scan();
  expect((await cuts())[0]).toBeGreaterThan(0);
  expect(end.status).toBe('completed');
  expect(await warningsOf(end.runId)).toEqual([
    expect.stringMatching(
      /^На складе «Магазин Мира» не осталось ни одного лимита \(было 40\)\. Склад не пополняется\./,
    ),
  ]);
});

describe('a minimum of 10 mistyped as 1000', () => {
  it('is held, not ordered, at every scan, until a person approves; then it is a limit like any other', async () => {
    await start();
    await hub.scan();
    await setLimit(LENINA, 1, 1000, null);
    await sell(LENINA, 2, 15);
    const reason = /^минимум с прошлого расчёта: было 10, стало 1000 — больше в 100 раз/;
    const expected = [
      { what: 'transfer Бестужевых → Магазин Ленина: A-1 100', status: 'held', reason: expect.stringMatching(reason) },
      { what: 'transfer Контейнер → Магазин Ленина: A-1 60', status: 'held', reason: expect.stringMatching(reason) },
      { what: 'order МойСклад → Магазин Ленина: A-1 820', status: 'held', reason: expect.stringMatching(reason) },
    ];
    const first = await hub.scan();
    const calm = { what: 'transfer Бестужевых → Магазин Ленина: A-2 25', status: 'done', reason: null };
    expect(await documentsOf(first.runId)).toMatchObject([...expected, calm]);
    expect(await warningsOf(first.runId)).toEqual([
      expect.stringMatching(/^«Товар 1» \(A-1\) для «Магазин Ленина» ждёт утверждения: минимум с прошлого расчёта/),
    ]);
    const told = await journal({ runId: first.runId, level: 'warning', step: 'plan' });
    expect(told.map(({ message }) => message)).toEqual(
      expected.map(() => expect.stringContaining('Ждёт утверждения: минимум')),
    );

    const again = await hub.scan();
    expect(await documentsOf(again.runId)).toMatchObject(expected);
    expect(await hub.observe.orders()).toHaveLength(0);

    for (const { id } of await documentsOf(again.runId))
      await approveRow(hub.services.db, { outboxId: id, actor: 'Иванова' });
    expect(await hub.follow(again.runId)).toMatchObject({ transfers: { done: 2 }, orders: { done: 1 } });
    await sell(LENINA, 1, 7);
    const later = await hub.scan();
    expect(await documentsOf(later.runId)).toMatchObject([
      { what: 'order МойСклад → Магазин Ленина: A-1 7', status: 'done', reason: null },
    ]);
  });

  it.each<[string, (documents: { id: string }[]) => Promise<unknown>]>([
    [
      'of which a person rejected a part',
      async ([first, second, order]) => {
        for (const { id } of [first!, second!]) await approveRow(hub.services.db, { outboxId: id, actor: 'Иванова' });
        await rejectRow(hub.services.db, { outboxId: order!.id, actor: 'Иванова' });
      },
    ],
    [
      'of which a person changed a quantity',
      async (documents) => {
        const edit = {
          outboxId: documents[2]!.id,
          lineNumber: 1,
          actor: 'Иванова',
          quantity: 10,
          reason: 'опечатка в 1С',
        };
        expect((await editLine(hub.services.db, edit)).outcome).toBe('done');
        for (const { id } of documents) await approveRow(hub.services.db, { outboxId: id, actor: 'Иванова' });
      },
    ],
  ])('is not learnt from an approval %s', async (_, decide) => {
    await start();
    await hub.scan();
    await setLimit(LENINA, 1, 1000, null);
    const held = await hub.scan();
    await decide(await documentsOf(held.runId));
    await hub.follow(held.runId);
    const later = await documentsOf((await hub.scan()).runId);
    expect(later).toMatchObject([{ status: 'held', reason: expect.stringContaining('было 10, стало 1000') }]);
  });

  it('reached in small steps is held by what the shop needed before, and what was held is no precedent', async () => {
    await start();
    await sell(LENINA, 1, 15);
    expect((await hub.scan()).transfers).toEqual({ done: 1 });
    for (const maximum of [120, 480, 1900]) {
      await setLimit(LENINA, 1, 10, maximum);
      expect((await hub.scan()).counts).toMatchObject({ needs: 0 });
    }
    await sell(LENINA, 1, 25);
    const reason = expect.stringMatching(/^потребность 1895 больше наибольшей за 90 дней \(25\) в 75,8 раза$/);
    for (const again of [false, true]) {
      const rows = await documentsOf((await hub.scan()).runId);
      expect(
        rows.map((row) => [row.status, row.reason]),
        `again: ${again}`,
      ).toEqual(rows.map(() => ['held', reason]));
      expect(rows.length).toBeGreaterThan(0);
      // Here the held documents are still there, and must not count either.
      const dry = await hub.scan({ dryRun: true });
      expect(await warningsOf(dry.runId)).toEqual([expect.stringContaining('больше наибольшей за 90 дней (25)')]);
    }
  });

  it('holds nothing once it is mended in 1C', async () => {
    await start();
    await hub.scan();
    await setLimit(LENINA, 1, 1000, null);
    expect((await hub.scan()).transfers).toEqual({ held: 2 });
    await setLimit(LENINA, 1, 10, 30);
    const mended = await hub.scan();
    expect(mended.counts).toMatchObject({ needs: 0, superseded: 3 });
    expect(await warningsOf(mended.runId)).toEqual([]);
  });

  it('is doubted on a warehouse that the hub meets for the first time, where other shops keep 10', async () => {
    await start();
    await setLimit(LENINA, 1, 1000, null);
    const end = await hub.scan();
    expect((await documentsOf(end.runId)).map(({ status }) => status)).toEqual(['held', 'held', 'held']);
    expect((await documentsOf(end.runId))[0]!.reason).toMatch(/больше, чем обычно на других складах \(10\), в 100 раз/);
    expect((await hub.scan()).transfers).toEqual({ held: 2 });
  });

  it('stays unlearnt while there is enough in stock, and is held on the day there is not', async () => {
    await start();
    await control('/1c/stock', { warehouseKey: LENINA.key, itemKey: itemKey(1), quantity: 2000 });
    await hub.scan();
    await setLimit(LENINA, 1, 1000, null);
    expect((await hub.scan()).counts).toMatchObject({ needs: 0 });
    await sell(LENINA, 1, 1500);
    const end = await hub.scan();
    expect((await documentsOf(end.runId)).map(({ status }) => status)).toEqual(['held', 'held', 'held']);
  });

  it('is seen by a dry run too, which learns nothing', async () => {
    await start();
    await hub.scan({ dryRun: true });
    expect(await hub.services.db.prisma.knownLimit.count()).toBe(0);
    expect(await hub.services.db.prisma.snapshotCount.count()).toBe(0);
    await hub.scan();
    await setLimit(LENINA, 1, 1000, null);
    const dry = await hub.scan({ dryRun: true });
    expect(await warningsOf(dry.runId)).toEqual([expect.stringContaining('было 10, стало 1000')]);
    expect(await documentsOf(dry.runId)).toEqual([]);
  });
});

it('a run over its limit is held as a whole, with the reason', async () => {
  await start({ RUN_MAX_DOCUMENTS: '1', DONOR_WAREHOUSES: `${BESTUZHEVYH.name},${CONTAINER.name}` });
  await sell(LENINA, 1, 15);
  await sell(MIRA, 1, 15);
  const end = await hub.scan();
  const reason = 'в расчёте документов: 2, предел 1 (RUN_MAX_DOCUMENTS)';
  expect((await documentsOf(end.runId)).map((row) => [row.status, row.reason])).toEqual([
    ['held', reason],
    ['held', reason],
  ]);
  expect(await warningsOf(end.runId)).toEqual([`Все документы ждут утверждения: ${reason}.`]);
});

it('a run whose orders in МойСклад cost more than allowed waits as a whole, for the sum that is known', async () => {
  await start({ RUN_MAX_SUM: '2000', DONOR_WAREHOUSES: '-' });
  await sell(LENINA, 1, 15);
  // The first order teaches the price.
  expect((await documentsOf((await hub.scan()).runId)).map((row) => row.status)).toEqual(['done']);
  await sell(MIRA, 1, 15);
  await sell(MIRA, 2, 15);
  const end = await hub.scan();
  const reason =
    'заказы в МойСклад на 2\u00a0500 ₽, предел 2\u00a0000 ₽ (RUN_MAX_SUM); строк без известной цены, в сумму не вошедших: 1';
  expect((await documentsOf(end.runId)).map((row) => [row.status, row.reason])).toEqual([
    ['held', reason],
    ['held', reason],
  ]);
  expect(await warningsOf(end.runId)).toEqual([`Все документы ждут утверждения: ${reason}.`]);
});

import { afterEach, describe, expect, it } from 'vitest';
import { GOTCHAS, type Gotcha } from '../../sandbox/onec/gotchas.ts';
import type { OnecOptions } from '../../sandbox/onec/onec.ts';
import { runSteps } from '../../src/shared/check/run-steps.ts';
import { settle } from '../../src/shared/onec/config.ts';
import type { OneC, Snapshot } from '../../src/shared/onec/port.ts';
import {
  command,
  DOCUMENT_KEY,
  DONOR,
  failure,
  itemKey,
  OTHER_SHOP,
  oursIn,
  PIECES,
  SCARCE,
  SHOP,
  type SmallWorld,
  smallDataset,
  startSmallWorld,
} from './small-world.ts';

const EMPTY = '00000000-0000-0000-0000-000000000000';
const STRANGER = 'eeeeeeee-0000-4000-8000-000000000001';
const TRANSFERS = 'Document_ЗаказНаПеремещение';
const NEEDS = 'AccumulationRegister_ЗапасыИПотребности';
const SHELF = ['ТоварыНаСкладах', 'ТоварыКОтгрузке', 'ТоварыКПоступлению'].map((one) => `AccumulationRegister_${one}`);

interface Case {
  onec?: OnecOptions;
  /** What a careless client asks, and what it gets for it. */
  provoke?(world: SmallWorld): Promise<void>;
  /** The hub's own work, with the trap set. */
  survive(world: SmallWorld): Promise<void>;
  /** True: the hub never asks in a way that meets the trap. Left out: it meets it, and goes on. */
  avoids?: true;
}

let world: SmallWorld;
afterEach(() => world.close());

const snapshotOf = (onec: OneC): Promise<Snapshot> =>
  onec.readSnapshot({
    choose: ({ warehouses }) => ({
      recipients: warehouses.filter(({ key }) => key === SHOP),
      donors: warehouses.filter(({ key }) => key === DONOR),
    }),
  });
const make = (over: Parameters<typeof command>[0] = {}, lookFirst = false) =>
  world.onec.makeTransfer(command(over), { lookFirst });

/** A bare request, as a careless client sends it. */
async function raw(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const { onecUser, onecPassword, onecUrl } = world.sandbox;
  const response = await fetch(`${onecUrl}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${onecUser}:${onecPassword}`, 'utf8').toString('base64')}`,
      accept: 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: read as each case expects it
  const json: any = text.startsWith('{') ? JSON.parse(text) : null;
  return { status: response.status, text, json };
}
const line = (over: Record<string, unknown> = {}) => ({
  ...{ LineNumber: '1', Номенклатура_Key: PIECES, Количество: 1, ВариантОбеспечения: 'Отгрузить' },
  ...over,
});
const body = (over: Record<string, unknown> = {}) => ({
  ...{ СкладОтправитель_Key: DONOR, СкладПолучатель_Key: SHOP, Статус: 'КВыполнению', Товары: [line()] },
  ...over,
});
const onOrderAt = ({ stock }: Snapshot, warehouse: string, item: string) =>
  stock.find(({ warehouseKey, itemKey: one }) => warehouseKey === warehouse && one === item);

const CASES: Record<Gotcha, Case> = {
  1: {
    async provoke() {
      const { text } = await raw('GET', '/Catalog_Номенклатура/$count');
      expect(text).toMatch(/^\uFEFF?\d+$/);
    },
    async survive() {
      await make();
      const seen = (await world.onec.readTransfers([DOCUMENT_KEY])).get(DOCUMENT_KEY)!;
      expect(seen.lines.map(({ quantity, received }) => [quantity, received])).toEqual([
        [5000, 0],
        [1250, 0],
      ]);
    },
  },
  2: {
    onec: { denied: ['InformationRegister_ТоварныеОграничения'] },
    async survive() {
      const error = await failure(snapshotOf(world.onec));
      expect([error.outcome, error.code]).toEqual(['not-now', 'onec-no-rights']);
      expect(error.message).toContain('нет прав на InformationRegister_ТоварныеОграничения');
    },
  },
  3: {
    async survive() {
      const lines = [{ itemKey: SCARCE, characteristicKey: EMPTY, quantity: 9000 }];
      const error = await failure(make({ lines }));
      expect([error.outcome, error.code]).toEqual(['refused', 'onec-business-refusal']);
      expect(error.message).toContain('недостаточно свободного остатка');
      expect(await oursIn(world)).toMatchObject([{ Posted: false, DeletionMark: true }]);
    },
  },
  4: {
    avoids: true,
    async provoke() {
      const keys = Array.from({ length: 40 }, (_, index) => `Ref_Key eq guid'${itemKey(index)}'`).join(' or ');
      const { status, text } = await raw('GET', `/${TRANSFERS}?$filter=${encodeURIComponent(keys)}`);
      expect([status, text.slice(0, 9)]).toEqual([404, '<!DOCTYPE']);
    },
    async survive() {
      await make();
      const keys = Array.from({ length: 60 }, (_, index) => itemKey(index + 100));
      expect([...(await world.onec.readTransfers([...keys, DOCUMENT_KEY])).keys()]).toEqual([DOCUMENT_KEY]);
    },
  },
  5: {
    avoids: true,
    // A release without «Приоритет», which the hub fills elsewhere.
    onec: { flavour: 'ut-11.4' },
    async provoke() {
      const { status } = await raw('POST', `/${TRANSFERS}`, body({ Прiоритет_Key: STRANGER }));
      expect(status).toBe(201);
    },
    async survive() {
      expect(await make()).toMatchObject({ posted: true });
    },
  },
  6: {
    avoids: true,
    async provoke() {
      const { json } = await raw('POST', `/${TRANSFERS}`, body({ АдресДоставки: 'я'.repeat(600) }));
      expect(json.АдресДоставки).toHaveLength(500);
    },
    async survive() {
      const comment = 'почему заказано '.repeat(400);
      await make({ comment });
      expect((await oursIn(world))[0]!.Комментарий).toContain(comment.trim());
    },
  },
  7: {
    avoids: true,
    async provoke() {
      const stray = body({ Товары: [line({ Номенклатура_Key: STRANGER })] });
      expect((await raw('POST', `/${TRANSFERS}`, stray)).status).toBe(201);
    },
    async survive() {
      const lines = [{ itemKey: STRANGER, characteristicKey: EMPTY, quantity: 1000 }];
      const error = await failure(make({ lines }));
      expect([error.outcome, error.code]).toEqual(['refused', 'onec-bad-reference']);
      expect(error.message).toContain(STRANGER);
      expect((await failure(make({ recipientKey: STRANGER }))).code).toBe('onec-bad-reference');
      expect(await oursIn(world)).toEqual([]);
    },
  },
  8: {
    avoids: true,
    async provoke() {
      const without = await raw('POST', `/${TRANSFERS}`, body({ Товары: [line({ LineNumber: undefined })] }));
      const gap = await raw('POST', `/${TRANSFERS}`, body({ Товары: [line({ LineNumber: '3' })] }));
      expect([without.status, gap.status]).toEqual([500, 400]);
    },
    async survive() {
      expect(await make()).toMatchObject({ posted: true });
    },
  },
  9: {
    avoids: true,
    async provoke() {
      const { json } = await raw('POST', `/${TRANSFERS}`, body());
      const path = `/${TRANSFERS}(guid'${json.Ref_Key}')`;
      expect((await raw('PATCH', path, { Комментарий: 'поверх' }, { 'if-match': 'AAAAAAAAAAA=' })).status).toBe(200);
    },
    async survive() {
      await make({ posting: 'draft' });
      // Somebody changes the document meanwhile: it is neither overwritten nor posted.
      await world.control('/1c/edit', { transferKey: DOCUMENT_KEY, lines: [{ code: 1, quantity: 2 }] });
      const error = await failure(make({}, true));
      expect([error.outcome, error.code]).toEqual(['refused', 'onec-document-differs']);
      expect(await oursIn(world)).toMatchObject([{ Posted: false, lines: [{ Количество: 2 }, {}] }]);
    },
  },
  10: {
    avoids: true,
    async provoke() {
      const { json } = await raw('POST', `/${TRANSFERS}`, body());
      const path = `/${TRANSFERS}(guid'${json.Ref_Key}')`;
      expect([(await raw('DELETE', path)).status, (await raw('GET', path)).status]).toEqual([204, 404]);
    },
    async survive() {
      await failure(make({ lines: [{ itemKey: SCARCE, characteristicKey: EMPTY, quantity: 9000 }] }));
      expect(await oursIn(world)).toMatchObject([{ DeletionMark: true }]);
    },
  },
  11: {
    async provoke() {
      const ask = (condition: string) =>
        raw('GET', `/${NEEDS}/Balance(Condition='${condition.replaceAll("'", "''")}',Dimensions='Склад')`);
      expect((await ask(`Склад eq guid'${DONOR}'`)).json.value).toEqual([]);
      expect((await ask(`Склад_Key eq guid'${DONOR}'`)).status).toBe(400);
    },
    async survive() {
      const { stock } = await snapshotOf(world.onec);
      expect(stock.filter(({ warehouseKey }) => warehouseKey === DONOR)).toHaveLength(23);
    },
  },
  12: {
    avoids: true,
    async provoke() {
      const sum = async (period: string) => {
        const { json } = await raw('GET', `/${SHELF[2]}/Balance(Dimensions='Склад'${period})`);
        return json.value.reduce(
          (total: number, row: Record<string, number>) => total + row.КОформлениюПоступленийПоРаспоряжениюBalance!,
          0,
        );
      };
      expect(await sum(",Period=datetime'2025-03-15T01:15:00'")).toBeLessThan(await sum(''));
    },
    async survive() {
      const snapshot = await snapshotOf(world.onec);
      for (const { itemKey: item, onOrder } of smallDataset().stock.filter((row) => row.warehouseKey === SHOP))
        expect(onOrderAt(snapshot, SHOP, item)?.onOrder ?? 0).toBe(onOrder * 1000);
    },
  },
  13: {
    onec: { unpublished: [NEEDS, 'InformationRegister_РаспределениеЗапасов'] },
    async survive() {
      const before = onOrderAt(await snapshotOf(world.onec), DONOR, PIECES)!;
      await make();
      // The goods still lie on the shelf, and are no longer free.
      const after = onOrderAt(await snapshotOf(world.onec), DONOR, PIECES)!;
      expect(before.free - after.free).toBe(5000);
      const { json } = await raw('GET', `/${SHELF[0]}/Balance(Dimensions='Номенклатура,Склад')`);
      const shelf = json.value.find((row: Record<string, unknown>) => {
        return row.Номенклатура_Key === PIECES && row.Склад_Key === DONOR;
      });
      expect(shelf.ВНаличииBalance * 1000).toBeGreaterThan(after.onHand);
    },
  },
  14: {
    onec: { gotchas: { 14: true } },
    async survive() {
      expect(await make()).toMatchObject({ posted: true });
      expect((await oursIn(world))[0]!.header.Статус).toBe('Закрыт');
      const received = async () =>
        (await world.onec.readTransfers([DOCUMENT_KEY])).get(DOCUMENT_KEY)!.lines.map((one) => one.received);
      expect(await received()).toEqual([0, 0]);
      await world.control('/1c/receive', { transferKey: DOCUMENT_KEY });
      expect(await received()).toEqual([5000, 1250]);
    },
  },
  15: {
    avoids: true,
    onec: { flavour: 'ut-11.4' },
    async provoke() {
      const status = async (value: string) =>
        (await raw('POST', `/${TRANSFERS}`, body({ Статус: value, Товары: [] }))).status;
      expect([await status('НаСогласовании'), await status('КОбеспечению')]).toEqual([400, 201]);
      const variant = body({ Товары: [line({ ВариантОбеспечения: 'РезервироватьПоМереПоступления' })] });
      expect((await raw('POST', `/${TRANSFERS}`, variant)).status).toBe(400);
    },
    async survive() {
      expect(await make()).toMatchObject({ posted: true });
      world.sandbox.onec.update({ flavour: 'ut-11.5.20' });
      expect(await make({ key: STRANGER, outboxId: '01890000-0000-7000-8000-000000000002' })).toMatchObject({
        posted: true,
      });
    },
  },
  16: {
    avoids: true,
    async provoke() {
      for (const catalog of ['Catalog_Склады', 'Catalog_Организации'])
        expect((await raw('GET', `/${catalog}?$select=Ref_Key,Code`)).status).toBe(400);
    },
    async survive() {
      expect(await world.onec.listWarehouses()).toHaveLength(3);
      // A customised base does have one.
      world.sandbox.onec.update({ flavour: 'ut-11.5.8' });
      expect(await world.onec.listWarehouses()).toHaveLength(3);
    },
  },
  17: {
    async survive() {
      const names = (await world.onec.listWarehouses()).map(({ name }) => name);
      expect(names).toEqual(['Бестужевых', 'Магазин Ленина', 'Магазин Мира']);
      const { items } = await snapshotOf(world.onec);
      expect(items.some(({ name }) => name === 'Товары')).toBe(false);
      expect(items.find(({ article }) => article === 'ЛН-100')).toMatchObject({ deletionMark: true });
    },
  },
  18: {
    avoids: true,
    async provoke() {
      const { json } = await raw('POST', `/${TRANSFERS}`, body({ Date: '2025-03-14T22:15:00.000Z' }));
      expect(json.Date).toBe('2025-03-14T22:15:00');
    },
    async survive() {
      // 22:15 of the 14th in UTC: the hub writes what the clock on 1C's wall says.
      await make();
      expect((await oursIn(world))[0]!.Date).toBe('2025-03-15T01:15:00');
      expect((await world.onec.findTransfer(DOCUMENT_KEY))!.date).toBe('2025-03-15T01:15:00+03:00');
    },
  },
  19: {
    onec: { gotchas: { 19: true }, coldStartMs: 400 },
    async survive() {
      const startedMs = performance.now();
      expect(await world.onec.listWarehouses()).toHaveLength(3);
      expect(performance.now() - startedMs).toBeGreaterThanOrEqual(399);
      const { timeoutMs, balanceTimeoutMs } = settle({ url: 'http://1c', user: '', password: '' });
      expect([timeoutMs, balanceTimeoutMs].every((ms) => ms >= 60_000)).toBe(true);
    },
  },
  20: {
    avoids: true,
    async provoke() {
      expect((await raw('POST', '/$batch', {})).status).toBe(501);
      const filter = encodeURIComponent(`Ref_Key in (guid'${DONOR}')`);
      const refused = await raw('GET', `/Catalog_Склады?$filter=${filter}`);
      expect([refused.status, refused.json['odata.error'].code]).toEqual([400, '14']);
      expect((await raw('GET', '/Catalog_Номенклатура?$top=5')).json['odata.nextLink']).toBeUndefined();
    },
    async survive() {
      const paged = world.connect({ pageSize: 7 });
      expect((await snapshotOf(paged)).items).toEqual((await snapshotOf(world.onec)).items);
    },
  },
  21: {
    onec: { gotchas: { 21: true } },
    async provoke() {
      const { status, json } = await raw('GET', '/Catalog_Склады');
      expect([status, json['odata.error'].code]).toEqual([404, '8']);
    },
    async survive() {
      const error = await failure(world.onec.listWarehouses());
      expect([error.outcome, error.code]).toEqual(['not-now', 'onec-not-published']);
      const steps = await runSteps(world.onec.check());
      expect(steps.find(({ id }) => id === 'composition')).toMatchObject({
        result: 'fail',
        code: 'onec-nothing-published',
        cure: expect.stringContaining('«Регистры сведений → Товарные ограничения»'),
      });
    },
  },
  22: {
    avoids: true,
    async survive() {
      const before = await snapshotOf(world.onec);
      world.sandbox.onec.update({ remove: [NEEDS] });
      expect(byPlace(await snapshotOf(world.onec))).toEqual(byPlace(before));
      world.sandbox.onec.update({ remove: ['InformationRegister_РаспределениеЗапасов'] });
      expect(byPlace(await snapshotOf(world.onec))).toEqual(byPlace(before));
      // An update from the oldest release to the newest, while the hub runs.
      world.sandbox.onec.update({ flavour: 'ut-11.4' });
      expect(byPlace(await snapshotOf(world.onec))).toEqual(byPlace(before));
    },
    async provoke() {
      world.sandbox.onec.update({ remove: [NEEDS] });
      const { status, json } = await raw('GET', `/${NEEDS}/Balance(Dimensions='Склад')`);
      expect([status, json['odata.error'].code]).toEqual([404, '8']);
    },
  },
  23: {
    async survive() {
      const before = onOrderAt(await snapshotOf(world.onec), SHOP, PIECES)?.onOrder ?? 0;
      // The hub is told that the document is no promise of 1C's yet: it counts the line itself (see test/hub).
      expect(await make({ posting: 'draft' })).toMatchObject({ posted: false });
      expect(onOrderAt(await snapshotOf(world.onec), SHOP, PIECES)?.onOrder ?? 0).toBe(before);
      expect(await make({}, true)).toMatchObject({ posted: true, found: true });
      expect(onOrderAt(await snapshotOf(world.onec), SHOP, PIECES)!.onOrder).toBe(before + 5000);
    },
  },
  24: {
    async survive() {
      const { limits } = await snapshotOf(world.onec);
      const shop = limits.filter(({ warehouseKey }) => warehouseKey === SHOP);
      const meant = smallDataset().stock.filter((row) => row.warehouseKey === SHOP && row.minimum !== null);
      expect(new Map(shop.map((one) => [one.itemKey, one.minimum]))).toEqual(
        new Map(meant.map((one) => [one.itemKey, one.minimum! * 1000])),
      );
      expect(limits.some(({ warehouseKey }) => warehouseKey === OTHER_SHOP)).toBe(false);
    },
  },
  25: {
    onec: { gotchas: { 25: true } },
    async survive() {
      const error = await failure(make());
      expect([error.outcome, error.code]).toEqual(['unknown', 'onec-answer-lost']);
      expect(await make({}, true)).toMatchObject({ posted: true, found: true });
      expect(await oursIn(world)).toMatchObject([{ Posted: true, posts: 1 }]);
    },
  },
};

const byPlace = ({ stock }: Snapshot) =>
  stock
    .filter(({ free, onHand, onOrder, reserved }) => [free, onHand, onOrder, reserved].some((figure) => figure !== 0))
    .map(({ warehouseKey, itemKey: item, ...figures }) => [`${warehouseKey} ${item}`, figures] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

describe.each(
  (Object.keys(CASES).map(Number) as Gotcha[]).map((number) => ({ number, what: GOTCHAS[number], ...CASES[number] })),
)('trap $number: $what', ({ number, onec = {}, provoke, survive, avoids }) => {
  const fired = () => world.sandbox.onec.gotchas.fired()[number] ?? 0;

  if (provoke) {
    it('catches a careless client, and can be switched off', async () => {
      world = await startSmallWorld({ onec });
      await provoke(world);
      const caught = fired();
      expect(caught).toBeGreaterThan(0);
      world.sandbox.onec.gotchas.set(number, false);
      await provoke(world).catch(() => undefined);
      if (number !== 22) expect(fired()).toBe(caught);
    });
  }

  it(avoids ? 'is never met by the hub, which does its work' : 'is met by the hub, which does its work', async () => {
    world = await startSmallWorld({ onec });
    const before = fired();
    await survive(world);
    const met = fired() - before;
    if (avoids) expect(met).toBe(0);
    else expect(met).toBeGreaterThan(0);
  });
});

it('has a case for each of the 25', () => {
  world = { close: async () => undefined } as SmallWorld;
  expect(Object.keys(CASES).map(Number)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
});

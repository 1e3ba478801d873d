import { afterEach, describe, expect, it } from 'vitest';
import type { ControlledStock } from '../../sandbox/onec/control-view.ts';
import type { SandboxOptions } from '../../sandbox/server.ts';
import type { OneC, SnapshotOptions } from '../../src/shared/onec/port.ts';
import {
  DONOR,
  failure,
  itemKey,
  KILOS,
  OTHER_SHOP,
  PIECES,
  SHOP,
  type SmallWorld,
  startSmallWorld,
} from './small-world.ts';

const REGISTER = 'AccumulationRegister_ЗапасыИПотребности';

let world: SmallWorld;
const start = async (options?: SandboxOptions) => {
  world = await startSmallWorld(options);
  return world;
};
afterEach(() => world.close());

const chooseAll: SnapshotOptions['choose'] = ({ warehouses }) => ({
  recipients: warehouses.filter(({ key }) => key !== DONOR),
  donors: warehouses.filter(({ key }) => key === DONOR),
});
const read = (onec: OneC, over: Partial<SnapshotOptions> = {}) => onec.readSnapshot({ choose: chooseAll, ...over });
const milli = (quantity: number) => Math.round(quantity * 1000);

describe('the snapshot', () => {
  it('holds exactly the stock that 1C itself shows: nothing more, nothing less, to the thousandth', async () => {
    const { onec, control } = await start();
    const shown = (await control<ControlledStock[]>('/1c/stock')).map((row) => ({
      warehouseKey: row.warehouseKey,
      itemKey: row.itemKey,
      onHand: milli(row.onHand),
      free: milli(row.free),
      onOrder: milli(row.onOrder),
    }));
    const { stock } = await read(onec);
    const ours = stock.map(({ warehouseKey, itemKey: item, onHand, free, onOrder }) => ({
      warehouseKey,
      itemKey: item,
      onHand,
      free,
      onOrder,
    }));
    const sorted = <T extends { warehouseKey: string; itemKey: string }>(rows: T[]) =>
      rows.sort((a, b) => (a.warehouseKey + a.itemKey < b.warehouseKey + b.itemKey ? -1 : 1));
    expect(shown.length).toBeGreaterThan(40);
    expect(sorted(ours)).toEqual(sorted(shown));
    expect(stock.find((row) => row.warehouseKey === OTHER_SHOP)).toMatchObject({
      onHand: 500,
      reserved: 1000,
      free: -500,
    });
  });

  it('holds the limits that count, with the pack, and says how many rows it left out and why', async () => {
    const { onec, sandbox } = await start();
    const { limits, leftOut } = await read(onec);
    const wanted = sandbox.dataset.stock.filter(({ minimum }) => minimum !== null);
    expect(limits).toHaveLength(wanted.length);
    for (const { warehouseKey, itemKey: item, minimum, maximum } of wanted) {
      expect(limits.find((limit) => limit.warehouseKey === warehouseKey && limit.itemKey === item)).toMatchObject({
        minimum: milli(minimum!),
        maximum: maximum === null ? null : milli(maximum),
        pack: item === PIECES ? { name: 'кор (12 шт)', size: 12_000 } : null,
      });
    }
    expect(leftOut).toEqual({ 'limit-inactive': 20, 'limit-method-ЗаказПодЗаказ': 20 });
  });

  it('knows every item, services and marked ones as such, and no folder', async () => {
    const { onec, sandbox } = await start();
    const { items } = await read(onec);
    expect(items).toHaveLength(sandbox.dataset.items.length + 2);
    expect(items.find(({ key }) => key === PIECES)).toEqual({
      key: PIECES,
      name: 'Товар 1',
      article: 'A-1',
      code: '00-100',
      unit: 'шт',
      wholeUnits: true,
      type: 'Товар',
      deletionMark: false,
    });
    expect(items.find(({ key }) => key === KILOS)).toMatchObject({ unit: 'кг', wholeUnits: false });
    expect(items.find(({ type }) => type === 'Услуга')).toBeDefined();
    expect(items.filter(({ deletionMark }) => deletionMark)).toHaveLength(1);
  });

  it('asks once who gives and who gets, when warehouses and limits are known', async () => {
    const { onec } = await start();
    const asked: Parameters<SnapshotOptions['choose']>[0][] = [];
    const phases: string[] = [];
    const { recipients, donors, limits, stock } = await read(onec, {
      choose: (seen) => {
        asked.push(seen);
        expect(phases).not.toContain('balances');
        return { recipients: seen.warehouses.filter(({ key }) => key === SHOP), donors: [] };
      },
      onProgress: ({ phase, done, total }) => {
        expect(done).toBeLessThanOrEqual(total);
        phases.push(phase);
      },
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]!.warehouses.map(({ name }) => name)).toEqual(['Бестужевых', 'Магазин Ленина', 'Магазин Мира']);
    expect(asked[0]!.withLimits).toEqual(new Set([SHOP]));
    expect([recipients.map(({ key }) => key), donors]).toEqual([[SHOP], []]);
    expect(new Set([...limits, ...stock].map(({ warehouseKey }) => warehouseKey))).toEqual(new Set([SHOP]));
    expect([...new Set(phases)]).toEqual(['warehouses', 'limits', 'balances', 'items']);
  });

  it('is the same whatever the page size, also when the last page is exactly full', async () => {
    const { connect } = await start();
    const whole = await read(connect({}));
    for (const pageSize of [1, 5, 23]) expect(await read(connect({ pageSize })), `pages of ${pageSize}`).toEqual(whole);
  });

  it('shows an order the hub posted a moment ago', async () => {
    const { onec } = await start();
    const find = async () =>
      (await read(onec)).stock.find((row) => row.warehouseKey === SHOP && row.itemKey === itemKey(2))?.onOrder ?? 0;
    const before = await find();
    const lines = [{ itemKey: itemKey(2), characteristicKey: '00000000-0000-0000-0000-000000000000', quantity: 1500 }];
    const key = 'dddddddd-0000-5000-8000-00000000000a';
    await onec.makeTransfer(
      { key, outboxId: 'o-1', senderKey: DONOR, recipientKey: SHOP, lines, posting: 'post', comment: '' },
      { lookFirst: false },
    );
    expect(await find()).toBe(before + 1500);
  });
});

describe('bases that differ', () => {
  it.each([
    ['doubled', 0],
    ['plain', 1],
  ] as const)('reads balances where quotes are written %s, and learns it once', async (quoting, misses) => {
    const { onec, control } = await start({ onec: { quoting } });
    const { stock } = await read(onec);
    expect(stock.length).toBeGreaterThan(40);
    await read(onec);
    const { requests } = await control<{ requests: { '1c': { byStatus: Record<string, number> } } }>('/state');
    expect(requests['1c'].byStatus[400] ?? 0).toBe(misses);
  });

  it('reads the same balances where `cast` in a condition is not understood, and learns that once', async () => {
    const { onec } = await start();
    const usual = await read(onec);
    await world.close();
    const { onec: other, control } = await start({ onec: { castInCondition: false } });
    expect((await read(other)).stock).toEqual(usual.stock);
    const refusals = async () => {
      const { requests } = await control<{ requests: { '1c': { byStatus: Record<string, number> } } }>('/state');
      return requests['1c'].byStatus[400] ?? 0;
    };
    const before = await refusals();
    expect(before).toBeGreaterThan(0);
    await read(other);
    expect(await refusals()).toBe(before);
  });

  it('tries the other quoting where the web server answers the first one with a 404 of its own', async () => {
    const { onec, sandbox } = await start({ onec: { quoting: 'plain' } });
    const id = 'doubled';
    sandbox.faults.add({ id, system: '1c', kind: 'html', status: 404, match: { path: "cast(guid''" } });
    expect((await read(onec)).stock.length).toBeGreaterThan(40);
    expect(sandbox.faults.get(id)?.fired).toBeGreaterThan(0);
  });

  it.each([
    ['ВНаличииBalance', REGISTER],
    ['ЗаказаноBalance', REGISTER],
    ['РезервироватьНаСкладеBalance', REGISTER],
    ['РезервироватьПоМереПоступленияBalance', REGISTER],
    ['МинимальноеКоличествоЗапаса', 'InformationRegister_ТоварныеОграничения'],
    ['ЭтоДействующийПараметр', 'InformationRegister_ТоварныеОграничения'],
    ['ГруппировкаТоварныхОграничений_Key', 'InformationRegister_ТоварныеОграничения'],
    ['Артикул', 'Catalog_Номенклатура'],
    ['IsFolder', 'Catalog_Склады'],
    ['Числитель', 'Catalog_УпаковкиЕдиницыИзмерения'],
  ])('refuses to go on without «%s»: what was not said is not zero', async (property, object) => {
    const { onec } = await start({ onec: { withheld: [property] } });
    const error = await failure(read(onec));
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-property-missing']);
    expect(error.details).toMatchObject({ property, object });
    expect(error.message).toContain(property);
    expect(error.message).toContain(object);
  });

  it('names everything that is not published at once', async () => {
    const { onec } = await start({
      onec: { unpublished: ['Catalog_Номенклатура', 'InformationRegister_ТоварныеОграничения'] },
    });
    const error = await failure(read(onec));
    expect([error.outcome, error.code]).toEqual(['not-now', 'onec-not-published']);
    expect(error.details.missing).toEqual(['Catalog_Номенклатура', 'InformationRegister_ТоварныеОграничения']);
    expect(error.message).toContain('Настройка автоматического REST-сервиса');
  });

  it('says which stock register it needs and what there is instead', async () => {
    const unpublished = [REGISTER, 'InformationRegister_РаспределениеЗапасов'];
    unpublished.push('InformationRegister_ЗаданияКРаспределениюЗапасов', 'AccumulationRegister_ТоварыКОтгрузке');
    const { onec } = await start({ onec: { unpublished } });
    const error = await failure(read(onec));
    expect([error.outcome, error.code]).toEqual(['not-now', 'onec-no-stock-register']);
    expect(error.message).toContain(REGISTER);
    expect(error.message).toContain('AccumulationRegister_ТоварыНаСкладах');
    // The set that lacks least is named, with where to tick what it lacks.
    expect(error.message).toContain('не хватает: AccumulationRegister_ТоварыКОтгрузке.');
    expect(error.message).toContain('«Регистры накопления → Товары к отгрузке»');
  });

  it('treats a lack of rights on stock as an error, never as no stock', async () => {
    const { onec, sandbox } = await start();
    sandbox.faults.add({
      system: '1c',
      match: { path: 'Balance(' },
      kind: 'status',
      status: 401,
      code: 20,
      message: 'Недостаточно прав',
    });
    const error = await failure(read(onec));
    expect([error.outcome, error.code]).toEqual(['not-now', 'onec-no-rights']);
    expect(error.message).toContain(REGISTER);
  });

  it('is "not now" when 1C goes down half-way', async () => {
    const { onec, sandbox } = await start();
    const fault = sandbox.faults.add({ system: '1c', match: { path: 'Catalog_Номенклатура' }, kind: 'down' });
    const error = await failure(read(onec));
    expect(sandbox.faults.get(fault.id)!.fired).toBeGreaterThan(0);
    expect([error.outcome, error.code]).toEqual(['not-now', 'onec-down']);
  });

  it('a read whose connection breaks once goes on as if nothing had happened', async () => {
    const { onec, sandbox } = await start();
    const whole = await read(onec);
    const fault = sandbox.faults.add({ system: '1c', match: { path: 'Balance(' }, kind: 'drop-before', times: 1 });
    expect(await read(onec)).toEqual(whole);
    expect(sandbox.faults.get(fault.id)!.fired).toBe(1);
  });

  it('answers a ping, and reports a wrong password on it', async () => {
    const { onec, connect } = await start();
    await onec.ping();
    expect((await failure(connect({ user: 'Никто' }).ping())).code).toBe('onec-credentials');
  });
});

import { describe, expect, it } from 'vitest';
import { freeStock } from '../../src/shared/onec/free-stock.ts';
import { resolveLimits, spreadDefaults } from '../../src/shared/onec/limit-resolution.ts';
import type { LimitRow } from '../../src/shared/onec/limit-rows.ts';
import { isWholeUnit } from '../../src/shared/onec/units.ts';

const NONE = '00000000-0000-0000-0000-000000000000';
const row = (over: Partial<LimitRow>): LimitRow => ({
  warehouseKey: 'shop',
  itemKey: 'lamp',
  characteristicKey: NONE,
  groupKey: NONE,
  active: true,
  method: 'ПоддержаниеЗапасаМинМакс',
  minimum: 1000,
  maximum: 2000,
  safety: 0,
  ordersFrom: 'НезависимоОтЗапасов',
  packKey: NONE,
  ...over,
});
const settings = (over: Partial<LimitRow>) => row({ warehouseKey: NONE, itemKey: NONE, groupKey: 'group', ...over });
const minima = (rows: LimitRow[], shared: LimitRow[] = []) =>
  resolveLimits(rows, shared).limits.map(({ itemKey, characteristicKey, minimum }) => [
    itemKey,
    characteristicKey,
    minimum,
  ]);

describe('which limit counts', () => {
  it("an item's own row wins over its group's, in whatever order they come", () => {
    const rows = [row({ groupKey: 'group', minimum: 0 }), row({ minimum: 7000 })];
    for (const order of [rows, [...rows].reverse()]) {
      const { limits, leftOut } = resolveLimits(order, [settings({ minimum: 9000 })]);
      expect(limits).toMatchObject([{ minimum: 7000 }]);
      expect(leftOut).toEqual({ 'limit-overruled': 1 });
    }
  });

  it("a member without a row of its own has its group's numbers, not those of the membership", () => {
    expect(minima([row({ groupKey: 'group', minimum: 3000, method: '' })], [settings({ minimum: 9000 })])).toEqual([
      ['lamp', NONE, 9000],
    ]);
  });

  it('an inactive own row does not hide the group', () => {
    expect(minima([row({ active: false }), row({ groupKey: 'group' })], [settings({ minimum: 9000 })])).toEqual([
      ['lamp', NONE, 9000],
    ]);
  });

  it.each<[string, LimitRow[], LimitRow[], Record<string, number>]>([
    ['an inactive row', [row({ active: false })], [], { 'limit-inactive': 1 }],
    ['a group without settings', [row({ groupKey: 'group' })], [], { 'limit-group-without-settings': 1 }],
    [
      'a group whose settings are inactive',
      [row({ groupKey: 'group' })],
      [settings({ active: false })],
      { 'limit-group-without-settings': 1 },
    ],
    [
      'another method',
      [row({ method: 'ПоддержаниеЗапасаНаСрокПоНорме' })],
      [],
      { 'limit-method-ПоддержаниеЗапасаНаСрокПоНорме': 1 },
    ],
    ['no method', [row({ method: '' })], [], { 'limit-method-none': 1 }],
    [
      "a group's other method",
      [row({ groupKey: 'group' })],
      [settings({ method: 'ЗаказПодЗаказ' })],
      { 'limit-method-ЗаказПодЗаказ': 1 },
    ],
    ['no item', [row({ itemKey: NONE })], [], { 'limit-without-item': 1 }],
  ])('%s is left out and counted', (_, rows, shared, leftOut) => {
    expect(resolveLimits(rows, shared)).toMatchObject({ limits: [], leftOut });
  });

  const spread = (rows: LimitRow[], occurring: string[], shared: LimitRow[] = []) =>
    spreadDefaults(resolveLimits(rows, shared), () => true, new Map([['lamp', new Set(occurring)]]));

  it('a default fills every characteristic that has no row of its own', () => {
    const { limits } = spread([row({}), row({ characteristicKey: 'red', minimum: 4000 })], ['red', 'blue', NONE]);
    expect(limits.map(({ characteristicKey, minimum }) => [characteristicKey, minimum])).toEqual([
      ['blue', 1000],
      ['red', 4000],
    ]);
  });

  it('a characteristic that is supplied another way is not filled by the default', () => {
    const { limits } = spread([row({}), row({ characteristicKey: 'red', method: 'ЗаказПодЗаказ' })], ['red', 'blue']);
    expect(limits.map(({ characteristicKey }) => characteristicKey)).toEqual(['blue']);
  });

  it('a characteristic goes by its own row, then its own group, then the default, then the default’s group', () => {
    const shared = [settings({ groupKey: 'a', minimum: 20 }), settings({ groupKey: 'b', minimum: 40 })];
    const steps = [
      row({ characteristicKey: 'red', minimum: 10 }),
      row({ characteristicKey: 'red', groupKey: 'a' }),
      row({ minimum: 30 }),
      row({ groupKey: 'b' }),
    ];
    const inForce = steps.map((_, from) => {
      for (const order of [steps.slice(from), steps.slice(from).reverse()]) {
        const { limits } = spread(order, ['red'], shared);
        expect(limits.map(({ characteristicKey }) => characteristicKey)).toEqual(['red']);
      }
      return spread(steps.slice(from), ['red'], shared).limits[0]!.minimum;
    });
    expect(inForce).toEqual([10, 20, 30, 40]);
  });

  it.each([
    ['inactive', row({ characteristicKey: 'red', minimum: 10, active: false })],
    ['of a group without settings', row({ characteristicKey: 'red', minimum: 10, groupKey: 'gone' })],
  ])('a row that is %s hides no default', (_, own) => {
    expect(spread([own, row({ minimum: 30 })], ['red']).limits).toMatchObject([
      { characteristicKey: 'red', minimum: 30 },
    ]);
  });

  it('one warehouse’s rows say nothing about another', () => {
    expect(minima([row({ warehouseKey: 'shop' }), row({ warehouseKey: 'other', minimum: 5 })])).toHaveLength(2);
  });

  it('safety stock, and what orders are served from, come from the row that counts', () => {
    const shared = [settings({ safety: 700, ordersFrom: 'ЗаСчетЗапасов' })];
    expect(resolveLimits([row({ groupKey: 'group', safety: 100 })], shared).limits).toMatchObject([
      { safety: 700, reservesFromStock: true },
    ]);
    expect(resolveLimits([row({ safety: 100 })], shared).limits).toMatchObject([
      { safety: 100, reservesFromStock: false },
    ]);
  });

  it.each(['ПоддержаниеЗапасаНаСрокПоНорме', 'ПоддержаниеЗапасаНаСрокПоСтатистике'])(
    'a minimum by %s is named as not known, for each characteristic without a row of its own',
    (method) => {
      const { limits, unknown, leftOut } = spread(
        [
          row({ method }),
          row({ characteristicKey: 'red' }),
          row({ characteristicKey: 'dyed', method: 'ЗаказПодЗаказ' }),
        ],
        ['red', 'blue', 'dyed'],
      );
      expect(limits.map(({ characteristicKey }) => characteristicKey)).toEqual(['red']);
      expect(unknown).toEqual([{ warehouseKey: 'shop', itemKey: 'lamp', characteristicKey: 'blue' }]);
      expect(leftOut).toEqual({ [`limit-method-${method}`]: 1, 'limit-method-ЗаказПодЗаказ': 1 });
    },
  );

  it('a default with no characteristic to fill is left out: the item cannot be ordered without one', () => {
    expect(spread([row({})], [NONE])).toEqual({
      limits: [],
      unknown: [],
      leftOut: { 'limit-without-characteristics': 1 },
    });
  });

  it('an item without characteristics keeps its row as it is', () => {
    const kept = spreadDefaults(resolveLimits([row({})], []), () => false, new Map());
    expect(kept.limits).toMatchObject([{ itemKey: 'lamp', characteristicKey: NONE }]);
  });
});

describe('free stock, by the rule of UT 11.5.20', () => {
  it.each([
    [10, 0, 0, 10],
    [10, 4, 0, 6],
    [10, 4, 3, 3],
    [10, 4, 6, 0],
    [10, 4, 9, 0],
    [10, 10, 5, 0],
    [2, 5, 0, -3],
    [2, 5, 9, -3],
    [-1, 0, 0, -1],
    [0, 0, 0, 0],
  ])('%d on hand, %d reserved on stock, %d on arrival: %d free', (onHand, reservedOnStock, reservedOnArrival, free) => {
    expect(freeStock({ onHand, reservedOnStock, reservedOnArrival })).toBe(free);
  });
});

describe('units', () => {
  it.each(['шт', 'Шт.', 'упак', 'компл', 'пар', 'пара', 'рул', 'бухта', 'кор', ''])('"%s" comes whole', (name) => {
    expect(isWholeUnit(name)).toBe(true);
  });
  it.each([
    'кг',
    'КГ',
    'г',
    'т',
    'м',
    'м2',
    'м²',
    'м³',
    'кв. м',
    'пог. м',
    'п/м',
    'п.м.',
    'л',
    'мл',
    'км',
    'кВт·ч',
    'ч',
    'тыс. шт',
  ])('"%s" divides', (name) => {
    expect(isWholeUnit(name)).toBe(false);
  });
});

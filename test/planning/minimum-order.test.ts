import { describe, expect, it } from 'vitest';
import type { PlanInput } from '../../src/shared/planning/types.ts';
import { BESTUZHEVYH, CONTAINER, item, LENINA, limit, onlyLine, stock } from './input.ts';

const given = (
  least: number,
  { pack = null, maximum = null, free = 3 }: { pack?: number | null; maximum?: number | null; free?: number } = {},
): Partial<PlanInput> => ({
  limits: [{ ...limit(LENINA, 10, maximum, pack), minimumOrder: least * 1000 }],
  stock: [stock(LENINA, free)],
});

describe('a supplier’s minimum order', () => {
  it.each([
    ['raises an order that is smaller', 12, null, 12],
    ['leaves a larger order alone', 5, null, 7],
    ['leaves an equal order alone', 7, null, 7],
    ['is brought up to whole packs', 13, 5, 15],
    ['counts after rounding to packs', 10, 6, 12],
    ['is brought up to whole pieces', 7.5, null, 8],
    ['of zero is none', 0, null, 7],
    ['below zero is none', -3, null, 7],
  ])('%s', (_, least, pack, ordered) => {
    expect(onlyLine(given(least, { pack }))).toMatchObject({ order: ordered * 1000, need: ordered * 1000, takes: [] });
  });

  it('passes the maximum where the minimum cannot be reached otherwise', () => {
    const line = onlyLine(given(30, { maximum: 20 }));
    expect(line).toMatchObject({
      order: 30_000,
      why: { minimumOrder: { size: 30_000, left: 17_000, effect: 'raised' } },
    });
  });

  it('is no matter for transfers', () => {
    const line = onlyLine({
      ...given(30),
      stock: [stock(LENINA, 3), stock(BESTUZHEVYH, 50)],
    });
    expect(line).toMatchObject({ outcome: 'transfer', need: 7000, order: 0 });
    expect(line.why.minimumOrder).toBeUndefined();
  });

  it('raises what donors leave over, not what they give', () => {
    const line = onlyLine({ ...given(5), stock: [stock(LENINA, 3), stock(BESTUZHEVYH, 4)] });
    expect(line).toMatchObject({ outcome: 'mixed', need: 9000, order: 5000, takes: [{ quantity: 4000 }] });
    expect(line.why.minimumOrder).toEqual({ size: 5000, left: 3000, effect: 'raised' });
  });

  it('leaves the rest unordered where donors reached the minimum and it would pass the maximum', () => {
    const change = { ...given(10, { maximum: 15 }), stock: [stock(LENINA, 3), stock(BESTUZHEVYH, 9)] };
    const line = onlyLine(change);
    expect(line).toMatchObject({ outcome: 'transfer', need: 9000, order: 0 });
    expect(line.why.minimumOrder).toEqual({ size: 10_000, left: 3000, effect: 'left-out' });
    const wider = onlyLine({ ...change, ...given(4, { maximum: 16 }), stock: change.stock });
    expect(wider).toMatchObject({ outcome: 'mixed', need: 13_000, order: 4000 });
  });

  it("is always ordered with UT's formula, which knows no bound", () => {
    const line = onlyLine({
      ...given(10, { maximum: 12 }),
      policy: 'ut-11.5',
      stock: [stock(LENINA, 10), stock(BESTUZHEVYH, 9)],
    });
    expect(line).toMatchObject({ takes: [{ quantity: 9000 }], order: 10_000 });
  });
});

describe('a donor that gives all or nothing', () => {
  const donors = [BESTUZHEVYH, { ...CONTAINER, wholeOnly: true }];
  const limits = [limit(LENINA, 20)];

  it.each([
    ['gives all that is needed', [0, 20], [20], 'took-all', 0],
    ['gives all that another has left open', [8, 12], [8, 12], 'took-all', 0],
    ['gives nothing of less, and the whole rest is ordered', [8, 11], [8], 'partial-not-wanted', 12],
    ['gives nothing where it has nothing', [8, 0], [8], 'nothing-free', 12],
    ['is not asked where nothing is left open', [20, 50], [20], 'not-needed', 0],
  ])('%s', (_, [first, second], taken, reason, order) => {
    const line = onlyLine({ donors, limits, stock: [stock(BESTUZHEVYH, first!), stock(CONTAINER, second!)] });
    expect(line.takes.map((take) => take.quantity / 1000)).toEqual(taken);
    expect(line.why.donors[1]!.reason).toBe(reason);
    expect(line.order / 1000).toBe(order);
  });

  it('leaves what it does not give to the next', () => {
    const line = onlyLine({
      donors: donors.toReversed(),
      limits,
      stock: [stock(CONTAINER, 19), stock(BESTUZHEVYH, 6)],
    });
    expect(line.why.donors.map((step) => [step.donorKey, step.taken, step.reason])).toEqual([
      ['d2', 0, 'partial-not-wanted'],
      ['d1', 6000, 'took-all'],
    ]);
  });

  it('has less than a pack, and that is the reason given', () => {
    const line = onlyLine({ donors, limits: [limit(LENINA, 20, null, 6)], stock: [stock(CONTAINER, 5)] });
    expect(line.why.donors[1]!.reason).toBe('less-than-a-pack');
  });
});

describe('a donor whose minimum 1C works out by itself', () => {
  const unknownMinimums = [
    { warehouseKey: 'd1', itemKey: 'i1', characteristicKey: limit(LENINA, 1).characteristicKey },
  ];

  it('gives nothing of that item, and others give instead', () => {
    const line = onlyLine({
      limits: [limit(LENINA, 20)],
      unknownMinimums,
      stock: [stock(BESTUZHEVYH, 50), stock(CONTAINER, 5)],
    });
    expect(line.why.donors).toMatchObject([
      { donorKey: 'd1', free: 50_000, offered: 0, taken: 0, reason: 'minimum-unknown' },
      { donorKey: 'd2', taken: 5000 },
    ]);
  });

  it('gives other items', () => {
    const line = onlyLine({
      items: [item('i2')],
      limits: [limit(LENINA, 20, null, null, 'i2')],
      unknownMinimums,
      stock: [stock(BESTUZHEVYH, 50, 0, 'i2')],
    });
    expect(line).toMatchObject({ outcome: 'transfer', takes: [{ donorKey: 'd1', quantity: 20_000 }] });
  });
});

import { describe, expect, it } from 'vitest';
import { plan } from '../../src/shared/planning/planner.ts';
import type { Limit, PlanInput } from '../../src/shared/planning/types.ts';
import { BESTUZHEVYH, CONTAINER, input, item, LENINA, limit, MIRA, onlyLine, open, stock } from './input.ts';

const ut = (change: Partial<PlanInput>) => onlyLine({ policy: 'ut-11.5', donors: [], ...change });
const linesOf = (change: Partial<PlanInput>) => plan(input({ policy: 'ut-11.5', donors: [], ...change })).lines;

describe('the policy ut-11.5', () => {
  it.each([
    [10, 1],
    [9.999, 1],
    [10.001, 0],
  ])('proposes when stock has fallen to the minimum of 10, at %d: %d line', (free, count) => {
    expect(linesOf({ limits: [limit(LENINA, 10, 20)], stock: [stock(LENINA, free)] })).toHaveLength(count);
  });

  it('is triggered by stock alone: what is expected lowers the quantity', () => {
    const line = ut({ limits: [limit(LENINA, 10, 20)], stock: [stock(LENINA, 10, 7)], open: [open(LENINA, 2)] });
    expect(line).toMatchObject({ outcome: 'order', need: 11_000 });
    expect(line.why).toMatchObject({ projected: 19_000, target: 30_000, missing: 11_000 });
  });

  it('counts our own lines as on order until 1C shows them', () => {
    const given = { limits: [limit(LENINA, 10, 20)], stock: [stock(LENINA, 4, 5)] };
    expect(ut({ ...given, open: [open(LENINA, 3)] }).need).toBe(12_000);
    expect(ut({ ...given, open: [open(LENINA, 3, { shownBy1C: true })] }).need).toBe(15_000);
  });

  it('says that enough is expected, where without it something would be ordered', () => {
    const line = ut({ limits: [limit(LENINA, 10, 20)], stock: [stock(LENINA, 3, 20)] });
    expect(line).toMatchObject({ outcome: 'covered', need: 0, why: { skipped: 'covered-by-expected' } });
  });

  it.each<[string, Limit]>([
    ['there is no maximum', limit(LENINA, 10)],
    ['the safety stock takes it all', { ...limit(LENINA, 10, 5), safety: 20_000 }],
  ])('says that the formula asks for nothing, where %s', (_, only) => {
    const line = ut({ limits: [only], stock: [stock(LENINA, 10)] });
    expect(line).toMatchObject({ outcome: 'unmet', need: 0, why: { skipped: 'nothing-by-formula' } });
  });

  it('plans for a minimum of zero, and makes no line of rows that are zero throughout', () => {
    const limits = [limit(LENINA, 0, 20), limit(LENINA, 0, null, null, 'i2')];
    const lines = linesOf({ items: [item('i1'), item('i2')], limits, stock: [stock(LENINA, 0)] });
    expect(lines).toMatchObject([{ itemKey: 'i1', need: 20_000 }]);
  });

  it('covers a shortage under reserves even where the limits are zero', () => {
    const short = { ...stock(LENINA, -5), onHand: 1000, reserved: 6000 };
    expect(ut({ limits: [limit(LENINA, 0)], stock: [short] })).toMatchObject({
      need: 5000,
      why: { formula: { forReserves: 5000, onOrder: 0 } },
    });
  });

  it('keeps the terms of the formula', () => {
    const short = { ...stock(LENINA, -5, 2), onHand: 1000, reserved: 6000 };
    const { why } = ut({ limits: [{ ...limit(LENINA, 10, 20), safety: 4000 }], stock: [short] });
    expect(why).toMatchObject({
      policy: 'ut-11.5',
      formula: { stock: -5000, safety: 4000, safetyGap: 4000, onOrder: 0, forReserves: 3000 },
      missing: 23_000,
    });
  });

  it('compares with all that is on hand where orders are served out of the stock that is kept', () => {
    const reserved = { ...stock(LENINA, 2), onHand: 12_000, reserved: 10_000 };
    const kept = limit(LENINA, 10, 20);
    expect(linesOf({ limits: [kept], stock: [reserved] })).toHaveLength(1);
    expect(linesOf({ limits: [{ ...kept, reservesFromStock: true }], stock: [reserved] })).toEqual([]);
    const less = { ...reserved, onHand: 8000, free: 0 };
    expect(ut({ limits: [{ ...kept, reservesFromStock: true, safety: 5000 }], stock: [less] }).why).toMatchObject({
      formula: { stock: 8000, safetyGap: 2000 },
      missing: 17_000,
    });
  });

  it('rounds up to the pack, past the maximum too, as UT does', () => {
    const line = ut({ limits: [limit(LENINA, 10, 20, 12)], stock: [stock(LENINA, 10)] });
    expect(line).toMatchObject({ need: 24_000, why: { rounding: 'pack-up', step: 12_000 } });
    expect(ut({ limits: [limit(LENINA, 10, 20)], stock: [stock(LENINA, 9, 0.5)] })).toMatchObject({
      need: 20_000,
      why: { missing: 19_500, rounding: 'unit' },
    });
  });

  it('takes from donors what it would order, never below their minimum', () => {
    const line = ut({
      donors: [BESTUZHEVYH],
      limits: [limit(LENINA, 10, 20), limit(BESTUZHEVYH, 4, 50)],
      stock: [stock(LENINA, 10), stock(BESTUZHEVYH, 9)],
    });
    expect(line).toMatchObject({ outcome: 'mixed', takes: [{ donorKey: 'd1', quantity: 5000 }], order: 15_000 });
  });

  it('lets the one with a minimum of zero wait for the one that is short, unless it is below zero itself', () => {
    const contest = (free: number) =>
      plan(
        input({
          policy: 'ut-11.5',
          recipients: [LENINA, MIRA],
          donors: [CONTAINER],
          limits: [limit(LENINA, 0, 10), limit(MIRA, 100, 10)],
          stock: [stock(LENINA, free), stock(MIRA, 1), stock(CONTAINER, 10)],
        }),
      ).lines.map((line) => line.takes.length);
    expect(contest(0)).toEqual([0, 1]);
    expect(contest(-1)).toEqual([1, 0]);
  });
});

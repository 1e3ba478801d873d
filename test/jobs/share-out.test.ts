import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shareOut } from '../../src/jobs/reconcile/share-out.ts';
import { line, position } from './reconcile-world.ts';

const GOODS = ['goods-1', 'goods-2'];
const goodsKey = fc.constantFrom(...GOODS);
const quantity = fc.integer({ min: 1, max: 20_000 });
const lines = fc
  .array(fc.record({ goodsKey, quantity, open: fc.boolean() }), { minLength: 1, maxLength: 6 })
  .map((drawn) => drawn.map((one, index) => line({ ...one, id: `line-${index}` })));
const settled = fc.array(fc.record({ goodsKey, quantity }), { maxLength: 2 });
const positions = fc
  .array(
    fc.record({ goodsKey, quantity: fc.integer({ min: 0, max: 20_000 }), share: fc.integer({ min: 0, max: 3 }) }),
    {
      maxLength: 6,
    },
  )
  .map((drawn) =>
    drawn.map(({ share, ...one }) => position({ ...one, shipped: Math.floor((one.quantity * share) / 2) })),
  );

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);

it('shares out all that is there of each product, and nothing that is not, never below zero', () => {
  fc.assert(
    fc.property(lines, settled, positions, (ours, come, there) => {
      const partOf = shareOut({ lines: ours, settled: come }, { positions: there }, (one) => one.goodsKey);
      for (const key of GOODS) {
        const parts = ours.filter((one) => one.goodsKey === key).map((one) => partOf(one)!);
        if (parts.length === 0) continue;
        const own = sum(come.filter((one) => one.goodsKey === key).map((one) => one.quantity));
        const same = there.filter((one) => one.goodsKey === key);
        const left = (all: number[]) => Math.max(0, sum(all) - own);
        expect(sum(parts.map(({ ordered }) => ordered))).toBe(left(same.map((one) => one.quantity)));
        expect(sum(parts.map(({ shipped }) => shipped!))).toBe(left(same.map((one) => one.shipped!)));
        expect(Math.min(...parts.flatMap(({ ordered, shipped }) => [ordered, shipped!]))).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

it('gives every line what it was ordered for while that is what is there', () => {
  fc.assert(
    fc.property(lines, (drawn) => {
      const ours = drawn.map((one) => ({ ...one, open: true }));
      const there = ours.map((one) => position({ goodsKey: one.goodsKey!, quantity: one.quantity }));
      const partOf = shareOut({ lines: ours, settled: [] }, { positions: there }, (one) => one.goodsKey);
      expect(ours.map((one) => partOf(one))).toEqual(ours.map((one) => ({ ordered: one.quantity, shipped: 0 })));
    }),
  );
});

import { describe, expect, it } from 'vitest';
import { type Evidence, judge, type Order, type Transfer } from '../../chaos/oracle.ts';

const SHOP = 'Магазин';
const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** One need for 10 of A (4 from each donor, 2 from outside) and nothing lacking of B. */
function evidence(more: Partial<Evidence> = {}): Evidence {
  const stock = (warehouse: string, article: string, free: number, onOrder = 0) => ({
    ...{ warehouse, warehouseKey: `key ${warehouse}`, itemKey: `key ${article}`, article, free, onOrder },
  });
  const limit = (article: string) => ({
    ...{ warehouse: SHOP, warehouseKey: `key ${SHOP}`, itemKey: `key ${article}`, minimum: 9, maximum: 12 },
  });
  return {
    before: [stock(SHOP, 'A', 1, 1), stock('First', 'A', 4), stock('Second', 'A', 4), stock(SHOP, 'B', 9)],
    limits: [limit('A'), limit('B')],
    donors: ['First', 'Second'],
    transfers: [transfer(1, 'First', 4), transfer(2, 'Second', 4)],
    orders: [order(3, 2)],
    cancelled: [],
    ...more,
  };
}

function transfer(n: number, sender: string, quantity: number, more: Partial<Transfer> = {}): Transfer {
  return {
    Number: `T-${n}`,
    Posted: true,
    DeletionMark: false,
    Комментарий: `hub:${id(n)} Пополнение`,
    sender,
    recipient: SHOP,
    lines: [{ article: 'A', Количество: quantity, Отменено: false }],
    ...more,
  };
}

function order(n: number, quantity: number, more: Partial<Order> = {}): Order {
  return {
    name: `O-${n}`,
    externalCode: `hub:${id(n)}`,
    description: `Пополнение склада «${SHOP}»`,
    positions: { rows: [{ quantity, assortment: { article: 'A' } }] },
    ...more,
  };
}

const counts = (given: Partial<Evidence>) => {
  const { lost, doubled, wrongQuantity } = judge(evidence(given));
  return [lost.length, doubled.length, wrongQuantity.length];
};

describe('the judge', () => {
  it('finds nothing wrong where each need has its documents once and they add up', () => {
    expect(judge(evidence())).toEqual({ needs: 1, documents: 3, lost: [], doubled: [], wrongQuantity: [] });
  });

  it('counts a need with no document as lost', () => {
    expect(counts({ transfers: [], orders: [] })).toEqual([1, 0, 0]);
  });

  it('counts a need whose documents are deleted as lost', () => {
    const gone = [transfer(1, 'First', 10, { DeletionMark: true })];
    expect(counts({ transfers: gone, orders: [order(3, 2, { deleted: '2026-01-01' })] })).toEqual([1, 0, 0]);
  });

  it('counts a second transfer from the same donor, and a second order, as doubled', () => {
    const twice = [transfer(1, 'First', 4), transfer(2, 'Second', 4)];
    expect(counts({ orders: [order(3, 2), order(4, 2)] })).toEqual([0, 1, 0]);
    expect(judge(evidence({ transfers: [...twice, transfer(5, 'Second', 4)] })).doubled).toHaveLength(1);
  });

  it('counts a document that is missing among several, too small or too large as a wrong quantity', () => {
    expect(counts({ orders: [] })).toEqual([0, 0, 1]);
    expect(counts({ orders: [order(3, 1)] })).toEqual([0, 0, 1]);
    expect(counts({ orders: [order(3, 3)] })).toEqual([0, 0, 1]);
  });

  it('compares thousandths, not doubles', () => {
    const before = evidence().before.map((row) =>
      row.article === 'A' && row.warehouse === SHOP ? { ...row, free: 10.7, onOrder: 0 } : row,
    );
    const limits = evidence().limits.map((row) => ({ ...row, minimum: 10.8, maximum: 11 }));
    const parts = { transfers: [transfer(1, 'First', 0.1)], orders: [order(3, 0.2)] };
    expect(judge({ ...evidence(parts), before, limits: limits.slice(0, 1) })).toMatchObject({
      lost: [],
      doubled: [],
      wrongQuantity: [],
    });
  });

  it('finds a document that nobody needed, and one for a warehouse that is none of ours', () => {
    const stray = transfer(6, 'First', 1, { lines: [{ article: 'B', Количество: 1, Отменено: false }] });
    expect(counts({ transfers: [...evidence().transfers, stray] })).toEqual([0, 0, 1]);
    expect(counts({ orders: [order(3, 2), order(4, 1, { description: 'Пополнение склада «Чужой»' })] })).toEqual([
      0, 0, 1,
    ]);
  });

  it('finds a donor that was asked for more than it had', () => {
    expect(counts({ transfers: [transfer(1, 'First', 5), transfer(2, 'Second', 3)] })).toEqual([0, 0, 1]);
  });

  it('finds a draft that nobody finished', () => {
    expect(counts({ transfers: [transfer(1, 'First', 4, { Posted: false }), transfer(2, 'Second', 4)] })).toEqual([
      0, 0, 1,
    ]);
  });

  it('finds a cancelled document that exists', () => {
    expect(counts({ cancelled: [id(2)] })).toEqual([0, 0, 1]);
    expect(counts({ cancelled: [id(3)] })).toEqual([0, 0, 1]);
    expect(counts({ cancelled: [id(9)] })).toEqual([0, 0, 0]);
  });

  it('leaves documents alone that are not the hub’s', () => {
    const own = transfer(1, 'First', 4, { Комментарий: 'Иванова, по телефону' });
    expect(judge(evidence({ transfers: [...evidence().transfers, own] })).documents).toBe(3);
  });

  it('refuses to judge where it cannot name an article', () => {
    expect(() => judge(evidence({ before: [] }))).toThrow(/No warehouse shows/);
  });
});

import { describe, expect, it } from 'vitest';
import type { WatchedLine, WatchedRow } from '../../src/jobs/reconcile/findings.ts';
import { judgeOrder, judgeUnmadeOrder } from '../../src/jobs/reconcile/judge-order.ts';
import type { SeenOrder } from '../../src/shared/moysklad/port.ts';
import { line, order, position, row } from './reconcile-world.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = new Date('2026-11-23T06:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY).toISOString();
const made = { kind: 'order', externalKey: 'order-1', externalNumber: '00001', posted: null } as const;

const judge = (of: Partial<WatchedRow>, held: SeenOrder | null) =>
  judgeOrder(row({ ...made, ...of }), held, { transitMs: 3 * DAY, now: NOW });
const changes = (...args: Parameters<typeof judge>) => judge(...args).map(({ change }) => change);
const asked = (...args: Parameters<typeof judge>) =>
  judge(...args).flatMap(({ change }) => (change.kind === 'question' ? [change.code] : []));
const shippedOf = (shipped: number | null, quantity = 10_000) =>
  order({ positions: [position({ shipped, quantity })] });

describe('a customer order that was made', () => {
  it('and is as it was brings no change', () => {
    expect(judge({}, order())).toEqual([]);
    expect(judge({}, order({ state: { name: 'Подтвержден', unsuccessful: false } }))).toEqual([]);
  });

  it.each([
    ['gone', null],
    ['in the basket', order({ deleted: true })],
  ])('and is %s expects nothing any more', (_, held) => {
    expect(changes({}, held)).toEqual([{ kind: 'close', lineId: 'line-1', reason: 'deleted' }]);
  });

  it('and is in an unsuccessful state expects nothing any more, and names the state', () => {
    const cancelled = order({ state: { name: 'Отменен', unsuccessful: true } });
    expect(changes({}, cancelled)).toEqual([{ kind: 'close', lineId: 'line-1', reason: 'cancelled' }]);
    expect(judge({}, cancelled)[0]?.message).toContain('«Отменен»');
  });

  it('and was edited is counted with its new quantity, and without a position that was taken out', () => {
    expect(changes({}, shippedOf(0, 4_000))).toEqual([
      { kind: 'quantity', lineId: 'line-1', before: 10_000, after: 4_000 },
    ]);
    expect(changes({}, order({ positions: [position({ goodsKey: 'goods-9' })] }))).toEqual([
      { kind: 'close', lineId: 'line-1', reason: 'cancelled' },
    ]);
  });

  it('and was taken back out of the basket is expected again', () => {
    expect(changes({ lines: [line({ open: false })] }, order())).toEqual([{ kind: 'reopen', lineId: 'line-1' }]);
  });

  it('whose goods the hub does not know follows the only position there is, and asks where there are more', () => {
    const lines = [line({ goodsKey: null })];
    expect(changes({ lines }, shippedOf(0, 4_000))).toEqual([expect.objectContaining({ kind: 'quantity' })]);
    const two = order({ positions: [position(), position({ goodsKey: 'goods-2' })] });
    expect(asked({ lines }, two)).toEqual(['order-goods-unknown']);
    expect(asked({ lines, lineCount: 2 }, order())).toEqual(['order-goods-unknown']);
  });

  it('and was unposted is still expected, and a person is asked', () => {
    expect(changes({}, order({ posted: false }))).toEqual([
      { kind: 'question', code: 'order-unposted', text: expect.any(String) },
    ]);
  });
});

describe('goods that МойСклад has shipped', () => {
  const noted = (days: number, shipped = 10_000) => [{ at: daysAgo(days), shipped }];

  it('are noted when first seen, and still expected', () => {
    expect(changes({}, shippedOf(10_000))).toEqual([
      { kind: 'shipments', lineId: 'line-1', shipments: [{ at: NOW.toISOString(), shipped: 10_000 }] },
    ]);
  });

  it.each([
    ['a moment less than three days', 3 - 1e-6, []],
    ['three days', 3, [{ kind: 'close', lineId: 'line-1', reason: 'shipped', received: 10_000 }]],
  ])('have been on their way for %s', (_, days, expected) => {
    expect(changes({ lines: [line({ shipments: noted(days) })] }, shippedOf(10_000))).toEqual(expected);
  });

  it('in part reduce what is expected once that part had its time, and the rest later', () => {
    const shipments = [...noted(4, 6_000), ...noted(1)];
    const first = [line({ shipments })];
    expect(changes({ lines: first }, shippedOf(10_000))).toEqual([
      { kind: 'received', lineId: 'line-1', before: 0, after: 6_000 },
    ]);
    expect(judge({ lines: [line({ shipments, received: 6_000 })] }, shippedOf(10_000))).toEqual([]);
  });

  it('and were taken back are expected in full again', () => {
    const lines = [line({ shipments: noted(4, 6_000), received: 6_000 })];
    expect(changes({ lines }, shippedOf(0))).toEqual([
      { kind: 'shipments', lineId: 'line-1', shipments: [] },
      { kind: 'received', lineId: 'line-1', before: 6_000, after: 0 },
    ]);
  });

  it('beyond what was ordered complete the line, and the journal says by how much', () => {
    const found = judge({ lines: [line({ shipments: noted(3, 12_000) })] }, shippedOf(12_000));
    expect(found.map(({ change }) => change)).toEqual([
      { kind: 'close', lineId: 'line-1', reason: 'shipped', received: 12_000 },
    ]);
    expect(found[0]?.message).toContain('на 2 шт больше заказанного');
  });

  it('as far as МойСклад does not tell are not taken for nothing shipped', () => {
    const lines = [line({ shipments: noted(1, 6_000) })];
    expect(judge({ lines }, shippedOf(null))).toEqual([]);
  });
});

describe('two lines of one product', () => {
  const two = (a: Partial<WatchedLine> = {}, b: Partial<WatchedLine> = {}) => ({
    lineCount: 2,
    lines: [line(a), line({ id: 'line-2', itemKey: 'item-2', quantity: 4_000, ...b })],
  });
  const held = (...quantities: [quantity: number, shipped: number][]) =>
    order({ positions: quantities.map(([quantity, shipped]) => position({ quantity, shipped })) });

  it('that are there as ordered bring no change, in two positions or in one', () => {
    expect(judge(two(), held([10_000, 0], [4_000, 0]))).toEqual([]);
    expect(judge(two(), held([14_000, 0]))).toEqual([]);
  });

  it('are shipped one after the other', () => {
    expect(changes(two(), held([10_000, 10_000], [4_000, 1_000]))).toEqual([
      { kind: 'shipments', lineId: 'line-1', shipments: [{ at: NOW.toISOString(), shipped: 10_000 }] },
      { kind: 'shipments', lineId: 'line-2', shipments: [{ at: NOW.toISOString(), shipped: 1_000 }] },
    ]);
  });

  it('share what was changed: less is taken from the last, more is given to the first', () => {
    const quantity = (lineId: string, before: number, after: number) => ({ kind: 'quantity', lineId, before, after });
    expect(changes(two(), held([10_000, 0], [1_000, 0]))).toEqual([quantity('line-2', 4_000, 1_000)]);
    expect(changes(two(), held([12_000, 0], [4_000, 0]))).toEqual([quantity('line-1', 10_000, 12_000)]);
    expect(changes(two(), held([10_000, 0]))).toEqual([{ kind: 'close', lineId: 'line-2', reason: 'cancelled' }]);
  });

  it('of which one has come leave the other what is its own', () => {
    const { lines } = two();
    const rest = { lineCount: 2, lines: [lines[1]!], settled: [{ goodsKey: 'goods-1', quantity: 10_000 }] };
    expect(judge(rest, held([10_000, 10_000], [4_000, 0]))).toEqual([]);
  });
});

describe('a customer order that the hub does not know to be made', () => {
  const unknown = { ...made, status: 'unknown', externalKey: null, externalNumber: null } as const;
  const look = (of: Partial<WatchedRow>, found: SeenOrder[]) => judgeUnmadeOrder(row({ ...unknown, ...of }), found);
  const codes = (of: Partial<WatchedRow>, found: SeenOrder[]) =>
    look(of, found).map(({ change }) => (change.kind === 'question' ? change.code : change.kind));

  it('and is there as meant counts as made', () => {
    expect(look({}, [order()]).map(({ change }) => change)).toEqual([
      { kind: 'made', externalKey: 'order-1', number: '00001', url: 'https://example.org/order-1', posted: null },
    ]);
  });

  it.each([
    ['is there twice: an incident, never a choice', [order(), order({ id: 'order-2' })], ['order-doubled']],
    ['is there with another quantity: a question', [shippedOf(0, 9_000)], ['order-differs']],
    ['is there under a foreign syncId: a question', [order({ syncId: 'other' })], ['order-differs']],
    [
      'is there with a position more: a question',
      [order({ positions: [position(), position({ goodsKey: 'x' })] })],
      ['order-differs'],
    ],
    ['is only in the basket: a question', [order({ deleted: true })], ['order-not-found']],
    ['is not there: a question', [], ['order-not-found']],
  ])('and %s', (_, found, expected) => {
    expect(codes({}, found)).toEqual(expected);
  });

  it('and is once living and once in the basket counts as the living one', () => {
    expect(codes({}, [order({ id: 'order-0', deleted: true }), order()])).toEqual(['made']);
  });

  it.each([
    ['not there', [], []],
    ['there as meant', [order()], ['exists', 'made']],
    ['there with another quantity', [shippedOf(0, 9_000)], ['exists', 'order-differs']],
    ['there twice', [order(), order({ id: 'order-2' })], ['exists', 'order-doubled']],
    ['in the basket', [order({ deleted: true })], []],
  ])('and failed is judged by what is there: %s', (_, found, expected) => {
    expect(codes({ status: 'failed' }, found)).toEqual(expected);
  });

  it('and has two lines of one product counts as made when their sum is there', () => {
    const lines = [line(), line({ id: 'line-2', itemKey: 'item-2', quantity: 4_000 })];
    expect(codes({ lines, lineCount: 2 }, [order({ positions: [position(), position({ quantity: 4_000 })] })])).toEqual(
      ['made'],
    );
    expect(codes({ lines, lineCount: 2 }, [order()])).toEqual(['order-differs']);
  });
});

import { describe, expect, it } from 'vitest';
import { reportFrom } from '../../src/cli/demo/report.ts';
import { judge, type Seen } from '../../src/cli/demo/verdict.ts';

const shop = 'Магазин Ленина';
const donors = ['Бестужевых', 'Контейнер'];
const row = (article: string, free: number, onOrder = 0) => ({
  warehouse: shop,
  warehouseKey: 'shop',
  itemKey: article,
  item: article,
  article,
  free,
  onOrder,
});
const limit = (article: string, minimum: number) => ({ warehouseKey: 'shop', itemKey: article, minimum });
const transfer = (sender: string, article: string, quantity: number, more: object = {}) => ({
  Number: `ТД-${article}`,
  Posted: true,
  DeletionMark: false,
  Комментарий: 'hub:1',
  sender,
  recipient: shop,
  lines: [{ article, item: article, Количество: quantity }],
  ...more,
});
const order = (article: string, quantity: number) => ({
  name: `0001-${article}`,
  externalCode: 'hub:1',
  description: `Пополнение склада «${shop}»`,
  positions: [{ article, quantity }],
});
const seen = (changes: Partial<Seen>): Seen => ({
  before: [row('A', 2), row('B', 0), row('C', 1, 9), row('D', 50)],
  limits: [limit('A', 10), limit('B', 5), limit('C', 5), limit('D', 5)],
  donors,
  transfers: [transfer('Бестужевых', 'A', 8)],
  orders: [order('B', 5)],
  matches: new Map(),
  ...changes,
});

describe('the demo’s verdict', () => {
  it('is clean when every need has its document and nothing else has one', () => {
    expect(judge(seen({}))).toMatchObject({
      needs: 2,
      expected: 1,
      orderedOutside: 1,
      kinds: { oneDonor: 1, outside: 1, mixed: 0, severalDonors: 0 },
      faults: [],
      open: [],
      refused: [],
    });
  });

  it.each<[string, Partial<Seen>]>([
    ['a transfer made twice', { transfers: [transfer('Бестужевых', 'A', 8), transfer('Бестужевых', 'A', 8)] }],
    ['an order made twice', { orders: [order('B', 5), order('B', 5)] }],
    ['a transfer without a need', { transfers: [transfer('Бестужевых', 'A', 8), transfer('Бестужевых', 'D', 1)] }],
    ['an order for what is expected anyway', { orders: [order('B', 5), order('C', 4)] }],
    ['an unposted transfer', { transfers: [transfer('Бестужевых', 'A', 8, { Posted: false })] }],
  ])('names %s', (_name, changes) => {
    expect(judge(seen(changes)).faults).toHaveLength(1);
  });

  it.each<[string, Partial<Seen>, string]>([
    ['a need without a document', { orders: [] }, 'B'],
    ['a quantity that does not reach the minimum', { transfers: [transfer('Бестужевых', 'A', 7)] }, 'A'],
    [
      'a document that was marked for deletion',
      { transfers: [transfer('Бестужевых', 'A', 8, { DeletionMark: true })] },
      'A',
    ],
  ])('leaves %s open', (_name, changes, article) => {
    expect(judge(seen(changes)).open.map((need) => need.article)).toEqual([article]);
  });

  it('accepts a refusal only where the article really is missing or doubled', () => {
    expect(judge(seen({ orders: [], matches: new Map([['B', 0]]) }))).toMatchObject({
      open: [],
      refused: [{ article: 'B', matches: 0 }],
    });
    expect(judge(seen({ orders: [], matches: new Map([['B', 2]]) }))).toMatchObject({
      open: [],
      refused: [{ matches: 2 }],
    });
    expect(judge(seen({ orders: [], matches: new Map([['B', 1]]) })).open).toHaveLength(1);
  });
});

describe('the report', () => {
  it('names each document once, however few there are', async () => {
    const printed: string[] = [];
    const { before, limits, transfers, orders } = seen({});
    const observer = { transfers: async () => transfers, orders: async () => orders, matches: async () => 1 };
    const times = { firstDocumentMs: null, lastDocumentMs: null };
    await reportFrom(observer as never, { before, limits, donors }, times, (line) => printed.push(line));
    expect(
      printed
        .find((line) => line.includes('Первые номера'))
        ?.trim()
        .split(/\s{2,}/)[1],
    ).toBe('ТД-A, МС 0001-B');
  });
});

import { describe, expect, it } from 'vitest';
import {
  type CommonSense,
  goodsKey,
  type History,
  placeKey,
  suspicious,
} from '../../src/shared/planning/common-sense.ts';
import { groupDocuments } from '../../src/shared/planning/documents.ts';
import { plan } from '../../src/shared/planning/planner.ts';
import { toMilli } from '../../src/shared/planning/quantity.ts';
import { EMPTY_KEY } from '../../src/shared/planning/types.ts';
import { input, item, LENINA, limit, MIRA, stock } from './input.ts';

const settings: CommonSense = { maxDocuments: 1000, maxLines: 5000, maxSum: 0, lineFactor: 10, growthFactor: 5 };
const VOLGA = { key: 'r3', name: 'Магазин Волга' };
const SURA = { key: 'r4', name: 'Магазин Сура' };
type Limits = [minimum: number, maximum: number | null];

interface Case {
  now: Limits;
  /** What the hub knew of it. */
  known?: Limits;
  /** Limits of the same item on other warehouses. */
  others?: Limits[];
  /** False: the hub meets the warehouse for the first time. */
  met?: boolean;
  largestNeed?: number;
  free?: number;
  pack?: number;
  settings?: Partial<CommonSense>;
}

const place = placeKey(LENINA.key, 'i1', EMPTY_KEY);

/** The reason of the shop's only line, or NULL. */
function reasonOf({ now, known, others = [], met = true, largestNeed, free = 0, pack, ...rest }: Case) {
  const limits = [
    limit(LENINA, now[0], now[1], pack ?? null),
    ...others.map(([minimum, maximum], index) => limit([MIRA, VOLGA, SURA][index]!, minimum, maximum)),
  ];
  const made = plan(input({ limits, stock: free === 0 ? [] : [stock(LENINA, free)] }));
  const history: History = {
    limits,
    prices: new Map(),
    met: new Set(met ? [LENINA.key] : []),
    known: new Map(known === undefined ? [] : [[place, limit(LENINA, ...known)]]),
    largestNeed: new Map(largestNeed === undefined ? [] : [[place, toMilli(largestNeed)]]),
  };
  const found = suspicious({ plan: made, documents: [] }, history, { ...settings, ...rest.settings });
  expect(made.lines).toHaveLength(1);
  return found.lines.get(0) ?? null;
}

describe('a line waits for a person', () => {
  it.each<[string, Case, string, RegExp]>([
    [
      'when 10 was mistyped as 1000',
      { now: [1000, null], known: [10, null] },
      'limit-grown',
      /^минимум с прошлого расчёта: было 10, стало 1000 — больше в 100 раз \(LIMIT_GROWTH_FACTOR 5\)$/,
    ],
    ['when a minimum grew five times', { now: [50, 60], known: [10, 60] }, 'limit-grown', /минимум.*в 5 раз/],
    ['when a maximum grew five times', { now: [5, 50], known: [5, 10] }, 'limit-grown', /уровень пополнения.*в 5 раз/],
    ['when a maximum appeared far above', { now: [10, 99], known: [10, null] }, 'limit-grown', /в 9,9 раза/],
    [
      'when a new limit is ten times what other shops keep',
      {
        now: [100, 120],
        others: [
          [10, 30],
          [12, 30],
          [2, 4],
        ],
      },
      'limit-unlike-others',
      /^минимум 100 больше, чем обычно на других складах \(10\), в 10 раз$/,
    ],
    [
      'when a new maximum is, though its minimum is like the others',
      {
        now: [10, 400],
        others: [
          [10, 30],
          [12, 50],
        ],
      },
      'limit-unlike-others',
      /^уровень пополнения 400 .* \(40\), в 10 раз$/,
    ],
    [
      'when a limit is a hundred times the others on a warehouse that is new',
      { now: [1000, null], others: [[10, null]], met: false },
      'limit-unlike-others',
      /в 100 раз/,
    ],
    [
      'when it is ten of its packs too',
      { now: [500, null], others: [[3, 9]], pack: 50 },
      'limit-unlike-others',
      /\(3\), в 166,6 раза$/,
    ],
    [
      'when it needs over ten times its largest need',
      { now: [100, 210], known: [100, 210], largestNeed: 20 },
      'need-unlike-before',
      /^потребность 210 больше наибольшей за 90 дней \(20\) в 10,5 раза$/,
    ],
    [
      'when a pack of 1 was mistyped as 1000',
      { now: [5, 10], known: [5, 10], pack: 1000 },
      'need-beyond-limit',
      /^потребность 1000 больше уровня пополнения 10 в 100 раз$/,
    ],
    [
      'when reserves drove the free stock far below zero',
      { now: [5, 10], known: [5, 10], free: -91 },
      'need-beyond-limit',
      /потребность 101/,
    ],
  ])('%s', (_, given, code, text) => {
    expect(reasonOf(given)).toEqual({ code, text: expect.stringMatching(text) });
  });
});

describe('a line goes out at once', () => {
  it.each<[string, Case]>([
    ['when nothing changed', { now: [10, 30], known: [10, 30] }],
    ['when a limit grew less than five times', { now: [49, 60], known: [10, 60] }],
    ['when a limit fell', { now: [5, 10], known: [500, 1000] }],
    ['when the hub has known the odd limit all along', { now: [1000, 1200], known: [1000, 1200], others: [[10, 20]] }],
    ['when a known minimum was zero', { now: [100, null], known: [0, 100] }],
    ['when nothing is known and no other shop keeps it', { now: [1000, null] }],
    ['when a new limit is nine times the others', { now: [90, 99], others: [[10, 11]] }],
    ['when it is ten times the others, and not ten of its packs', { now: [400, 450], others: [[3, 9]], pack: 50 }],
    [
      'when the warehouse is new and a limit 99 times the others',
      { now: [990, null], others: [[10, null]], met: false },
    ],
    ['when a need is ten times the largest', { now: [100, 200], known: [100, 200], largestNeed: 20 }],
    [
      'when other shops keep as much as it needs',
      { now: [100, 210], known: [100, 210], largestNeed: 20, others: [[90, 100]] },
    ],
    ['when the growth check is off', { now: [1000, null], known: [10, null], settings: { growthFactor: 0 } }],
    ['when the line check is off', { now: [100, 210], others: [[1, 2]], largestNeed: 1, settings: { lineFactor: 0 } }],
  ])('%s', (_, given) => {
    expect(reasonOf(given)).toBeNull();
  });

  it('when it orders nothing, however odd its limit is', () => {
    const limits = [limit(LENINA, 1000)];
    const made = plan(input({ limits, stock: [stock(LENINA, 0, 1000)] }));
    const known = new Map([[place, limit(LENINA, 10)]]);
    const history = { limits, prices: new Map(), met: new Set([LENINA.key]), known, largestNeed: new Map() };
    expect(made.lines[0]!.outcome).toBe('covered');
    expect(suspicious({ plan: made, documents: [] }, history, settings).lines.size).toBe(0);
  });
});

describe('a run waits for a person', () => {
  const items = Array.from({ length: 12 }, (_, index) => item(`i${index}`));
  const limits = items.map(({ key }) => limit(LENINA, 5, 10, null, key));
  const made = plan(input({ items, limits }));
  const prices = new Map<string, number>();
  const history = { limits, prices, met: new Set<string>(), known: new Map(), largestNeed: new Map() };
  const reasons = (scope: 'item' | 'route', change: Partial<CommonSense>) =>
    suspicious({ plan: made, documents: groupDocuments(made, scope) }, history, { ...settings, ...change }).run;

  it('when it has more documents, or more lines, than allowed', () => {
    expect(reasons('item', { maxDocuments: 11 })).toEqual([
      { code: 'too-many-documents', text: 'в расчёте документов: 12, предел 11 (RUN_MAX_DOCUMENTS)' },
    ]);
    expect(reasons('route', { maxDocuments: 11, maxLines: 11 })).toEqual([
      { code: 'too-many-lines', text: 'в расчёте строк: 12, предел 11 (RUN_MAX_LINES)' },
    ]);
  });

  it('when its orders in МойСклад cost more than allowed by the prices that are known; the others are told', () => {
    const known = items.slice(0, 10).map(({ key }) => [goodsKey(key, EMPTY_KEY), 123_450] as const);
    const priced = (maxSum: number, prices: ReadonlyMap<string, number>) =>
      suspicious(
        { plan: made, documents: groupDocuments(made, 'route') },
        { ...history, prices },
        { ...settings, maxSum },
      ).run;
    // Ten lines of ten pieces at 1 234,50 ₽.
    expect(priced(123_449, new Map(known))).toEqual([
      {
        code: 'too-much-money',
        text: 'заказы в МойСклад на 123\u00a0450 ₽, предел 123\u00a0449 ₽ (RUN_MAX_SUM); строк без известной цены, в сумму не вошедших: 2',
      },
    ]);
    const all = new Map(items.map(({ key }) => [goodsKey(key, EMPTY_KEY), 1001] as const));
    expect(priced(1201, all)).toEqual([
      { code: 'too-much-money', text: 'заказы в МойСклад на 1\u00a0201,20 ₽, предел 1\u00a0201 ₽ (RUN_MAX_SUM)' },
    ]);
    expect(priced(123_450, new Map(known))).toEqual([]);
    expect(priced(0, new Map(known))).toEqual([]);
    expect(priced(1, new Map())).toEqual([]);
  });

  it('and not when it has just as many, or when there is no limit', () => {
    expect(reasons('item', { maxDocuments: 12, maxLines: 12 })).toEqual([]);
    expect(reasons('item', { maxDocuments: 0, maxLines: 0 })).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { type Judging, judgeSnapshot, type WarehouseCount } from '../../src/jobs/run-scan/judge-snapshot.ts';

const shop: WarehouseCount = { key: 's', name: 'Ленина', role: 'recipient', balances: 100, limits: 100 };
const donor: WarehouseCount = { key: 'd', name: 'Бестужевых', role: 'donor', balances: 200, limits: 0 };
const judge = (change: Partial<Judging>) =>
  judgeSnapshot({
    before: [shop, donor],
    now: [shop, donor],
    existing: [shop, donor],
    everyRecipient: true,
    minShare: 60,
    ...change,
  });

describe('a warehouse is doubted', () => {
  it.each<[string, Partial<Judging>, object]>([
    [
      'with 59 % of its balances',
      { now: [{ ...shop, balances: 59 }, donor] },
      {
        code: 'few-balances',
        role: 'recipient',
        text: '1С вернула строк остатков по складу «Ленина»: 59, а в прошлый раз 100 (меньше 60 %, SNAPSHOT_MIN_SHARE)',
      },
    ],
    [
      'with 59 % of its limits',
      { now: [{ ...shop, limits: 59 }, donor] },
      { code: 'few-limits', before: 100, now: 59 },
    ],
    ['as a donor too', { now: [shop, { ...donor, balances: 0 }] }, { role: 'donor', now: 0 }],
    [
      'when 1C has it no more',
      { now: [donor], existing: [donor] },
      { code: 'warehouse-absent', text: 'склада «Ленина» больше нет в 1С (лимитов на нём было 100)' },
    ],
    [
      'when it lost every limit',
      { now: [donor] },
      { code: 'no-limits', text: 'на складе «Ленина» не осталось ни одного лимита (было 100)' },
    ],
  ])('%s', (_, given, doubt) => {
    expect(judge(given)).toEqual([expect.objectContaining(doubt)]);
  });
});

describe('a warehouse is trusted', () => {
  it.each<[string, Partial<Judging>]>([
    ['with as many rows as before', {}],
    ['with 60 % of them', { now: [{ ...shop, balances: 60, limits: 60 }, donor] }],
    ['with more of them', { now: [{ ...shop, balances: 900 }, donor] }],
    ['when nothing is known of it', { before: [] }],
    [
      'when it had fewer than 20 rows',
      { before: [{ ...shop, balances: 19, limits: 19 }], now: [{ ...shop, balances: 1, limits: 1 }] },
    ],
    ['when the check is off', { now: [{ ...shop, balances: 1 }, donor], minShare: 0 }],
    ['when people no longer name it', { now: [donor], everyRecipient: false }],
    ['when it has become a donor', { now: [{ ...shop, role: 'donor' }, donor] }],
    ['when it had no limits before either', { before: [{ ...shop, limits: 0 }], now: [donor] }],
  ])('%s', (_, given) => {
    expect(judge(given)).toEqual([]);
  });
});

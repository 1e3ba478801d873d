import type { Key, Warehouse } from '../../shared/planning/types.ts';

/** How much 1C told of one warehouse. */
export interface WarehouseCount extends Warehouse {
  role: 'recipient' | 'donor';
  /** Rows of the balance register. */
  balances: number;
  /** Limits that count. */
  limits: number;
}

/** A warehouse whose rows cannot be trusted, and why. */
export interface Doubt {
  code: 'few-balances' | 'few-limits' | 'no-limits' | 'warehouse-absent';
  warehouse: Warehouse;
  role: 'recipient' | 'donor';
  before: number;
  now: number;
  /** Russian sentence without its full stop. */
  text: string;
}

export interface Judging {
  /** Of the last run that trusted the warehouse. */
  before: readonly WarehouseCount[];
  now: readonly WarehouseCount[];
  /** Every warehouse that 1C has. */
  existing: readonly Warehouse[];
  /** True: recipients are whatever has limits, so one that is gone was not taken out by a person. */
  everyRecipient: boolean;
  /** Percent of the earlier rows that must be there; 0: rows are not counted. */
  minShare: number;
}

/** Fewer rows than this are no statistics: half of four is an ordinary day. */
export const ENOUGH_ROWS = 20;

/** Compares what 1C told now with what it told before. An empty answer: nothing to doubt. */
export function judgeSnapshot({ before, now, existing, everyRecipient, minShare }: Judging): Doubt[] {
  const earlier = new Map(before.map((one) => [one.key, one]));
  const doubts = now.flatMap((one): Doubt[] => {
    const was = earlier.get(one.key);
    const shrunk = was === undefined ? null : shrinkage(was, one, minShare);
    return shrunk === null ? [] : [{ warehouse: { key: one.key, name: one.name }, role: one.role, ...shrunk }];
  });
  return everyRecipient ? [...doubts, ...missing(before, now, existing)] : doubts;
}

function shrinkage(was: WarehouseCount, is: WarehouseCount, minShare: number) {
  const fewer = (field: 'balances' | 'limits') =>
    was[field] >= ENOUGH_ROWS && is[field] * 100 < was[field] * minShare
      ? { before: was[field], now: is[field] }
      : null;
  const tell = (what: string, { before, now }: { before: number; now: number }) =>
    `1С вернула ${what} по складу «${is.name}»: ${now}, а в прошлый раз ${before} (меньше ${minShare} %, SNAPSHOT_MIN_SHARE)`;
  const limits = fewer('limits');
  if (limits !== null) return { code: 'few-limits' as const, ...limits, text: tell('строк лимитов', limits) };
  const balances = fewer('balances');
  if (balances === null) return null;
  return { code: 'few-balances' as const, ...balances, text: tell('строк остатков', balances) };
}

/** Recipients that had limits and are no part of the snapshot at all. */
function missing(
  before: readonly WarehouseCount[],
  now: readonly WarehouseCount[],
  existing: readonly Warehouse[],
): Doubt[] {
  const read = new Set<Key>(now.map(({ key }) => key));
  const exists = new Set<Key>(existing.map(({ key }) => key));
  return before
    .filter(({ key, role, limits }) => role === 'recipient' && limits > 0 && !read.has(key))
    .map(({ key, name, role, limits }) => {
      const gone = !exists.has(key);
      const text = gone
        ? `склада «${name}» больше нет в 1С (лимитов на нём было ${limits})`
        : `на складе «${name}» не осталось ни одного лимита (было ${limits})`;
      const code = gone ? ('warehouse-absent' as const) : ('no-limits' as const);
      return { code, warehouse: { key, name }, role, before: limits, now: 0, text };
    });
}

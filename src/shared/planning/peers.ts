import type { Key, Limit, Milli } from './types.ts';

/** A limit as two numbers: when to fill, and up to where. */
export interface Level {
  minimum: number;
  top: number;
}

/** What other recipients keep of the same item. */
export interface Peers {
  /** Medians over the other warehouses; NULL where no other keeps the item. */
  of(warehouseKey: Key, itemKey: Key, characteristicKey: Key): Level | null;
}

/** What stock is filled up to: the maximum, or the minimum where there is no larger maximum. */
export const topOf = ({ minimum, maximum }: Pick<Limit, 'minimum' | 'maximum'>): Milli =>
  Math.max(minimum, maximum ?? 0);

/** Groups limits by item and characteristic. Limits of zero keep nothing and have no say. */
export function peersOf(limits: readonly Limit[]): Peers {
  const byItem = new Map<string, Limit[]>();
  for (const limit of limits) {
    if (topOf(limit) <= 0) continue;
    const key = `${limit.itemKey}/${limit.characteristicKey}`;
    const group = byItem.get(key);
    if (group === undefined) byItem.set(key, [limit]);
    else group.push(limit);
  }
  return {
    of(warehouseKey, itemKey, characteristicKey) {
      const group = byItem.get(`${itemKey}/${characteristicKey}`) ?? [];
      const others = group.filter((limit) => limit.warehouseKey !== warehouseKey);
      if (others.length === 0) return null;
      return { minimum: median(others.map(({ minimum }) => minimum)), top: median(others.map(topOf)) };
    },
  };
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

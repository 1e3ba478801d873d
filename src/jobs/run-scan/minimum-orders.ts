import { toMilli } from '../../shared/planning/quantity.ts';
import type { Item, Limit } from '../../shared/planning/types.ts';

/** Gives the limits of these articles the least quantity that the supplier takes an order for: 1C keeps no such thing. */
export function withMinimumOrders(
  limits: Limit[],
  items: readonly Pick<Item, 'key' | 'article'>[],
  minimumOrders: ReadonlyMap<string, number>,
): Limit[] {
  if (minimumOrders.size === 0) return limits;
  const leastOf = new Map(items.map(({ key, article }) => [key, minimumOrders.get(article.trim())]));
  return limits.map((limit) => {
    const least = leastOf.get(limit.itemKey);
    return least === undefined ? limit : { ...limit, minimumOrder: toMilli(String(least)) };
  });
}

import { v5 } from 'uuid';
import type { Dataset } from '../../sandbox/data/dataset.ts';

const id = (name: string) => v5(name, '6ba7b811-9dad-11d1-80b4-00c04fd430c8');

export interface SmallDatasetOptions {
  /** Items that the first donor can give whole. */
  moved?: number;
  /** Items that only МойСклад can give. */
  ordered?: number;
}

/**
 * A world small enough to reason about: one shop, both donors, and items of each kind. Every need is for 10 pieces
 * (minimum 5, maximum 10, nothing there).
 */
export function smallDataset({ moved = 6, ordered = 4 }: SmallDatasetOptions = {}): Dataset {
  const shop = { key: id('shop'), name: 'Магазин Ленина', kind: 'shop' as const };
  const first = { key: id('first'), name: 'Бестужевых', kind: 'donor' as const };
  const second = { key: id('second'), name: 'Контейнер', kind: 'donor' as const };
  const items: Dataset['items'] = [];
  const stock: Dataset['stock'] = [];
  const add = (article: string, donorStock: number, matches: 0 | 1 | 2 = 1) => {
    const key = id(article);
    items.push({
      key,
      code: `НФ-${String(items.length + 1).padStart(8, '0')}`,
      article,
      name: `Товар ${article}`,
      unit: 'шт',
      wholeUnits: true,
      priceRoubles: 100,
      pack: null,
      moysklad: { matches, as: 'product' },
    });
    const at = (warehouseKey: string, onHand: number, minimum: number | null, maximum: number | null) =>
      stock.push({ warehouseKey, itemKey: key, onHand, reserved: 0, onOrder: 0, minimum, maximum });
    at(shop.key, 0, 5, 10);
    if (donorStock > 0) at(first.key, donorStock, null, null);
  };
  for (let n = 1; n <= moved; n += 1) add(`MOVE-${n}`, 50);
  for (let n = 1; n <= ordered; n += 1) add(`ORDER-${n}`, 0);
  return { seed: 0, warehouses: [shop, first, second], items, stock };
}

/** The same with one article that МойСклад lacks and one that it has twice. */
export function withBadMatches(dataset: Dataset): Dataset {
  const items = dataset.items.map((item) =>
    item.article === 'ORDER-1'
      ? { ...item, moysklad: { ...item.moysklad, matches: 0 as const } }
      : item.article === 'ORDER-2'
        ? { ...item, moysklad: { ...item.moysklad, matches: 2 as const } }
        : item,
  );
  return { ...dataset, items };
}

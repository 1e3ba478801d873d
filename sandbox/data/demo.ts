import { createRandom } from '../random.ts';
import type { Dataset, DatasetItem, DatasetStock, DatasetWarehouse } from './dataset.ts';
import { planNeeds } from './demo-needs.ts';
import { createDice, type Dice } from './dice.ts';
import { homeGoods } from './goods-home.ts';
import { repairGoods } from './goods-repair.ts';

const ITEMS = 2000;
const SHOPS = ['Магазин Ленина', 'Магазин Мира', 'Магазин Садовая'];
const DONORS = ['Бестужевых', 'Контейнер'];

/**
 * A chain of three household shops and two donor warehouses: some 2,000 items, some 400 needs of every kind
 * (see `demo-needs.ts`). The same seed gives the same dataset, byte for byte.
 */
export function buildDemoDataset(seed = 1): Dataset {
  const dice = createDice(createRandom(seed));
  const warehouses: DatasetWarehouse[] = [
    ...SHOPS.map((name): DatasetWarehouse => ({ key: dice.guid(), name, kind: 'shop' })),
    ...DONORS.map((name): DatasetWarehouse => ({ key: dice.guid(), name, kind: 'donor' })),
  ];
  const items = dice.shuffle(everyItem(dice)).slice(0, ITEMS);
  items.sort((a, b) => (a.article < b.article ? -1 : 1));
  items.forEach((item, index) => {
    item.code = `00-${String(index + 101).padStart(8, '0')}`;
  });
  const stock = new Map<string, DatasetStock>();
  for (const item of items)
    for (const warehouse of warehouses) stock.set(`${warehouse.key}|${item.key}`, calmStock(dice, item, warehouse));
  planNeeds({ dice, warehouses, items, stock });
  return { seed, warehouses, items, stock: [...stock.values()] };
}

function everyItem(dice: Dice): DatasetItem[] {
  const items: DatasetItem[] = [];
  for (const kind of [...repairGoods, ...homeGoods]) {
    let number = 0;
    for (const brand of kind.brands)
      for (const chosen of combinations(kind.variants)) {
        number += 1;
        const [low, high] = kind.price;
        items.push({
          key: dice.guid(),
          code: '',
          article: `${kind.prefix}-${String(number).padStart(4, '0')}`,
          name: chosen.reduce((name, value, at) => name.replace(`{${at}}`, value), kind.name).replace('{b}', brand),
          unit: kind.unit,
          wholeUnits: kind.wholeUnits,
          priceRoubles: dice.between(low, high - 1) + 0.99,
          // Not every item of a kind is ordered by the pack.
          pack: kind.pack && dice.chance(0.6) ? { key: dice.guid(), ...kind.pack } : null,
          moysklad: { matches: 1, as: dice.chance(0.15) ? 'variant' : 'product' },
        });
      }
  }
  return items;
}

function combinations(variants: string[][]): string[][] {
  return variants.reduce<string[][]>(
    (done, values) => done.flatMap((start) => values.map((value) => [...start, value])),
    [[]],
  );
}

/** Stock of an item that is not in need: at or above its minimum wherever it has one. */
function calmStock(dice: Dice, item: DatasetItem, { key, kind }: DatasetWarehouse): DatasetStock {
  const none = { warehouseKey: key, itemKey: item.key, reserved: 0, onOrder: 0, minimum: null, maximum: null };
  if (kind === 'donor') {
    const minimum = dice.chance(0.3) ? dice.between(2, 10) : null;
    const onHand = dice.chance(0.75) ? (minimum ?? 0) + dice.between(0, 120) : (minimum ?? 0);
    const reserved = dice.chance(0.15) ? dice.between(0, Math.max(0, onHand - (minimum ?? 0))) : 0;
    return { ...none, onHand, reserved, minimum, maximum: minimum === null ? null : minimum * 3 };
  }
  if (!dice.chance(0.65)) return { ...none, onHand: dice.chance(0.5) ? dice.between(0, 15) : 0 };
  const minimum = dice.between(2, 12);
  const maximum = dice.chance(0.9) ? minimum + dice.between(2, 20) : null;
  const reserved = dice.chance(0.1) ? dice.between(1, 4) : 0;
  const onHand = minimum + reserved + dice.between(0, 14);
  const onOrder = dice.chance(0.05) ? dice.between(1, 10) : 0;
  return { ...none, onHand, reserved, onOrder, minimum, maximum };
}

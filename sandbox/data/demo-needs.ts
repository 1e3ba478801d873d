import type { DatasetItem, DatasetStock, DatasetWarehouse } from './dataset.ts';
import type { Dice } from './dice.ts';

interface Deps {
  dice: Dice;
  warehouses: DatasetWarehouse[];
  items: DatasetItem[];
  stock: Map<string, DatasetStock>;
}

/** How many items of each kind of need; the outside ones (marked →) add up to about 120 orders. */
const counts = {
  firstDonor: 125,
  secondDonor: 50,
  bothDonors: 50,
  /** → */
  partlyOutside: 36,
  /** → Seven of them cannot be ordered as they are: four articles missing in МойСклад, three doubled. */
  whollyOutside: 70,
  covered: 35,
  /** → Two shops, one donor that can fill only the first: one order each. */
  twoCompete: 8,
  /** → Three shops: two orders each. */
  threeCompete: 3,
};
const MISSING_ARTICLES = 4;
const DOUBLED_ARTICLES = 3;

/** Turns some of the calm rows into needs. Each item is used for one kind only, so that the kinds stay what they are. */
export function planNeeds({ dice, warehouses, items, stock }: Deps): void {
  const shops = warehouses.filter(({ kind }) => kind === 'shop');
  const donors = warehouses.filter(({ kind }) => kind === 'donor');
  const queue = dice.shuffle(items);
  const row = (warehouse: DatasetWarehouse | undefined, item: DatasetItem) =>
    stock.get(`${warehouse?.key}|${item.key}`)!;

  const supply = (item: DatasetItem, quantities: [first: number, second: number]) => {
    donors.forEach((donor, index) => {
      const held = row(donor, item);
      held.reserved = 0;
      // What the donor can give lies above its own minimum, and a bare minimum gives nothing.
      held.onHand = (held.minimum ?? 0) + (quantities[index] ?? 0);
    });
  };
  const each = (count: number, make: (item: DatasetItem, lot: number, index: number) => void) => {
    for (let index = 0; index < count; index += 1) {
      const item = queue.pop()!;
      make(item, lotOf(item), index);
    }
  };
  const need = (item: DatasetItem) => makeNeed(dice, row(dice.pick(shops), item), item);

  each(counts.firstDonor, (item, lot) => {
    supply(item, [need(item) + lot * dice.between(1, 6), dice.chance(0.5) ? lot * dice.between(1, 9) : 0]);
  });
  each(counts.secondDonor, (item, lot) => supply(item, [0, need(item) + lot * dice.between(1, 6)]));
  each(counts.bothDonors, (item, lot) => supply(item, [lot, need(item) + lot]));
  each(counts.partlyOutside, (item, lot) => {
    need(item);
    supply(
      item,
      dice.pick<[number, number]>([
        [lot, 0],
        [0, lot],
        [lot, lot],
      ]),
    );
  });
  each(counts.whollyOutside, (item, _lot, index) => {
    need(item);
    supply(item, [0, 0]);
    if (index < MISSING_ARTICLES) item.moysklad.matches = 0;
    else if (index < MISSING_ARTICLES + DOUBLED_ARTICLES) item.moysklad.matches = 2;
  });
  each(counts.covered, (item) => {
    const wanted = row(dice.pick(shops), item);
    makeNeed(dice, wanted, item);
    const target = wanted.maximum ?? wanted.minimum ?? 0;
    wanted.onOrder = target - wanted.onHand + wanted.reserved;
  });
  const compete = (count: number, contenders: number) =>
    each(count, (item, lot) => {
      const [first, ...others] = dice.shuffle(shops).slice(0, contenders);
      const missing = makeNeed(dice, row(first, item), item);
      const { warehouseKey: _key, ...same } = row(first, item);
      for (const other of others) Object.assign(row(other, item), same);
      supply(item, [missing + lot, 0]);
    });
  compete(counts.twoCompete, 2);
  compete(counts.threeCompete, 3);
}

/** The step in which an item is ordered: its pack, a piece, or five metres or kilograms. */
function lotOf({ pack, wholeUnits }: DatasetItem): number {
  return pack?.size ?? (wholeUnits ? 1 : 5);
}

/**
 * Puts a shop's row below its minimum and returns how much would fill it, rounded up to whole lots: at least three of them,
 * so that one lot of a donor never covers it. Without packs metres and kilograms are missing in fractions.
 */
function makeNeed(dice: Dice, row: DatasetStock, item: DatasetItem): number {
  const lot = lotOf(item);
  const minimumLots = dice.between(6, 9);
  row.minimum = minimumLots * lot;
  // Without a maximum the shop is filled to its minimum, and the last pack passes it.
  row.maximum = dice.chance(0.9) ? (minimumLots + dice.between(4, 9)) * lot : null;
  const [numerator, denominator] = dice.pick([
    [0, 1],
    [0, 1],
    [1, 3],
    [1, 2],
    [1, 1],
    [3, 2],
    [2, 1],
  ] as const);
  const left = (lot * numerator) / denominator;
  row.onHand = item.wholeUnits ? Math.floor(left) : Math.round(left * 10) / 10;
  row.reserved = dice.chance(0.1) ? 1 : 0;
  row.onOrder = dice.chance(0.08) ? lot : 0;
  const projected = row.onHand - row.reserved + row.onOrder;
  const target = row.maximum ?? row.minimum;
  return Math.ceil((target - projected) / lot) * lot;
}

import { describe, expect, it } from 'vitest';
import type { Dataset, DatasetStock } from '../../sandbox/data/dataset.ts';
import { buildDemoDataset } from '../../sandbox/data/demo.ts';

const demo = buildDemoDataset(1);
const itemOf = new Map(demo.items.map((item) => [item.key, item]));
const donorKeys = demo.warehouses.filter(({ kind }) => kind === 'donor').map(({ key }) => key);
const projected = (row: DatasetStock) => row.onHand - row.reserved + row.onOrder;

function needsOf({ warehouses, stock }: Dataset): DatasetStock[] {
  const shops = new Set(warehouses.filter(({ kind }) => kind === 'shop').map(({ key }) => key));
  return stock.filter((row) => shops.has(row.warehouseKey) && row.minimum !== null && projected(row) < row.minimum);
}

/** A plain plan: donors in order, whole lots, first come first served. */
function settle(dataset: Dataset) {
  const items = new Map(dataset.items.map((item) => [item.key, item]));
  const rows = new Map(dataset.stock.map((row) => [`${row.warehouseKey}|${row.itemKey}`, row]));
  const donors = dataset.warehouses.filter(({ kind }) => kind === 'donor');
  const taken = new Map<string, number>();
  return needsOf(dataset).map((row) => {
    const { pack, wholeUnits } = items.get(row.itemKey)!;
    const lot = pack?.size ?? (wholeUnits ? 1 : 0.001);
    let open = (row.maximum ?? row.minimum!) - projected(row);
    const gave: string[] = [];
    for (const donor of donors) {
      const id = `${donor.key}|${row.itemKey}`;
      const held = rows.get(id)!;
      const offer = held.onHand - held.reserved - (held.minimum ?? 0) - (taken.get(id) ?? 0);
      const wholeLots = Math.floor((offer + 1e-9) / lot) * lot;
      const take = Math.min(wholeLots, Math.ceil(open / lot - 1e-9) * lot);
      if (take <= 1e-9 || open <= 1e-9) continue;
      taken.set(id, (taken.get(id) ?? 0) + take);
      gave.push(donor.name);
      open -= take;
    }
    return { row, gave, outside: open > 1e-6 };
  });
}

describe('the demo dataset', () => {
  it('is the same byte for byte for the same seed, and another for another seed', () => {
    expect(JSON.stringify(buildDemoDataset(1))).toBe(JSON.stringify(demo));
    expect(JSON.stringify(buildDemoDataset(2))).not.toBe(JSON.stringify(demo));
  });

  it('holds 2,000 items with unique articles, codes, names and keys in five warehouses', () => {
    expect(demo.items).toHaveLength(2000);
    for (const field of ['article', 'code', 'name', 'key'] as const)
      expect(new Set(demo.items.map((item) => item[field])).size).toBe(2000);
    expect(demo.warehouses.map(({ name }) => name)).toEqual([
      'Магазин Ленина',
      'Магазин Мира',
      'Магазин Садовая',
      'Бестужевых',
      'Контейнер',
    ]);
    expect(demo.items.every(({ name, code }) => name.length <= 100 && code.length <= 11 && !/[{}]/.test(name))).toBe(
      true,
    );
  });

  it.each([1, 2, 3])('has figures that 1C can hold (seed %i)', (seed) => {
    for (const row of buildDemoDataset(seed).stock) {
      for (const value of [row.onHand, row.reserved, row.onOrder, row.minimum ?? 0, row.maximum ?? 0])
        expect(Math.abs(value * 1000 - Math.round(value * 1000))).toBeLessThan(1e-6);
      expect(row.maximum === null || row.maximum >= (row.minimum ?? Number.NaN)).toBe(true);
    }
  });

  it.each([1, 2, 3])('has some 370 open needs of every kind, 110 to 130 with an order outside (seed %i)', (seed) => {
    const dataset = buildDemoDataset(seed);
    const [plan, needs] = [settle(dataset), needsOf(dataset)];
    const count = (test: (one: (typeof plan)[number]) => boolean) => plan.filter(test).length;
    expect(needs.length).toBeGreaterThanOrEqual(340);
    expect(needs.length).toBeLessThanOrEqual(420);
    expect(count(({ gave, outside }) => !outside && gave.join() === 'Бестужевых')).toBeGreaterThan(80);
    expect(count(({ gave, outside }) => !outside && gave.join() === 'Контейнер')).toBeGreaterThan(30);
    expect(count(({ gave, outside }) => !outside && gave.length === 2)).toBeGreaterThan(30);
    expect(count(({ gave, outside }) => outside && gave.length > 0)).toBeGreaterThan(30);
    expect(count(({ gave, outside }) => outside && gave.length === 0)).toBeGreaterThan(60);
    expect(count(({ outside }) => outside)).toBeGreaterThanOrEqual(110);
    expect(count(({ outside }) => outside)).toBeLessThanOrEqual(130);
  });

  it('has shops below their minimum whose goods are on their way', () => {
    const covered = demo.stock.filter(
      (row) =>
        row.minimum !== null &&
        row.onHand - row.reserved < row.minimum &&
        projected(row) >= row.minimum &&
        row.onOrder > 0,
    );
    expect(covered.length).toBeGreaterThanOrEqual(30);
  });

  it('orders outside four articles that МойСклад lacks and three that it has twice', () => {
    const outside = settle(demo).filter(({ outside }) => outside);
    const matches = outside.map(({ row }) => itemOf.get(row.itemKey)!.moysklad.matches);
    expect(matches.filter((count) => count === 0)).toHaveLength(4);
    expect(matches.filter((count) => count === 2)).toHaveLength(3);
    expect(demo.items.filter(({ moysklad }) => moysklad.matches !== 1)).toHaveLength(7);
    expect(demo.items.some(({ moysklad }) => moysklad.as === 'variant')).toBe(true);
  });

  it('has shops that compete for one donor, donors with minima, needs in packs and in fractions', () => {
    const needs = needsOf(demo);
    const shopsInNeed = new Map<string, number>();
    for (const { itemKey } of needs) shopsInNeed.set(itemKey, (shopsInNeed.get(itemKey) ?? 0) + 1);
    expect([...shopsInNeed.values()].filter((count) => count > 1)).toHaveLength(11);
    expect(demo.stock.some((row) => row.warehouseKey === donorKeys[0] && row.minimum !== null)).toBe(true);
    expect(needs.filter((row) => itemOf.get(row.itemKey)!.pack !== null).length).toBeGreaterThan(50);
    expect(needs.some((row) => !Number.isInteger(row.onHand))).toBe(true);
  });
});

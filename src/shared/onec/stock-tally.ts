import type { Key, Milli, Stock } from '../planning/types.ts';
import { freeStock } from './free-stock.ts';

interface Figures {
  onHand: Milli;
  /** Reserved of what lies there. */
  onStock: Milli;
  /** Reserved of what comes in, and of what lies there before it comes. */
  onArrival: Milli;
  onOrder: Milli;
}

/** Adds up what a warehouse's registers say of each item and characteristic, in however many rows they say it. */
export interface StockTally {
  add(goods: { Номенклатура_Key: Key; Характеристика_Key: Key }, figures: Partial<Figures>): void;
  /** One row for each item and characteristic that was added. */
  stock(): Stock[];
}

export function createStockTally(warehouseKey: Key): StockTally {
  const totals = new Map<string, Figures & { itemKey: Key; characteristicKey: Key }>();
  return {
    add({ Номенклатура_Key: itemKey, Характеристика_Key: characteristicKey }, figures) {
      const id = `${itemKey} ${characteristicKey}`;
      const total = totals.get(id) ?? { itemKey, characteristicKey, onHand: 0, onStock: 0, onArrival: 0, onOrder: 0 };
      total.onHand += figures.onHand ?? 0;
      total.onStock += figures.onStock ?? 0;
      total.onArrival += figures.onArrival ?? 0;
      total.onOrder += figures.onOrder ?? 0;
      totals.set(id, total);
    },
    stock: () =>
      [...totals.values()].map(({ itemKey, characteristicKey, onHand, onStock, onArrival, onOrder }) => ({
        warehouseKey,
        itemKey,
        characteristicKey,
        onHand,
        reserved: onStock + onArrival,
        free: freeStock({ onHand, reservedOnStock: onStock, reservedOnArrival: onArrival }),
        onOrder,
      })),
  };
}

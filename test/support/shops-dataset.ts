import { v5 } from 'uuid';
import type { Dataset } from '../../sandbox/data/dataset.ts';

const id = (name: string) => v5(name, '6ba7b811-9dad-11d1-80b4-00c04fd430c8');

export const LENINA = { key: id('lenina'), name: 'Магазин Ленина', kind: 'shop' as const };
export const MIRA = { key: id('mira'), name: 'Магазин Мира', kind: 'shop' as const };
export const BESTUZHEVYH = { key: id('first'), name: 'Бестужевых', kind: 'donor' as const };
export const CONTAINER = { key: id('second'), name: 'Контейнер', kind: 'donor' as const };

/** Enough rows of each warehouse for a lack of them to be noticed. */
export const ITEMS = 40;

export const itemKey = (number: number): string => id(`A-${number}`);

/**
 * Two shops and two donors that keep the same forty items: 20 pieces in each shop (minimum 10, maximum 30), 100 and 60
 * with the donors. Nothing is short until a test makes it so.
 */
export function shopsDataset(): Dataset {
  const warehouses = [LENINA, MIRA, BESTUZHEVYH, CONTAINER];
  const numbers = Array.from({ length: ITEMS }, (_, index) => index + 1);
  const place = (warehouseKey: string, number: number, onHand: number, limits: [number, number] | null) => ({
    ...{ warehouseKey, itemKey: itemKey(number), onHand, reserved: 0, onOrder: 0 },
    minimum: limits?.[0] ?? null,
    maximum: limits?.[1] ?? null,
  });
  return {
    seed: 0,
    warehouses,
    items: numbers.map((number) => ({
      key: itemKey(number),
      code: `НФ-${String(number).padStart(8, '0')}`,
      article: `A-${number}`,
      name: `Товар ${number}`,
      unit: 'шт',
      wholeUnits: true,
      priceRoubles: 100,
      pack: null,
      moysklad: { matches: 1, as: 'product' },
    })),
    stock: numbers.flatMap((number) => [
      place(LENINA.key, number, 20, [10, 30]),
      place(MIRA.key, number, 20, [10, 30]),
      place(BESTUZHEVYH.key, number, 100, null),
      place(CONTAINER.key, number, 60, null),
    ]),
  };
}

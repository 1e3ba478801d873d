import { freeStock } from './free-rule.ts';
import { EMPTY_GUID } from './values.ts';
import type { World } from './world.ts';

/** `Склад` of «Запасы и потребности» is composite: key and type go together. */
export const warehouseDimension = (key: string) => ({ Склад: key, Склад_Type: 'StandardODATA.Catalog_Склады' });

export interface StockFigures {
  onHand: number;
  reserved: number;
  free: number;
  onOrder: number;
}

/** Figures of «Запасы и потребности» for stock that is not earmarked. */
export function stockFigures(
  world: World,
  warehouseKey: string,
  itemKey: string,
  characteristicKey?: string,
): StockFigures {
  const sums = world.registers.stock.total({
    ...warehouseDimension(warehouseKey),
    Номенклатура_Key: itemKey,
    Назначение_Key: EMPTY_GUID,
    ...(characteristicKey === undefined ? {} : { Характеристика_Key: characteristicKey }),
  });
  const onHand = sums.ВНаличии ?? 0;
  const reserved = sums.РезервироватьНаСкладе ?? 0;
  return {
    onHand,
    reserved,
    free: freeStock(onHand, reserved, sums.РезервироватьПоМереПоступления ?? 0),
    onOrder: sums.Заказано ?? 0,
  };
}

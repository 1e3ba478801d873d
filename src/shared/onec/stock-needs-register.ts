import { z } from 'zod';
import { EMPTY_KEY, type Key } from '../planning/types.ts';
import type { Balances } from './balances.ts';
import { guid } from './odata.ts';
import { key, milli, readRows } from './schema.ts';
import { filterIgnored, type StockRegister } from './stock-register.ts';
import { createStockTally } from './stock-tally.ts';

export const STOCK_NEEDS_REGISTER = 'AccumulationRegister_ЗапасыИПотребности';

export const WAREHOUSE_TYPE = 'StandardODATA.Catalog_Склады';

const balanceRow = z.object({
  Номенклатура_Key: key,
  Характеристика_Key: key,
  Склад: key,
  Склад_Type: z.string(),
  /** Only where every row had to be asked for. */
  Назначение_Key: key.optional(),
  ВНаличииBalance: milli,
  ЗаказаноBalance: milli,
  РезервироватьНаСкладеBalance: milli,
  РезервироватьПоМереПоступленияBalance: milli,
});

const warehouseRow = z.object({ Склад: key, Склад_Type: z.string(), Назначение_Key: key, ВНаличииBalance: milli });

/**
 * A warehouse in a composite dimension, which never equals a bare guid, hence the cast. Goods earmarked for an order
 * («Назначение») are not free.
 */
export const castTo = (warehouseKey: Key) =>
  `Склад eq cast(${guid(warehouseKey)},'Catalog_Склады') and Назначение_Key eq ${guid(EMPTY_KEY)}`;

/** Stock of UT 11.5.18 and newer, by the virtual table of «ЗапасыИПотребности». */
export function createStockNeedsRegister(balances: Balances): StockRegister {
  const object = STOCK_NEEDS_REGISTER;
  return {
    object,
    async read(warehouseKey, options) {
      const dimensions = ['Номенклатура', 'Характеристика', 'Склад'];
      const orEveryRow = [...dimensions, 'Назначение'];
      const question = { condition: castTo(warehouseKey), dimensions, orEveryRow };
      const answer = await balances.read(object, question, options);
      const tally = createStockTally(warehouseKey);
      for (const row of readRows(object, balanceRow, answer)) {
        const isHere = row.Склад === warehouseKey && row.Склад_Type === WAREHOUSE_TYPE;
        if (row.Назначение_Key !== undefined && !(isHere && row.Назначение_Key === EMPTY_KEY)) continue;
        if (!isHere) throw filterIgnored(object, warehouseKey, row.Склад);
        tally.add(row, {
          onHand: row.ВНаличииBalance,
          onStock: row.РезервироватьНаСкладеBalance,
          onArrival: row.РезервироватьПоМереПоступленияBalance,
          onOrder: row.ЗаказаноBalance,
        });
      }
      return tally.stock();
    },
    async confirmEmpty(warehouseKeys, options) {
      const answer = await balances.read(object, { dimensions: ['Склад', 'Назначение'] }, options);
      const holds = readRows(object, warehouseRow, answer).find(
        (row) =>
          row.Склад_Type === WAREHOUSE_TYPE &&
          row.Назначение_Key === EMPTY_KEY &&
          row.ВНаличииBalance > 0 &&
          warehouseKeys.includes(row.Склад),
      );
      if (holds) throw filterIgnored(object, holds.Склад, null);
    },
  };
}

import type { StockRegister } from './stock-register.ts';
import { createStockTally } from './stock-tally.ts';
import type { WarehouseBalances } from './warehouse-balances.ts';

export const FREE_BALANCE_REGISTER = 'AccumulationRegister_СвободныеОстатки';
export const ARRIVAL_SCHEDULE = 'AccumulationRegister_ГрафикПоступленияТоваров';
export const SHIPMENT_SCHEDULE = 'AccumulationRegister_ГрафикОтгрузкиТоваров';

/**
 * Stock of UT 11.4: «СвободныеОстатки», and what is on order by the two schedules, as UT 11.4 itself counts in
 * «ОбеспечениеПотребностей»: arrivals of orders, unconfirmed ones too, less what is planned to leave of them.
 */
export function createFreeBalanceRegister(balances: WarehouseBalances): StockRegister {
  const object = FREE_BALANCE_REGISTER;
  return {
    object,
    async read(warehouseKey, options) {
      const tally = createStockTally(warehouseKey);
      const free = ['ВНаличии', 'ВРезервеСоСклада', 'ВРезервеПодЗаказ'] as const;
      // This register has no «Назначение»: earmarked goods do not enter it.
      for (const row of await balances.read({ object, resources: free, earmarks: false, warehouseKey }, options))
        tally.add(row, { onHand: row.ВНаличии, onStock: row.ВРезервеСоСклада + row.ВРезервеПодЗаказ });
      const arrivals = ['КоличествоИзЗаказовСНеподтвержденными'] as const;
      const schedule = { earmarks: true, warehouseKey };
      for (const row of await balances.read({ object: ARRIVAL_SCHEDULE, resources: arrivals, ...schedule }, options))
        tally.add(row, { onOrder: row.КоличествоИзЗаказовСНеподтвержденными });
      const shipments = ['КоличествоИзЗаказов'] as const;
      for (const row of await balances.read({ object: SHIPMENT_SCHEDULE, resources: shipments, ...schedule }, options))
        tally.add(row, { onOrder: -row.КоличествоИзЗаказов });
      return tally.stock();
    },
    confirmEmpty: (warehouseKeys, options) =>
      balances.confirmEmpty({ object, resource: 'ВНаличии', earmarks: false, warehouseKeys }, options),
  };
}

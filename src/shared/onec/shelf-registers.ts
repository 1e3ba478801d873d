import type { StockRegister } from './stock-register.ts';
import { createStockTally } from './stock-tally.ts';
import type { WarehouseBalances } from './warehouse-balances.ts';

export const SHELF_REGISTER = 'AccumulationRegister_ТоварыНаСкладах';
export const TO_SHIP_REGISTER = 'AccumulationRegister_ТоварыКОтгрузке';
export const TO_ARRIVE_REGISTER = 'AccumulationRegister_ТоварыКПоступлению';

/**
 * Stock by the three registers that no release has changed: what lies on the shelf less what is told to be shipped or
 * reserved, and what is told to be expected. It knows nothing of reserves on what is still to come.
 */
export function createShelfRegisters(balances: WarehouseBalances): StockRegister {
  const object = SHELF_REGISTER;
  return {
    object,
    async read(warehouseKey, options) {
      const tally = createStockTally(warehouseKey);
      const place = { earmarks: true, warehouseKey };
      for (const row of await balances.read({ object, resources: ['ВНаличии'] as const, ...place }, options))
        tally.add(row, { onHand: row.ВНаличии });
      const shipping = ['КОтгрузке', 'ВРезерве'] as const;
      for (const row of await balances.read({ object: TO_SHIP_REGISTER, resources: shipping, ...place }, options))
        tally.add(row, { onHand: -row.КОтгрузке, onStock: row.ВРезерве });
      const arriving = ['КОформлениюПоступленийПоРаспоряжению', 'КОформлениюПоступленийПоОрдерам'] as const;
      // Taken in by warehouse orders already, with the papers still to come: no longer expected.
      for (const row of await balances.read({ object: TO_ARRIVE_REGISTER, resources: arriving, ...place }, options))
        tally.add(row, {
          onOrder: row.КОформлениюПоступленийПоРаспоряжению + Math.min(0, row.КОформлениюПоступленийПоОрдерам),
        });
      return tally.stock();
    },
    confirmEmpty: (warehouseKeys, options) =>
      balances.confirmEmpty({ object, resource: 'ВНаличии', earmarks: true, warehouseKeys }, options),
  };
}

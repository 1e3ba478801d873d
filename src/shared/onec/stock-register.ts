import type { Key, Place, Stock } from '../planning/types.ts';
import { refusedBy1C } from './errors.ts';
import type { CallOptions } from './port.ts';

/** One way to read stock. UT changed its registers three times between 11.4 and 11.5.20: each set gets a file of its own. */
export interface StockRegister {
  /** Entity set that holds what is free. */
  object: string;
  /** All balances of one warehouse; a row that is absent is a true zero. */
  read(warehouseKey: Key, options?: CallOptions): Promise<Stock[]>;
  /**
   * Throws `onec-balance-filter-ignored` when the register does hold stock of one of these warehouses. Asked when every
   * `read` came back empty, because an empty answer to a condition 1C did not understand looks the same.
   */
  confirmEmpty(warehouseKeys: readonly Key[], options?: CallOptions): Promise<void>;
  /**
   * Places of this warehouse that 1C has not worked out anew since their goods moved: what `read` says of them may be old.
   * To be asked BEFORE `read`. Absent where the register is written with the document itself.
   */
  unsettled?(warehouseKey: Key, options?: CallOptions): Promise<Place[]>;
}

/** An answer that shows that 1C did not understand the filter by warehouse. `got`: a warehouse not asked for; NULL: none at all. */
export function filterIgnored(object: string, warehouseKey: Key, got: Key | null) {
  return refusedBy1C({
    code: 'onec-balance-filter-ignored',
    message:
      got === null
        ? `1С отвечает пустыми остатками на отбор по складу, хотя на складе ${warehouseKey} товар есть: отбор не сработал, план был бы неверен.`
        : `1С вернула остатки другого склада (${got}) на отбор по складу ${warehouseKey}: отбор не сработал, план был бы неверен.`,
    details: { object, warehouseKey, got },
  });
}

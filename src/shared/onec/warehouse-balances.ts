import { z } from 'zod';
import { EMPTY_KEY, type Key, type Milli } from '../planning/types.ts';
import type { Balances } from './balances.ts';
import { guid } from './odata.ts';
import type { CallOptions } from './port.ts';
import { key, milli, readRows } from './schema.ts';
import { filterIgnored } from './stock-register.ts';

/** Balances of registers whose warehouse is one plain reference (`Склад_Key`). */
export interface WarehouseBalances {
  /** One row for each item and characteristic, with these resources (written without `Balance`) in thousandths. */
  read<R extends string>(
    ask: { object: string; resources: readonly R[]; earmarks: boolean; warehouseKey: Key },
    options?: CallOptions,
  ): Promise<({ Номенклатура_Key: Key; Характеристика_Key: Key } & Record<R, Milli>)[]>;
  /** Throws `onec-balance-filter-ignored` when one of the warehouses does hold some of `resource`. */
  confirmEmpty(
    ask: { object: string; resource: string; earmarks: boolean; warehouseKeys: readonly Key[] },
    options?: CallOptions,
  ): Promise<void>;
}

/** `earmarks`: the register has «Назначение»; only goods without one are free. */
export function createWarehouseBalances(balances: Balances): WarehouseBalances {
  return {
    async read({ object, resources, earmarks, warehouseKey }, options) {
      const free = earmarks ? ` and Назначение_Key eq ${guid(EMPTY_KEY)}` : '';
      const condition = `Склад_Key eq ${guid(warehouseKey)}${free}`;
      const dimensions = ['Номенклатура', 'Характеристика', 'Склад'];
      const figures = Object.fromEntries(resources.map((resource) => [`${resource}Balance`, milli]));
      const rowSchema = z.object({ Номенклатура_Key: key, Характеристика_Key: key, Склад_Key: key, ...figures });
      const rows = readRows(object, rowSchema, await balances.read(object, { condition, dimensions }, options));
      return rows.map((row) => {
        if (row.Склад_Key !== warehouseKey) throw filterIgnored(object, warehouseKey, row.Склад_Key);
        const { Номенклатура_Key, Характеристика_Key } = row;
        const read = row as Record<string, unknown>;
        const values = Object.fromEntries(resources.map((resource) => [resource, read[`${resource}Balance`] as Milli]));
        return { Номенклатура_Key, Характеристика_Key, ...(values as Record<(typeof resources)[number], Milli>) };
      });
    },
    async confirmEmpty({ object, resource, earmarks, warehouseKeys }, options) {
      const name = `${resource}Balance`;
      const dimensions = earmarks ? ['Склад', 'Назначение'] : ['Склад'];
      const rowSchema = z.object({ Склад_Key: key, [name]: milli, ...(earmarks && { Назначение_Key: key }) });
      for (const row of readRows(object, rowSchema, await balances.read(object, { dimensions }, options))) {
        const { Склад_Key, Назначение_Key = EMPTY_KEY, [name]: held } = row as Record<string, unknown>;
        if (Назначение_Key === EMPTY_KEY && Number(held) > 0 && warehouseKeys.includes(Склад_Key as Key))
          throw filterIgnored(object, Склад_Key as Key, null);
      }
    },
  };
}

import { z } from 'zod';
import { EMPTY_KEY, type Key } from '../planning/types.ts';
import type { Collections } from './collections.ts';
import type { OneCSettings } from './config.ts';
import { guid, text } from './odata.ts';
import type { CallOptions } from './port.ts';
import { key, milli } from './schema.ts';
import { castTo, WAREHOUSE_TYPE } from './stock-needs-register.ts';
import { filterIgnored, type StockRegister } from './stock-register.ts';
import { createStockTally } from './stock-tally.ts';

export const STOCK_DISTRIBUTION_REGISTER = 'InformationRegister_РаспределениеЗапасов';
export const DISTRIBUTION_QUEUE = 'InformationRegister_ЗаданияКРаспределениюЗапасов';

const ON_STOCK = 'ОстатокНаСкладе';
const EXPECTED = ['ОжидаемоеПоступление', 'ПоступлениеНеПодтвержденное'];
const STATES = [ON_STOCK, ...EXPECTED].map((state) => `Состояние eq ${text(state)}`).join(' or ');

const stateRow = z.object({
  Номенклатура_Key: key,
  Характеристика_Key: key,
  Склад: key,
  Склад_Type: z.string(),
  Состояние: z.string(),
  Запас: milli,
  Свободно: milli,
});
const select = Object.keys(stateRow.shape);

const queued = z.object({ Номенклатура_Key: key, Характеристика_Key: key, Склад: key, Назначение_Key: key });

/** Rows asked for to prove that a register which looks empty is not. */
const PROOF_ROWS = 1000;

/**
 * Stock of UT 11.5.7 to 11.5.17, by «РаспределениеЗапасов»: an information register that a background job works out after
 * the documents. So the queue of that job is read too; a place that stands in it is not planned by old figures.
 */
export function createStockDistributionRegister(collections: Collections, settings: OneCSettings): StockRegister {
  const object = STOCK_DISTRIBUTION_REGISTER;
  const patient = (options?: CallOptions) => ({ timeoutMs: settings.balanceTimeoutMs, ...options });

  return {
    object,
    async read(warehouseKey, options) {
      const tally = createStockTally(warehouseKey);
      // Unpaged: its key is too long for an order by which pages could not overlap.
      const filter = `${castTo(warehouseKey)} and (${STATES})`;
      for (const row of await collections.readSome(object, { filter, select }, stateRow, patient(options))) {
        if (row.Склад !== warehouseKey || row.Склад_Type !== WAREHOUSE_TYPE)
          throw filterIgnored(object, warehouseKey, row.Склад);
        if (row.Состояние === ON_STOCK) tally.add(row, { onHand: row.Запас, onStock: row.Запас - row.Свободно });
        else if (EXPECTED.includes(row.Состояние)) tally.add(row, { onOrder: row.Запас });
      }
      return tally.stock();
    },
    async confirmEmpty(warehouseKeys, options) {
      const filter = `Состояние eq ${text(ON_STOCK)} and Назначение_Key eq ${guid(EMPTY_KEY)} and Запас gt 0`;
      const query = { filter, select, top: PROOF_ROWS };
      const rows = await collections.readSome(object, query, stateRow, patient(options));
      const holds = rows.find((row) => row.Склад_Type === WAREHOUSE_TYPE && warehouseKeys.includes(row.Склад));
      if (holds) throw filterIgnored(object, holds.Склад, null);
    },
    async unsettled(warehouseKey: Key, options) {
      const query = { filter: castTo(warehouseKey), select: Object.keys(queued.shape) };
      const rows = await collections.readSome(DISTRIBUTION_QUEUE, query, queued, patient(options));
      return rows.map((row) => ({
        warehouseKey,
        itemKey: row.Номенклатура_Key,
        characteristicKey: row.Характеристика_Key,
      }));
    },
  };
}

import { z } from 'zod';
import { EMPTY_KEY, type Key, type Milli } from '../planning/types.ts';
import type { Collections } from './collections.ts';
import { refusedBy1C } from './errors.ts';
import { guid } from './odata.ts';
import type { CallOptions } from './port.ts';
import { key, milli } from './schema.ts';

export const LIMITS = 'InformationRegister_ТоварныеОграничения';

/** A row of «ТоварныеОграничения» as 1C keeps it. The empty key stands for "none" in each of the four. */
export interface LimitRow {
  warehouseKey: Key;
  itemKey: Key;
  characteristicKey: Key;
  groupKey: Key;
  active: boolean;
  /** «МетодОбеспеченияПотребностей». */
  method: string;
  minimum: Milli;
  maximum: Milli;
  /** «СтраховоеКоличествоЗапаса». */
  safety: Milli;
  /** «ОбеспечениеЗаказовПриПоддержанииЗапаса»: ЗаСчетЗапасов or НезависимоОтЗапасов. */
  ordersFrom: string;
  /** «УпаковкаЗаказа». */
  packKey: Key;
}

const base = z.object({
  Склад_Key: key,
  Номенклатура_Key: key,
  Характеристика_Key: key,
  ЭтоДействующийПараметр: z.boolean(),
  МетодОбеспеченияПотребностей: z.string(),
  МинимальноеКоличествоЗапаса: milli,
  МаксимальноеКоличествоЗапаса: milli,
  СтраховоеКоличествоЗапаса: milli,
  ОбеспечениеЗаказовПриПоддержанииЗапаса: z.string(),
  УпаковкаЗаказа_Key: key,
});

const toRow = (row: z.infer<typeof base>, groupKey: Key): LimitRow => ({
  warehouseKey: row.Склад_Key,
  itemKey: row.Номенклатура_Key,
  characteristicKey: row.Характеристика_Key,
  groupKey,
  active: row.ЭтоДействующийПараметр,
  method: row.МетодОбеспеченияПотребностей,
  minimum: row.МинимальноеКоличествоЗапаса,
  maximum: row.МаксимальноеКоличествоЗапаса,
  safety: row.СтраховоеКоличествоЗапаса,
  ordersFrom: row.ОбеспечениеЗаказовПриПоддержанииЗапаса,
  packKey: row.УпаковкаЗаказа_Key,
});

/** The fourth key dimension is spelt differently in 11.5 and 11.4. */
const SPELLINGS = [
  {
    group: 'ГруппировкаТоварныхОграничений_Key',
    schema: base
      .extend({ ГруппировкаТоварныхОграничений_Key: key })
      .transform((row) => toRow(row, row.ГруппировкаТоварныхОграничений_Key)),
  },
  {
    group: 'Группировка_Key',
    schema: base.extend({ Группировка_Key: key }).transform((row) => toRow(row, row.Группировка_Key)),
  },
] as const;

/** Reads limits warehouse by warehouse, so that `$skip` stays shallow on a large register. */
export interface LimitReader {
  /** Rows of one warehouse; of the groups' settings with the empty key. */
  read(warehouseKey: Key, options?: CallOptions): Promise<LimitRow[]>;
}

/** Learns from one row how this base spells the fourth key. NULL when the register is empty. */
export async function openLimits(collections: Collections, options?: CallOptions): Promise<LimitReader | null> {
  const [sample] = await collections.readSome(LIMITS, { top: 1 }, z.record(z.string(), z.unknown()), options);
  if (!sample) return null;
  const spelling = SPELLINGS.find(({ group }) => group in sample);
  if (!spelling) {
    throw refusedBy1C({
      code: 'onec-property-missing',
      message: `1С не прислала свойство «${SPELLINGS.map(({ group }) => group).join('» или «')}» объекта ${LIMITS}. Проверьте версию конфигурации.`,
      details: { object: LIMITS, property: SPELLINGS[0].group },
    });
  }
  const { group, schema } = spelling;
  const select = [...Object.keys(base.shape), group];

  return {
    read: (warehouseKey, readOptions) =>
      collections.readAll(
        LIMITS,
        {
          filter: `Склад_Key eq ${guid(warehouseKey)}`,
          select,
          orderby: `Номенклатура_Key,Характеристика_Key,${group}`,
        },
        schema,
        { ...readOptions, identity: (row) => `${row.itemKey} ${row.characteristicKey} ${row.groupKey}` },
      ),
  };
}

/** Rows without a warehouse hold the settings of the groups. */
export const SHARED = EMPTY_KEY;

import { silentLog } from '../../src/shared/log/log.ts';
import { createOneC, type OneCConfig } from '../../src/shared/onec/onec.ts';
import type { OneC, Snapshot } from '../../src/shared/onec/port.ts';
import { type Asked, type Reply, type ScriptedServer, startScripted } from './scripted-server.ts';
import { fixedClock, itemKey, warehouseKey } from './small-world.ts';

const EMPTY = '00000000-0000-0000-0000-000000000000';
export const SHOP = warehouseKey(2);

type Row = Record<string, unknown>;

/** Answers of a base by entity set, for rows that the sandbox does not have. `Balance` by warehouse key. */
export interface ScriptedBase {
  rows: Record<string, Row[]>;
  server: ScriptedServer;
  onec: OneC;
  /** A snapshot that fills the one warehouse. */
  snapshot(): Promise<Snapshot>;
  close(): Promise<void>;
}

export const warehouseRow = { Ref_Key: SHOP, Description: 'Магазин', IsFolder: false, DeletionMark: false };
export const unitRow = (key: string, name: string, numerator: number, denominator = 1) => ({
  Ref_Key: key,
  Description: name,
  Числитель: numerator,
  Знаменатель: denominator,
});
export const itemRow = (index: number, over: Row = {}) => ({
  Ref_Key: itemKey(index),
  Code: `00-${index}`,
  Description: `Товар ${index}`,
  Артикул: ` A-${index} `,
  IsFolder: false,
  DeletionMark: false,
  ЕдиницаИзмерения_Key: EMPTY,
  ТипНоменклатуры: 'Товар',
  ИспользованиеХарактеристик: 'НеИспользовать',
  ...over,
});
export const limitRow = (index: number, over: Row = {}) => ({
  Склад_Key: SHOP,
  Номенклатура_Key: itemKey(index),
  Характеристика_Key: EMPTY,
  ГруппировкаТоварныхОграничений_Key: EMPTY,
  ЭтоДействующийПараметр: true,
  МетодОбеспеченияПотребностей: 'ПоддержаниеЗапасаМинМакс',
  МинимальноеКоличествоЗапаса: 5,
  МаксимальноеКоличествоЗапаса: 10,
  СтраховоеКоличествоЗапаса: 0,
  ОбеспечениеЗаказовПриПоддержанииЗапаса: 'НезависимоОтЗапасов',
  УпаковкаЗаказа_Key: EMPTY,
  ...over,
});
export const balanceRow = (index: number, over: Row = {}) => ({
  Номенклатура_Key: itemKey(index),
  Характеристика_Key: EMPTY,
  Склад: SHOP,
  Склад_Type: 'StandardODATA.Catalog_Склады',
  ВНаличииBalance: 3,
  ЗаказаноBalance: 1,
  РезервироватьНаСкладеBalance: 1,
  РезервироватьПоМереПоступленияBalance: 0,
  ...over,
});

/** `instead` may answer any request in the base's place; undefined leaves it to the base. */
export async function startScriptedBase(
  rows: Record<string, Row[]>,
  { instead, ...over }: Partial<OneCConfig> & { instead?: (asked: Asked) => Reply | undefined } = {},
): Promise<ScriptedBase> {
  const all: Record<string, Row[]> = {
    Catalog_Склады: [warehouseRow],
    Catalog_Номенклатура: [itemRow(1)],
    Catalog_УпаковкиЕдиницыИзмерения: [],
    Catalog_ХарактеристикиНоменклатуры: [],
    InformationRegister_ТоварныеОграничения: [limitRow(1)],
    AccumulationRegister_ЗапасыИПотребности: [balanceRow(1)],
    ...rows,
  };
  const names = Object.keys(all).map((name) => ({ name, url: name }));
  const server = await startScripted((asked): Reply => {
    const { path, query } = asked;
    const other = instead?.(asked);
    if (other) return other;
    if (path === '') return { status: 200, json: { value: names } };
    const found = all[path.split(/[/(]/)[0]!] ?? [];
    const filter = query.get('$filter') ?? path;
    const keys = [...filter.matchAll(/(?:Ref_Key|Склад_Key) eq guid'([^']+)'/g)].map((match) => match[1]);
    const kept = keys.length === 0 ? found : found.filter((row) => keys.includes(String(row.Ref_Key ?? row.Склад_Key)));
    const skip = Number(query.get('$skip') ?? 0);
    const top = Number(query.get('$top') ?? kept.length);
    return { status: 200, json: { value: kept.slice(skip, skip + top) } };
  });
  const onec = createOneC({ ...server.config, ...over }, { log: silentLog, clock: fixedClock });
  return {
    rows: all,
    server,
    onec,
    snapshot: () => onec.readSnapshot({ choose: ({ warehouses }) => ({ recipients: warehouses, donors: [] }) }),
    async close() {
      await onec.close();
      await server.close();
    },
  };
}

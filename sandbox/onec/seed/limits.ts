import type { Dataset } from '../../data/dataset.ts';
import { namedGuid, type Row } from '../values.ts';
import { addObject, type World } from '../world.ts';
import { closedShopKey } from './catalogs.ts';

const SET = 'InformationRegister_ТоварныеОграничения';
const DECOYS = 40;
const decoyLimits = { МинимальноеКоличествоЗапаса: 9000, МаксимальноеКоличествоЗапаса: 9999 };

/**
 * One acting min-max row per limit of the dataset, and rows that do not count: inactive ones, other methods,
 * a group's settings, a closed shop. They sit only where the dataset has no limit, so they change no need.
 */
export function seedLimits(world: World, dataset: Dataset): void {
  const packs = new Map(dataset.items.map((item) => [item.key, item.pack?.key]));
  const add = (row: Row) =>
    addObject(world, SET, {
      МетодОбеспеченияПотребностей: 'ПоддержаниеЗапасаМинМакс',
      ОбеспечениеЗаказовПриПоддержанииЗапаса: 'НезависимоОтЗапасов',
      ЭтоДействующийПараметр: true,
      ЭтоГруппировка: false,
      ...row,
    });
  let decoys = 0;
  for (const { warehouseKey, itemKey, minimum, maximum, safety = 0, method } of dataset.stock) {
    const key = { Склад_Key: warehouseKey, Номенклатура_Key: itemKey };
    if (minimum === null) {
      if (decoys >= DECOYS) continue;
      decoys += 1;
      const why =
        decoys % 2 === 0 ? { МетодОбеспеченияПотребностей: 'ЗаказПодЗаказ' } : { ЭтоДействующийПараметр: false };
      add({ ...key, ...decoyLimits, ...why });
      continue;
    }
    const packKey = packs.get(itemKey);
    add({
      ...key,
      МинимальноеКоличествоЗапаса: minimum,
      МаксимальноеКоличествоЗапаса: maximum ?? 0,
      СтраховоеКоличествоЗапаса: safety,
      ...(method === undefined ? {} : { МетодОбеспеченияПотребностей: method }),
      ...(packKey ? { УпаковкаЗаказа_Key: packKey } : {}),
    });
  }
  const first = dataset.items[0];
  if (first) add({ Склад_Key: closedShopKey, Номенклатура_Key: first.key, ...decoyLimits });
  add({
    [world.flavour.limitGroup]: namedGuid('limit-group'),
    ЭтоГруппировка: true,
    МинимальноеКоличествоЗапаса: 1,
    МаксимальноеКоличествоЗапаса: 2,
  });
}

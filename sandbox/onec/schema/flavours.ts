import { catalogs } from './catalogs.ts';
import { transferOrder } from './documents.ts';
import { changed, type Entity } from './entity.ts';
import { type Enums, enums, enumsOf114, enumsOf1158 } from './enums.ts';
import {
  arrivalSchedule,
  barcodes,
  distributionQueue,
  freeBalance,
  physicalStock,
  shipmentSchedule,
  stockAndNeeds,
  stockDistribution,
  stockDistributionMoves,
  stockLimits,
  toArrive,
  toShip,
  transferOrders,
} from './registers.ts';

export const FLAVOURS = ['ut-11.4', 'ut-11.5.8', 'ut-11.5.20'] as const;
export type FlavourName = (typeof FLAVOURS)[number];

/** One release of UT as its OData interface shows it: from configuration dumps of 11.4.2.139, 11.5.8.254 and 11.5.20.68. */
export interface Flavour {
  name: FlavourName;
  /** Every object that can be published, by entity set name. */
  schema: ReadonlyMap<string, Entity>;
  transferOrder: Entity;
  enums: Enums;
  /** FillValue of a transfer order's «Статус». */
  firstStatus: string;
  /** Property of «Товарные ограничения» that names the group. */
  limitGroup: string;
}

/** Registers that no release changed. */
const always = [barcodes, physicalStock, toShip, toArrive, transferOrders];

const limitsOf114 = changed(stockLimits, {
  drop: ['ГруппировкаТоварныхОграничений_Key'],
  add: 'Группировка_Key:Guid',
  key: ['Склад_Key', 'Номенклатура_Key', 'Характеристика_Key', 'Группировка_Key'],
});
const orderOf114 = changed(transferOrder, {
  drop: [
    ...['ПеремещениеПодДеятельность', 'Приоритет_Key', 'Автор_Key', 'АдресДоставкиЗначение'],
    'АдресДоставкиПеревозчикаЗначение',
  ],
  dropFromSection: { Товары: ['Обособленно', 'НоменклатураНабора_Key', 'ХарактеристикаНабора_Key'] },
});
const orderOf1158 = changed(transferOrder, {
  add: 'КР_Спецраспределение:Boolean злРегламентнаяПодсортировка:Boolean',
  dropFromSection: { Товары: ['НоменклатураНабора_Key', 'ХарактеристикаНабора_Key'] },
});
const distributionOf1158 = changed(stockDistribution, { drop: ['Излишек'], add: 'РезервПревышаетОстатки:Boolean' });

const catalogsOf114 = catalogs.map((one) => {
  if (one.name !== 'Catalog_Склады') return one;
  return changed(one, { drop: ['КонтролироватьСвободныеОстатки'], add: 'КонтролироватьОбеспечение:Boolean' });
});
/** A customised base: warehouses with a code, and attributes of the company's own. */
const catalogsOf1158 = catalogs.map((one) => {
  if (one.name !== 'Catalog_Склады') return one;
  return changed(one, { add: 'Code:String(10) КР_НомерМагазина:Int32 КР_Закрыт:Boolean' });
});

const flavour = (
  name: FlavourName,
  entities: Entity[],
  rest: Omit<Flavour, 'name' | 'schema' | 'transferOrder'>,
): Flavour => {
  const schema = new Map(entities.map((one) => [one.name, one]));
  return { name, schema, transferOrder: schema.get(transferOrder.name)!, ...rest };
};

export const flavours: Record<FlavourName, Flavour> = {
  'ut-11.4': flavour(
    'ut-11.4',
    [...catalogsOf114, orderOf114, limitsOf114, freeBalance, arrivalSchedule, shipmentSchedule, ...always],
    { enums: enumsOf114, firstStatus: 'КОбеспечению', limitGroup: 'Группировка_Key' },
  ),
  'ut-11.5.8': flavour(
    'ut-11.5.8',
    [
      ...[...catalogsOf1158, orderOf1158, stockLimits, distributionOf1158, distributionQueue, stockDistributionMoves],
      ...always,
    ],
    { enums: enumsOf1158, firstStatus: 'КОбеспечению', limitGroup: 'ГруппировкаТоварныхОграничений_Key' },
  ),
  'ut-11.5.20': flavour(
    'ut-11.5.20',
    [...catalogs, transferOrder, stockLimits, stockAndNeeds, stockDistribution, distributionQueue, ...always],
    { enums, firstStatus: 'КВыполнению', limitGroup: 'ГруппировкаТоварныхОграничений_Key' },
  ),
};

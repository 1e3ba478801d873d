import type { Dataset } from '../../data/dataset.ts';
import { namedGuid, type Row } from '../values.ts';
import { addObject, type World } from '../world.ts';

export const organizationKey = namedGuid('organization');
export const departmentKey = namedGuid('department');
export const priorityKey = namedGuid('priority');
export const userKey = namedGuid('user');
export const closedShopKey = namedGuid('warehouse:closed');

/** Fills the catalogs, with the rows that a careless client trips over: folders, objects marked for deletion, services. */
export function seedCatalogs(world: World, dataset: Dataset): void {
  const add = (set: string, row: Row) =>
    addObject(world, set, { DataVersion: world.nextVersion(), DeletionMark: false, Predefined: false, ...row });
  seedWarehouses(dataset, add);
  seedItems(dataset, add);
  seedUnits(dataset, add);
  add('Catalog_Организации', {
    Ref_Key: organizationKey,
    Description: 'БизнесМедиа ООО',
    НаименованиеПолное: 'Общество с ограниченной ответственностью «БизнесМедиа»',
    НаименованиеСокращенное: 'ООО «БизнесМедиа»',
    Префикс: 'ТД',
  });
  const priorities = [namedGuid('priority:high'), priorityKey, namedGuid('priority:low')];
  for (const [index, Description] of ['Высокий', 'Средний', 'Низкий'].entries())
    add('Catalog_Приоритеты', { Ref_Key: priorities[index], Description, РеквизитДопУпорядочивания: index + 1 });
  add('Catalog_Пользователи', { Ref_Key: userKey, Description: 'Хаб' });
  add('Catalog_Пользователи', { Ref_Key: namedGuid('user:admin'), Description: 'Администратор', Служебный: true });
  add('Catalog_СтруктураПредприятия', { Ref_Key: departmentKey, Description: 'Отдел снабжения' });
  add('Catalog_ХарактеристикиНоменклатуры', {
    Ref_Key: namedGuid('characteristic:white'),
    Description: 'белый',
    НаименованиеПолное: 'белый',
    Owner: dataset.items[0]?.key ?? '',
    Owner_Type: 'StandardODATA.Catalog_Номенклатура',
  });
}

type Add = (set: string, row: Row) => void;

function seedWarehouses(dataset: Dataset, add: Add) {
  const set = 'Catalog_Склады';
  const folders = { shop: namedGuid('warehouse:folder:shop'), donor: namedGuid('warehouse:folder:donor') };
  add(set, { Ref_Key: folders.shop, Description: 'Магазины', IsFolder: true });
  add(set, { Ref_Key: folders.donor, Description: 'Оптовые склады', IsFolder: true });
  for (const { key, name, kind } of dataset.warehouses)
    add(set, {
      Ref_Key: key,
      Description: name,
      Parent_Key: folders[kind],
      IsFolder: false,
      ТипСклада: kind === 'shop' ? 'РозничныйМагазин' : 'ОптовыйСклад',
      Подразделение_Key: departmentKey,
      КонтролироватьОперативныеОстатки: true,
      КонтролироватьСвободныеОстатки: true,
    });
  add(set, {
    Ref_Key: closedShopKey,
    Description: 'Магазин Вокзальная (закрыт)',
    Parent_Key: folders.shop,
    IsFolder: false,
    DeletionMark: true,
    ТипСклада: 'РозничныйМагазин',
  });
}

function seedItems(dataset: Dataset, add: Add) {
  const set = 'Catalog_Номенклатура';
  const folder = namedGuid('item:folder');
  add(set, { Ref_Key: folder, Code: '00-00000001', Description: 'Товары', IsFolder: true });
  for (const item of dataset.items)
    add(set, {
      Ref_Key: item.key,
      Code: item.code,
      Description: item.name.slice(0, 100),
      НаименованиеПолное: item.name,
      Артикул: item.article,
      Parent_Key: folder,
      IsFolder: false,
      ТипНоменклатуры: 'Товар',
      ИспользованиеХарактеристик: 'НеИспользовать',
      ИспользоватьУпаковки: item.pack !== null,
      ЕдиницаИзмерения_Key: unitKey(item.unit),
    });
  add(set, {
    Ref_Key: namedGuid('item:service'),
    Code: '00-00000002',
    Description: 'Доставка до двери',
    Артикул: 'УСЛ-001',
    IsFolder: false,
    ТипНоменклатуры: 'Услуга',
    ЕдиницаИзмерения_Key: unitKey('шт'),
  });
  add(set, {
    Ref_Key: namedGuid('item:deleted'),
    Code: '00-00000003',
    Description: 'Лампа накаливания 100 Вт (снята с продажи)',
    Артикул: 'ЛН-100',
    IsFolder: false,
    DeletionMark: true,
    ТипНоменклатуры: 'Товар',
    ЕдиницаИзмерения_Key: unitKey('шт'),
  });
}

const unitKey = (unit: string) => namedGuid(`unit:${unit}`);

/** Code of the All-Russian classifier (ОКЕИ) and what is measured. */
const knownUnits: Record<string, [code: string, full: string, measure: string]> = {
  шт: ['796', 'Штука', 'КоличествоШтук'],
  упак: ['778', 'Упаковка', 'Упаковка'],
  кг: ['166', 'Килограмм', 'Вес'],
  м: ['006', 'Метр', 'Длина'],
  л: ['112', 'Литр', 'Объем'],
  пар: ['715', 'Пара', 'КоличествоШтук'],
};

function seedUnits(dataset: Dataset, add: Add) {
  const set = 'Catalog_УпаковкиЕдиницыИзмерения';
  for (const unit of new Set(['шт', ...dataset.items.map((item) => item.unit)])) {
    const [code, full, measure] = knownUnits[unit] ?? ['', unit, 'КоличествоШтук'];
    add(set, {
      Ref_Key: unitKey(unit),
      Code: code,
      Description: unit,
      НаименованиеПолное: full,
      ТипИзмеряемойВеличины: measure,
      Числитель: 1,
      Знаменатель: 1,
    });
  }
  for (const { key, unit, pack } of dataset.items) {
    if (!pack) continue;
    add(set, {
      Ref_Key: pack.key,
      Description: pack.name,
      Owner: key,
      Owner_Type: 'StandardODATA.Catalog_Номенклатура',
      ЕдиницаИзмерения_Key: unitKey(unit),
      ТипИзмеряемойВеличины: 'Упаковка',
      ТипУпаковки: 'Конечная',
      Числитель: pack.size,
      Знаменатель: 1,
      КоличествоУпаковок: 1,
    });
  }
}

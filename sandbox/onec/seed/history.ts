import type { Dataset, DatasetStock } from '../../data/dataset.ts';
import { postTransfer } from '../posting.ts';
import { receiveTransfer } from '../receive.ts';
import { createTransfer, patchTransfer } from '../transfers.ts';
import { namedGuid, type Row } from '../values.ts';
import type { World } from '../world.ts';
import { departmentKey, organizationKey, priorityKey, userKey } from './catalogs.ts';

/**
 * Documents that people made before the hub came: one posted order whose goods are still on their way (they are part
 * of the dataset's «on order»), one posted and received, and, the newest, a draft marked for deletion with another
 * header. A client that copies header defaults must take them from a posted one.
 */
export function seedHistory(world: World, dataset: Dataset, dateBefore: (days: number) => string): void {
  const donor = dataset.warehouses.find(({ kind }) => kind === 'donor') ?? dataset.warehouses[0];
  const shop = dataset.warehouses.find(({ kind, key }) => kind === 'shop' && key !== donor?.key);
  const item = dataset.items[0];
  if (!donor || !shop || !item) return;
  const route = { СкладОтправитель_Key: donor.key, СкладПолучатель_Key: shop.key };
  const make = (name: string, days: number, lines: Goods[], header: Row = {}) => {
    const date = dateBefore(days);
    const own = { Ref_Key: namedGuid(`history:${name}`), Date: date, ЖелаемаяДатаПоступления: date };
    const body = { ...defaults, ...route, ...own, ...header, Товары: lines.map((goods, at) => line(goods, at, date)) };
    return createTransfer(world, body, date, 'honoured');
  };
  const one: Goods[] = [{ itemKey: item.key, quantity: 1 }];

  const received = make('received', 20, one);
  postTransfer(world, received, { control: false });
  receiveTransfer(world, received, 1, dateBefore(18));

  const expected = dataset.stock.filter((row) => row.warehouseKey === shop.key && row.onOrder > 0).slice(0, 3);
  const open = make('open', 4, expected.length > 0 ? expected.map(asGoods) : one);
  postTransfer(world, open, { control: false });
  // No goods on their way in this dataset: then the second order has arrived too.
  if (expected.length === 0) receiveTransfer(world, open, 1, dateBefore(2));

  const draft = make('draft', 1, one, { ВариантПриемкиТоваров: 'НеРазделенаПоНакладным' });
  patchTransfer(world, draft, { DeletionMark: true });
}

interface Goods {
  itemKey: string;
  quantity: number;
}

const asGoods = ({ itemKey, onOrder }: DatasetStock): Goods => ({ itemKey, quantity: onOrder });

const defaults: Row = {
  Организация_Key: organizationKey,
  ОрганизацияПолучатель_Key: organizationKey,
  Подразделение_Key: departmentKey,
  Приоритет_Key: priorityKey,
  Ответственный_Key: userKey,
  Автор_Key: userKey,
  Статус: 'КВыполнению',
  ХозяйственнаяОперация: 'ПеремещениеТоваров',
  СпособДоставки: 'Самовывоз',
  ВариантПриемкиТоваров: 'РазделенаТолькоПоНакладным',
  ПеремещениеПодДеятельность: 'ПродажаОблагаетсяНДС',
  Комментарий: 'Создан вручную',
};

const line = ({ itemKey, quantity }: Goods, index: number, date: string): Row => ({
  LineNumber: String(index + 1),
  Номенклатура_Key: itemKey,
  Количество: quantity,
  КоличествоУпаковок: quantity,
  НачалоОтгрузки: date,
  ОкончаниеПоступления: date,
  ВариантОбеспечения: 'Отгрузить',
  Отменено: false,
});

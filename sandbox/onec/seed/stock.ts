import type { Dataset, DatasetStock } from '../../data/dataset.ts';
import { warehouseDimension } from '../free-stock.ts';
import { EMPTY_GUID, namedGuid, type Row, toMilli } from '../values.ts';
import type { World } from '../world.ts';

/** Every 37th stock row also holds goods earmarked for a deal: no client may take them. */
const EARMARK_STEP = 37;
const EARMARKED_QUANTITY = 7;

/**
 * Opening balances. The history (posted transfer orders) is already in the registers, so what is added here is
 * the dataset's figure less what is there: afterwards 1C shows exactly the dataset.
 */
export function seedStock(world: World, dataset: Dataset, dates: { opening: string; arrival: string }): void {
  const targets = new Map(dataset.stock.map((row) => [`${row.warehouseKey}|${row.itemKey}`, row]));
  for (const { warehouseKey, itemKey } of touchedByHistory(world)) {
    const id = `${warehouseKey}|${itemKey}`;
    const nothing = { onHand: 0, reserved: 0, onOrder: 0, minimum: null, maximum: null };
    if (!targets.has(id)) targets.set(id, { warehouseKey, itemKey, ...nothing });
  }
  let index = 0;
  for (const target of targets.values()) {
    open(world, target, dates);
    if (index % EARMARK_STEP === 0) earmark(world, target, dates.opening);
    index += 1;
  }
}

function open(world: World, target: DatasetStock, dates: { opening: string; arrival: string }) {
  const { stock, physical } = world.registers;
  const item = { Номенклатура_Key: target.itemKey };
  const place = warehouseDimension(target.warehouseKey);
  const seen = stock.total({ ...item, ...place });
  const rest = (wanted: number, resource: string) => (toMilli(wanted) - toMilli(seen[resource] ?? 0)) / 1000;
  const put = (dimensions: Row, quantities: Record<string, number>) =>
    stock.add({
      register: stock.entity.name,
      period: dates.opening,
      dimensions: { ...item, ...place, Назначение_Key: EMPTY_GUID, ...dimensions },
      quantities,
    });
  put({}, { ВНаличии: rest(target.onHand, 'ВНаличии') });
  put(
    { Заказ: namedGuid('customer-order'), Заказ_Type: 'StandardODATA.Document_ЗаказКлиента' },
    { РезервироватьНаСкладе: rest(target.reserved, 'РезервироватьНаСкладе') },
  );
  put(
    {
      Заказ: namedGuid('supplier-order'),
      Заказ_Type: 'StandardODATA.Document_ЗаказПоставщику',
      ДатаСобытия: dates.arrival,
    },
    { Заказано: rest(target.onOrder, 'Заказано'), Поступит: rest(target.onOrder, 'Поступит') },
  );
  const shelf = { ...item, Склад_Key: target.warehouseKey };
  const onShelf = physical.total(shelf);
  // Goods of an order not yet shipped still lie on the sender's shelf.
  const shelved = toMilli(target.onHand) + toMilli(onShelf.КОтгрузке ?? 0) - toMilli(onShelf.ВНаличии ?? 0);
  physical.add({
    register: physical.entity.name,
    period: dates.opening,
    dimensions: shelf,
    quantities: { ВНаличии: shelved / 1000 },
  });
}

function earmark(world: World, { warehouseKey, itemKey }: DatasetStock, period: string) {
  const { stock, physical } = world.registers;
  const goods = { Номенклатура_Key: itemKey, Назначение_Key: namedGuid('purpose:deal') };
  const quantities = { ВНаличии: EARMARKED_QUANTITY };
  const place = warehouseDimension(warehouseKey);
  stock.add({ register: stock.entity.name, period, dimensions: { ...goods, ...place }, quantities });
  const shelf = { ...goods, Склад_Key: warehouseKey };
  physical.add({ register: physical.entity.name, period, dimensions: shelf, quantities });
}

function* touchedByHistory(world: World) {
  for (const { header, lines } of world.transfers.values())
    for (const line of lines)
      for (const warehouse of [header.СкладОтправитель_Key, header.СкладПолучатель_Key])
        yield { warehouseKey: String(warehouse), itemKey: String(line.Номенклатура_Key) };
}

import { handlerError } from './errors.ts';
import { stockFigures, warehouseDimension } from './free-stock.ts';
import type { Movement } from './register.ts';
import { physicalStock, stockAndNeeds, transferOrders } from './schema/registers.ts';
import { EMPTY_DATE, EMPTY_GUID, type Row, toMilli } from './values.ts';
import type { TransferDocument, World } from './world.ts';

const ORDER_TYPE = 'StandardODATA.Document_ЗаказНаПеремещение';

/** Posts (or posts again): refuses when free stock at the sender is short, else moves the registers. */
export function postTransfer(world: World, document: TransferDocument, options = { control: true }): void {
  if (document.header.DeletionMark) throw handlerError('Помеченный на удаление документ не может быть проведен!');
  const before = document.movements;
  applyMovements(world, before, -1);
  try {
    if (options.control) checkFreeStock(world, document);
  } catch (error) {
    applyMovements(world, before, 1);
    throw error;
  }
  document.movements = movementsOf(document);
  applyMovements(world, document.movements, 1);
  document.header.Posted = true;
  document.header.DataVersion = world.nextVersion();
}

/** Takes the movements back. What has already arrived stays: it belongs to another document. */
export function unpostTransfer(world: World, document: TransferDocument): void {
  applyMovements(world, document.movements, -1);
  document.movements = [];
  document.header.Posted = false;
  document.header.DataVersion = world.nextVersion();
}

/** Recomputes the movements of a posted document after goods have arrived; no control, no new version. */
export function refreshMovements(world: World, document: TransferDocument): void {
  applyMovements(world, document.movements, -1);
  document.movements = movementsOf(document);
  applyMovements(world, document.movements, 1);
}

/** Quantity of a line that has not arrived yet. */
export function openQuantity(document: TransferDocument, line: Row): number {
  const received = document.received.get(Number(line.КодСтроки)) ?? 0;
  return Math.max(0, (toMilli(Number(line.Количество ?? 0)) - toMilli(received)) / 1000);
}

function applyMovements(world: World, movements: Movement[], sign: 1 | -1) {
  const { stock, physical, orders } = world.registers;
  const byName = new Map([stock, physical, orders].map((register) => [register.entity.name, register]));
  for (const movement of movements) byName.get(movement.register)?.add(movement, sign);
}

const isShipping = (header: Row) => header.Статус === 'КВыполнению' || header.Статус === 'Закрыт';

function takesStock(header: Row, line: Row): boolean {
  if (line.Отменено === true) return false;
  return (line.ВариантОбеспечения === 'Отгрузить' && isShipping(header)) || line.ВариантОбеспечения === 'СоСклада';
}

function checkFreeStock(world: World, document: TransferDocument) {
  const { header, lines } = document;
  const sender = String(header.СкладОтправитель_Key ?? EMPTY_GUID);
  const wanted = new Map<string, { itemKey: string; characteristicKey: string; quantity: number }>();
  for (const line of lines) {
    if (!takesStock(header, line)) continue;
    const itemKey = String(line.Номенклатура_Key ?? EMPTY_GUID);
    const characteristicKey = String(line.Характеристика_Key ?? EMPTY_GUID);
    const sum = wanted.get(`${itemKey}|${characteristicKey}`) ?? { itemKey, characteristicKey, quantity: 0 };
    sum.quantity += toMilli(openQuantity(document, line));
    wanted.set(`${itemKey}|${characteristicKey}`, sum);
  }
  const complaints: string[] = [];
  for (const { itemKey, characteristicKey, quantity } of wanted.values()) {
    const { free } = stockFigures(world, sender, itemKey, characteristicKey);
    const short = quantity - Math.max(0, toMilli(free));
    if (short <= 0) continue;
    const item = world.items.get(itemKey);
    const warehouse = world.warehouses.get(sender);
    complaints.push(
      `Для отгрузки/резервирования необособленного товара "${item?.name ?? '<Объект не найден>'}" ` +
        `на складе "${warehouse?.name ?? '<Объект не найден>'}" недостаточно свободного остатка ` +
        `в количестве ${(short / 1000).toLocaleString('ru')} ${item?.unit ?? 'шт'}`,
    );
  }
  if (complaints.length > 0 && world.gotchas.strikes(3)) throw handlerError(complaints.join('\n'));
}

/** The table of UT 11.5.20: sender's stock at once, recipient's expectation, the order's own open quantity. */
function movementsOf(document: TransferDocument): Movement[] {
  const { header, lines } = document;
  const date = String(header.Date ?? EMPTY_DATE);
  const sender = warehouseDimension(String(header.СкладОтправитель_Key ?? EMPTY_GUID));
  const recipient = warehouseDimension(String(header.СкладПолучатель_Key ?? EMPTY_GUID));
  const order = { Заказ: document.key, Заказ_Type: ORDER_TYPE };
  const movements: Movement[] = [];
  for (const line of lines) {
    const quantity = openQuantity(document, line);
    if (line.Отменено === true) continue;
    const goods = {
      Номенклатура_Key: line.Номенклатура_Key,
      Характеристика_Key: line.Характеристика_Key ?? EMPTY_GUID,
    };
    const ships = line.ВариантОбеспечения === 'Отгрузить' && isShipping(header);
    // In full: what was taken over is an expense by another document, which stays whatever becomes of this one.
    if (ships) movements.push(orderMovement(document, line, Number(line.Количество ?? 0)));
    if (quantity === 0) continue;
    const stock = (dimensions: Row, quantities: Record<string, number>): Movement => ({
      register: stockAndNeeds.name,
      period: date,
      dimensions: { ...goods, Назначение_Key: EMPTY_GUID, ...dimensions },
      quantities,
    });
    const arrival = String(line.ОкончаниеПоступления ?? EMPTY_DATE);
    movements.push(
      stock(
        { ...recipient, ...order, ДатаСобытия: arrival },
        { Заказано: quantity, Поступит: arrival === EMPTY_DATE ? 0 : quantity },
      ),
    );
    const source = senderMovement(header, line, quantity);
    if (source) movements.push(stock(source.forOrder ? { ...sender, ...order } : sender, source.quantities));
    if (!ships) continue;
    movements.push({
      register: physicalStock.name,
      period: String(line.НачалоОтгрузки ?? date),
      dimensions: { ...goods, Склад_Key: header.СкладОтправитель_Key ?? EMPTY_GUID },
      quantities: { КОтгрузке: quantity },
    });
  }
  return movements;
}

/** A movement of a line in «Заказы на перемещение»: its order above zero, what is taken over below. */
export function orderMovement({ key, header }: TransferDocument, line: Row, quantity: number): Movement {
  return {
    register: transferOrders.name,
    period: String(line.НачалоОтгрузки ?? header.Date ?? EMPTY_DATE),
    dimensions: {
      Номенклатура_Key: line.Номенклатура_Key,
      Характеристика_Key: line.Характеристика_Key ?? EMPTY_GUID,
      ЗаказНаПеремещение_Key: key,
      КодСтроки: Number(line.КодСтроки),
    },
    quantities: { Заказано: quantity, КОформлению: quantity },
  };
}

interface SenderMovement {
  /** True when the row belongs to the order; shipping lowers stock as such. */
  forOrder: boolean;
  quantities: Record<string, number>;
}

function senderMovement(header: Row, line: Row, quantity: number): SenderMovement | null {
  switch (line.ВариантОбеспечения) {
    case 'Отгрузить':
      return isShipping(header) ? { forOrder: false, quantities: { ВНаличии: -quantity } } : null;
    case 'СоСклада':
      return { forOrder: true, quantities: { РезервироватьНаСкладе: quantity } };
    case 'РезервироватьПоМереПоступления':
      return { forOrder: true, quantities: { РезервироватьПоМереПоступления: quantity } };
    case 'КОбеспечению':
      return { forOrder: true, quantities: { КОбеспечению: quantity } };
    case 'НеТребуется':
      return { forOrder: true, quantities: { НеОбеспечивать: quantity } };
    default:
      return null;
  }
}

import { warehouseDimension } from './free-stock.ts';
import { openQuantity, orderMovement, refreshMovements } from './posting.ts';
import { EMPTY_GUID, toMilli } from './values.ts';
import type { TransferDocument, World } from './world.ts';

/**
 * The warehouse ships and the shop takes in: `factor` of each open line arrives (1 = all of it).
 * Afterwards the goods lie at the recipient and are no longer on order. Returns what arrived, line by line.
 */
export function receiveTransfer(world: World, document: TransferDocument, factor: number, date: string) {
  const arrived: { КодСтроки: number; quantity: number }[] = [];
  const sender = String(document.header.СкладОтправитель_Key ?? EMPTY_GUID);
  const recipient = String(document.header.СкладПолучатель_Key ?? EMPTY_GUID);
  for (const line of document.lines) {
    if (line.Отменено === true) continue;
    const quantity = toMilli(openQuantity(document, line) * factor) / 1000;
    if (quantity === 0) continue;
    const code = Number(line.КодСтроки);
    document.received.set(code, (toMilli(document.received.get(code) ?? 0) + toMilli(quantity)) / 1000);
    world.registers.orders.add({ ...orderMovement(document, line, -quantity), period: date });
    arrived.push({ КодСтроки: code, quantity });
    const goods = {
      Номенклатура_Key: line.Номенклатура_Key,
      Характеристика_Key: line.Характеристика_Key ?? EMPTY_GUID,
    };
    for (const [warehouse, sign] of [
      [sender, -1],
      [recipient, 1],
    ] as const) {
      const quantities = { ВНаличии: sign * quantity };
      const { stock, physical } = world.registers;
      stock.add({
        register: stock.entity.name,
        period: date,
        dimensions: { ...goods, ...warehouseDimension(warehouse), Назначение_Key: EMPTY_GUID },
        quantities,
      });
      physical.add({
        register: physical.entity.name,
        period: date,
        dimensions: { ...goods, Склад_Key: warehouse },
        quantities,
      });
    }
  }
  refreshMovements(world, document);
  return arrived;
}

import { OnecError } from './errors.ts';
import { warehouseDimension } from './free-stock.ts';
import { postTransfer } from './posting.ts';
import { EMPTY_GUID, type Row } from './values.ts';
import type { TransferDocument, World } from './world.ts';

/** What a person changes in an order's form. */
export interface TransferEdit {
  /** By КодСтроки. A quantity of 0 takes the line out. */
  lines: { code: number; quantity?: number | undefined; cancelled?: boolean | undefined }[];
  /** A new date of arrival for every line, local. */
  arrival?: string | undefined;
  recipientKey?: string | undefined;
}

/**
 * Edits an order as its form does: a posted one is posted again, under control of free stock, and stays as it was when
 * that is refused. The text of the refusal, or NULL.
 */
export function editTransfer(world: World, document: TransferDocument, edit: TransferEdit): string | null {
  const before = { header: document.header, lines: document.lines };
  document.header = {
    ...document.header,
    ...(edit.recipientKey === undefined ? {} : { СкладПолучатель_Key: edit.recipientKey }),
    ...(edit.arrival === undefined ? {} : { ЖелаемаяДатаПоступления: edit.arrival }),
    DataVersion: world.nextVersion(),
  };
  document.lines = document.lines.flatMap((line) => edited(line, edit)).map(numbered);
  if (document.header.Posted !== true) return null;
  return refusalOf(
    () => postTransfer(world, document),
    () => Object.assign(document, before),
  );
}

/** Posts by hand. The text of the refusal, or NULL. */
export function postByHand(world: World, document: TransferDocument): string | null {
  return refusalOf(
    () => postTransfer(world, document),
    () => undefined,
  );
}

/** Takes the deletion mark off; the order stays unposted until it is posted. */
export function unmark(world: World, document: TransferDocument): void {
  document.header.DeletionMark = false;
  document.header.DataVersion = world.nextVersion();
}

/** Goods come from outside the hub's sight (quantity above zero) or are sold (below). */
export function moveStock(
  world: World,
  date: string,
  { warehouseKey, itemKey, quantity }: { warehouseKey: string; itemKey: string; quantity: number },
): void {
  const goods = { Номенклатура_Key: itemKey, Характеристика_Key: EMPTY_GUID };
  const quantities = { ВНаличии: quantity };
  const { stock, physical } = world.registers;
  const dimensions = { ...goods, ...warehouseDimension(warehouseKey), Назначение_Key: EMPTY_GUID };
  stock.add({ register: stock.entity.name, period: date, dimensions, quantities });
  const place = { ...goods, Склад_Key: warehouseKey };
  physical.add({ register: physical.entity.name, period: date, dimensions: place, quantities });
}

/** Changes the acting row of «Товарные ограничения» for a place. False: there is none. */
export function setLimit(
  world: World,
  limit: { warehouseKey: string; itemKey: string; minimum: number; maximum: number | null },
): boolean {
  const row = world.sets
    .get('InformationRegister_ТоварныеОграничения')
    ?.find(
      (one) =>
        one.Склад_Key === limit.warehouseKey &&
        one.Номенклатура_Key === limit.itemKey &&
        one.ЭтоДействующийПараметр === true,
    );
  if (row === undefined) return false;
  row.МинимальноеКоличествоЗапаса = limit.minimum;
  row.МаксимальноеКоличествоЗапаса = limit.maximum ?? 0;
  return true;
}

function edited(line: Row, { lines, arrival }: TransferEdit): Row[] {
  const change = lines.find(({ code }) => code === Number(line.КодСтроки));
  if (change?.quantity === 0) return [];
  return [
    {
      ...line,
      ...(change?.quantity === undefined ? {} : { Количество: change.quantity, КоличествоУпаковок: change.quantity }),
      ...(change?.cancelled === undefined ? {} : { Отменено: change.cancelled }),
      ...(arrival === undefined ? {} : { НачалоОтгрузки: arrival, ОкончаниеПоступления: arrival }),
    },
  ];
}

const numbered = (line: Row, index: number): Row => ({ ...line, LineNumber: index + 1 });

function refusalOf(work: () => void, undo: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (!(error instanceof OnecError)) throw error;
    undo();
    return error.message;
  }
}

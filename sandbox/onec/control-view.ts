import { freeStock } from './free-rule.ts';
import { openQuantity } from './posting.ts';
import { EMPTY_GUID, type Row } from './values.ts';
import type { TransferDocument, World } from './world.ts';

/** A transfer order as the control port shows it: 1C's names, and what an observer wants to know. */
export interface TransferView {
  Ref_Key: string;
  Number: string;
  Date: string;
  Posted: boolean;
  DeletionMark: boolean;
  Комментарий: string;
  СкладОтправитель_Key: string;
  СкладПолучатель_Key: string;
  sender: string | null;
  recipient: string | null;
  header: Row;
  lines: LineView[];
  /** POSTs of a new document seen under this key; more than 1 means duplicates were refused. */
  posts: number;
}

export interface LineView {
  КодСтроки: number;
  Номенклатура_Key: string;
  Характеристика_Key: string;
  Количество: number;
  ВариантОбеспечения: string;
  Отменено: boolean;
  item: string | null;
  article: string | null;
  /** Not arrived yet. */
  open: number;
  received: number;
}

export interface ControlledStock {
  warehouse: string;
  warehouseKey: string;
  item: string;
  itemKey: string;
  article: string;
  onHand: number;
  reserved: number;
  free: number;
  onOrder: number;
}

export function controlTransfer(world: World, document: TransferDocument): TransferView {
  const { header } = document;
  const sender = String(header.СкладОтправитель_Key ?? EMPTY_GUID);
  const recipient = String(header.СкладПолучатель_Key ?? EMPTY_GUID);
  return {
    Ref_Key: document.key,
    Number: String(header.Number),
    Date: String(header.Date),
    Posted: header.Posted === true,
    DeletionMark: header.DeletionMark === true,
    Комментарий: String(header.Комментарий ?? ''),
    СкладОтправитель_Key: sender,
    СкладПолучатель_Key: recipient,
    sender: world.warehouses.get(sender)?.name ?? null,
    recipient: world.warehouses.get(recipient)?.name ?? null,
    header: { ...header },
    lines: document.lines.map((line) => lineView(world, document, line)),
    posts: document.posts,
  };
}

function lineView(world: World, document: TransferDocument, line: Row): LineView {
  const itemKey = String(line.Номенклатура_Key ?? EMPTY_GUID);
  const code = Number(line.КодСтроки);
  return {
    КодСтроки: code,
    Номенклатура_Key: itemKey,
    Характеристика_Key: String(line.Характеристика_Key ?? EMPTY_GUID),
    Количество: Number(line.Количество ?? 0),
    ВариантОбеспечения: String(line.ВариантОбеспечения ?? ''),
    Отменено: line.Отменено === true,
    item: world.items.get(itemKey)?.name ?? null,
    article: world.items.get(itemKey)?.article ?? null,
    open: openQuantity(document, line),
    received: document.received.get(code) ?? 0,
  };
}

/** Every (warehouse, item) that has a figure; earmarked stock is not counted. */
export function controlStock(world: World): ControlledStock[] {
  const { rows } = world.registers.stock.balance({
    condition: `Назначение_Key eq guid'${EMPTY_GUID}'`,
    dimensions: ['Склад', 'Номенклатура'],
    period: null,
  });
  return rows.map((row) => {
    const warehouseKey = String(row.Склад);
    const itemKey = String(row.Номенклатура_Key);
    const number = (name: string) => Number(row[`${name}Balance`]);
    const [onHand, reserved] = [number('ВНаличии'), number('РезервироватьНаСкладе')];
    return {
      warehouse: world.warehouses.get(warehouseKey)?.name ?? warehouseKey,
      warehouseKey,
      item: world.items.get(itemKey)?.name ?? itemKey,
      itemKey,
      article: world.items.get(itemKey)?.article ?? '',
      onHand,
      reserved,
      free: freeStock(onHand, reserved, number('РезервироватьПоМереПоступления')),
      onOrder: number('Заказано'),
    };
  });
}

import type { SeenOrder } from '../../shared/moysklad/port.ts';
import type { Milli } from '../../shared/planning/types.ts';
import {
  type Finding,
  info,
  type Question,
  questionFindings,
  type WatchedLine,
  type WatchedRow,
  warning,
} from './findings.ts';
import { amount, closeAll, excess, existsFindings, judgeOrdered, shown } from './judge-lines.ts';
import { type Part, shareOut } from './share-out.ts';
import { arrived, isSame, noteShipped } from './shipments.ts';

/** When goods that МойСклад has shipped count as arrived. */
export interface Transit {
  transitMs: number;
  now: Date;
}

/**
 * What becomes of the row of a customer order that was made, now that МойСклад shows this order (NULL: 404). Goods that
 * were shipped are still expected while they are on their way, or the next scan would order them again. Pure.
 */
export function judgeOrder(row: WatchedRow, order: SeenOrder | null, transit: Transit): Finding[] {
  const named = `Заказ ${row.externalNumber ?? row.documentKey} в МойСклад`;
  if (order === null || order.deleted) {
    const why = `${named} ${order === null ? 'удалён' : 'лежит в корзине'}`;
    return [...closeAll(row.lines, 'deleted', why), ...questionFindings(row, null)];
  }
  if (order.state?.unsuccessful) {
    const why = `${named} отменён (статус «${order.state.name}»)`;
    return [...closeAll(row.lines, 'cancelled', why), ...questionFindings(row, null)];
  }
  const goodsOf = readGoods(row, order);
  const partOf = shareOut(row, order, goodsOf);
  const lines = row.lines.flatMap((line) => {
    const part = partOf(line);
    return part === null ? [] : judgeLine(line, part, transit, named);
  });
  return [...lines, ...questionFindings(row, questionOf(row, order, goodsOf, named))];
}

export type GoodsOf = (line: WatchedLine) => string | null;

/** The hub notes what each line was ordered as. Where it could not, an order with one line has one position. */
function readGoods(row: WatchedRow, order: SeenOrder): GoodsOf {
  const [only] = order.positions;
  const single = row.lineCount === 1 && order.positions.length === 1 && only !== undefined;
  return (line) => line.goodsKey ?? (single ? only.goodsKey : null);
}

function judgeLine(line: WatchedLine, part: Part, { transitMs, now }: Transit, named: string): Finding[] {
  const judged = judgeOrdered(line, part.ordered === 0 ? null : part.ordered, named);
  if (!judged.line.open || part.shipped === null) return judged.findings;
  const { shipped } = part;
  const shipments = noteShipped(line.shipments, shipped, now);
  return [
    ...judged.findings,
    ...shipmentFindings(line, shipments, shipped, named),
    ...arrivalFindings(judged.line, arrived(shipments, transitMs, now), named),
  ];
}

function shipmentFindings(line: WatchedLine, shipments: WatchedLine['shipments'], shipped: Milli, named: string) {
  if (isSame(line.shipments, shipments)) return [];
  const message = `${named}: отгружено ${shown(line, shipped)}${excess(line, shipped)}; товар в пути ещё ожидается`;
  return [info({ kind: 'shipments', lineId: line.id, shipments }, message)];
}

function arrivalFindings(line: WatchedLine, received: Milli, named: string): Finding[] {
  if (received >= line.quantity) {
    const message = `${named} отгружен полностью, срок в пути прошёл: больше не ожидается ${shown(line, received)}${excess(line, received)}`;
    return [info({ kind: 'close', lineId: line.id, reason: 'shipped', received }, message)];
  }
  if (received === line.received) return [];
  const message = `${named}: срок в пути прошёл у ${shown(line, received)} из ${amount(line.quantity, line)}`;
  return [info({ kind: 'received', lineId: line.id, before: line.received, after: received }, message)];
}

function questionOf(row: WatchedRow, order: SeenOrder, goodsOf: GoodsOf, named: string): Question | null {
  const lost = row.lines.find((line) => line.open && goodsOf(line) === null);
  if (lost !== undefined) {
    return {
      code: 'order-goods-unknown',
      level: 'warning',
      text: `${named}: хаб не знает, какой позицией заказан товар ${shown(lost)}, и не может следить за отгрузкой. Товар считается ожидаемым, пока заказ не удалён и не отменён.`,
    };
  }
  if (!order.posted) {
    return {
      code: 'order-unposted',
      level: 'warning',
      text: `${named} не проведён. Товар считается ожидаемым. Проведите заказ, отмените его или удалите.`,
    };
  }
  return null;
}

/**
 * What becomes of a row that rests without its order (failed, or unknown and left to a person), now that these orders
 * carry the hub's mark of it. Pure.
 */
export function judgeUnmadeOrder(row: WatchedRow, orders: SeenOrder[]): Finding[] {
  const living = orders.filter((order) => !order.deleted);
  const [order] = living;
  const target = `для «${row.recipientName}»`;
  if (living.length > 1) {
    const doubled: Question = {
      code: 'order-doubled',
      level: 'error',
      text: `В МойСклад несколько заказов ${target} с одним внешним кодом хаба: ${living.map(({ number }) => number).join(', ')}. Оставьте один и нажмите «Повторить».`,
    };
    return [...existsFindings(row, `Заказы ${target} в МойСклад есть`), ...questionFindings(row, doubled)];
  }
  if (order === undefined) {
    if (row.status === 'failed') return questionFindings(row, null);
    return questionFindings(row, {
      code: 'order-not-found',
      level: 'warning',
      text: `Исход заказа ${target} неизвестен, в МойСклад его нет${orders.length > 0 ? ' (он в корзине)' : ''}. Товар считается ожидаемым. Нажмите «Повторить»: хаб поищет ещё раз и создаст заказ, если его нет.`,
    });
  }
  const found = `Заказ ${target} в МойСклад есть: ${order.number}`;
  const exists = existsFindings(row, found);
  const differs = differencesOf(row, order);
  if (differs !== null) {
    const other: Question = {
      code: 'order-differs',
      level: 'error',
      text: `${found}, но не такой, какой создавал хаб (${differs}). Исправьте заказ и нажмите «Повторить».`,
    };
    return [...exists, ...questionFindings(row, other)];
  }
  const made = warning(
    { kind: 'made', externalKey: order.id, number: order.number, url: order.url, posted: null },
    `${found}: исход был неизвестен, заказ принят как созданный`,
  );
  return [...exists, made, ...questionFindings(row, null)];
}

/** The first difference, in words; NULL where there is none. */
function differencesOf(row: WatchedRow, order: SeenOrder): string | null {
  if (order.syncId !== null && order.syncId !== row.documentKey) return 'чужой syncId';
  const goodsOf = readGoods(row, order);
  const ours = new Set(row.lines.map(goodsOf));
  for (const line of row.lines) {
    const meant = sum(row.lines.filter((one) => goodsOf(one) === goodsOf(line)).map((one) => one.quantity));
    const there = sum(order.positions.filter(({ goodsKey }) => goodsKey === goodsOf(line)).map((one) => one.quantity));
    if (there !== meant) return `${shown(line, meant)}, а там ${amount(there, line)}`;
  }
  return order.positions.every(({ goodsKey }) => ours.has(goodsKey)) ? null : 'есть лишние позиции';
}

const sum = (quantities: Milli[]): Milli => quantities.reduce((total, each) => total + each, 0);

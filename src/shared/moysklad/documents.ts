import { z } from 'zod';
import { refused } from '../errors/outcome.ts';
import type { CallOptions, MadeDocument } from '../onec/port.ts';
import { listOf, type Order, orderSchema, type Position, positionSchema } from './answers.ts';
import { differences, missingPositions, quantityDifferences } from './compare.ts';
import type { MoySkladHttp } from './http.ts';
import { filterOf } from './lookup.ts';
import { externalCodeOf, type OrderBody, POSITIONS_AT_ONCE } from './order.ts';
import type { OrderCommand } from './port.ts';

export const ORDERS = '/entity/customerorder';
export const orderList = listOf(orderSchema);
const positionList = listOf(positionSchema);
const positionsAdded = z.array(z.unknown());

/** Customer orders as МойСклад keeps them: sending, finding, proving. */
export function createDocuments(http: MoySkladHttp) {
  const positionsOf = createPositionReader(http);

  /** Compares with what was meant; refuses a document that differs. */
  async function prove(order: Order, meant: OrderBody, options: CallOptions): Promise<void> {
    refuseDeleted(order);
    refuseDifferent(order, differences(order, await positionsOf(order, options), meant));
  }

  async function complete(order: Order, meant: OrderBody, options: CallOptions): Promise<Order> {
    if (meant.positions.length <= POSITIONS_AT_ONCE || order.deleted !== undefined) return order;
    const missing = missingPositions(await positionsOf(order, options), meant.positions);
    if (missing.length === 0) return order;
    for (let at = 0; at < missing.length; at += POSITIONS_AT_ONCE) {
      const part = missing.slice(at, at + POSITIONS_AT_ONCE);
      await http.post(positionsAdded, `${ORDERS}/${order.id}/positions`, {}, part, options);
    }
    return http.get(orderSchema, `${ORDERS}/${order.id}`, { expand: 'positions' }, options);
  }

  return {
    /**
     * A repeat under the same `syncId` brings back the document that the first one made. Of a long order this sends only
     * the beginning; `completeAndProve` adds the rest.
     */
    send: (body: OrderBody, options: CallOptions): Promise<Order> =>
      http.post(
        orderSchema,
        ORDERS,
        { expand: 'positions' },
        { ...body, positions: body.positions.slice(0, POSITIONS_AT_ONCE) },
        options,
      ),

    /**
     * The order an earlier try made, by the hub's mark and key; NULL proves nothing, so the caller still sends.
     * Refuses where a person must look: two orders for one promise, or ours in the basket.
     */
    async findEarlier(command: OrderCommand, options: CallOptions): Promise<Order | null> {
      const { rows } = await http.get(
        orderList,
        ORDERS,
        {
          filter: `${filterOf('externalCode', [externalCodeOf(command)])};isDeleted=true;isDeleted=false`,
          expand: 'positions',
          limit: 10,
        },
        options,
      );
      const isOurs = ({ syncId }: Order) => syncId === undefined || syncId.toLowerCase() === command.key.toLowerCase();
      const living = rows.filter(({ deleted }) => deleted === undefined);
      const strangers = living.filter((order) => !isOurs(order));
      if (living.length > 1 || strangers.length > 0) {
        throw refused({
          code: 'moysklad-doubled-document',
          message: `В МойСклад уже есть заказы с внешним кодом «${externalCodeOf(command)}»: ${living.map(({ name }) => `№ ${name}`).join(', ')}. Оставьте нужный, лишние удалите и повторите.`,
          mayExist: true,
          system: 'moysklad',
          details: { externalCode: externalCodeOf(command), orders: living.map(({ id, name }) => ({ id, name })) },
        });
      }
      const ours = living[0] ?? rows.find(isOurs) ?? null;
      if (ours !== null) refuseDeleted(ours);
      return ours;
    },

    prove,

    /**
     * Adds to a long order what it does not have yet, also where another process left off, and proves the whole, which it
     * gives. Positions have no key of ours to be repeated by, so what is there is read first; nothing is added to an order
     * that holds anything else.
     */
    async completeAndProve(order: Order, meant: OrderBody, options: CallOptions): Promise<Order> {
      const whole = await complete(order, meant, options);
      await prove(whole, meant, options);
      return whole;
    },

    /** As far as an order can be compared when its goods are no longer to be found. */
    async proveQuantities(order: Order, command: OrderCommand, options: CallOptions): Promise<void> {
      const meant = command.lines.map(({ quantity }) => quantity / 1000);
      refuseDifferent(order, quantityDifferences(await positionsOf(order, options), meant));
    },
  };
}

/** An expanded order may carry only its first hundred positions; the rest is read page by page. */
export function createPositionReader(http: MoySkladHttp) {
  return async (order: Order, options: CallOptions): Promise<Position[]> => {
    const { meta, rows = [] } = order.positions;
    if (rows.length >= meta.size) return rows;
    const all: Position[] = [];
    while (all.length < meta.size) {
      const query = { limit: POSITIONS_AT_ONCE, offset: all.length };
      const page = await http.get(positionList, `${ORDERS}/${order.id}/positions`, query, options);
      if (page.rows.length === 0) break;
      all.push(...page.rows);
    }
    return all;
  };
}

function refuseDifferent(order: Order, found: string[]): void {
  if (found.length === 0) return;
  throw refused({
    code: 'moysklad-document-differs',
    message: `Заказ № ${order.name} в МойСклад не тот, что создавал хаб: ${found.join('; ')}. Проверьте заказ: ${pageOf(order)}`,
    mayExist: true,
    system: 'moysklad',
    details: { id: order.id, number: order.name, differences: found },
  });
}

function refuseDeleted(order: Order): void {
  if (order.deleted === undefined) return;
  throw refused({
    code: 'moysklad-document-deleted',
    message: `Заказ № ${order.name} лежит в корзине МойСклад. Восстановите его там и повторите, или создайте документ заново.`,
    mayExist: false,
    system: 'moysklad',
    details: { id: order.id, number: order.name },
  });
}

export function madeOf(order: Order, found: boolean): MadeDocument {
  return { key: order.id, number: order.name, url: pageOf(order), posted: order.applicable, found };
}

/** МойСклад's page of the order, for people. */
export function pageOf({ id }: Pick<Order, 'id'>): string {
  return `https://online.moysklad.ru/app/#customerorder/edit?id=${id}`;
}

import { z } from 'zod';
import { OutcomeError } from '../errors/outcome.ts';
import type { CallOptions } from '../onec/port.ts';
import { idOf, namedSchema, type Order, orderSchema } from './answers.ts';
import { createPositionReader, ORDERS, orderList, pageOf } from './documents.ts';
import type { MoySkladHttp } from './http.ts';
import { chunk, filterOf } from './lookup.ts';
import { externalCodeOf } from './order.ts';
import type { MoySklad, SeenOrder } from './port.ts';

/** `expand` is silently ignored above a page of 100. */
const PAGE = 100;
/** МойСклад's «object not found». */
const NOT_FOUND = 'moysklad-1021';

const states = z.object({ states: z.array(namedSchema.extend({ stateType: z.string() })).optional() });
type State = NonNullable<z.infer<typeof states>['states']>[number];

/**
 * Reads many customer orders and how far each has got, one request after the other: the budget belongs to the documents
 * that are being made. See `MoySklad.readOrders` and `MoySklad.findOrders`.
 */
export function createOrderWatch(http: MoySkladHttp): Pick<MoySklad, 'readOrders' | 'findOrders'> {
  const positionsOf = createPositionReader(http);

  /** All orders with one of these values, those in the basket too: without both halves of `isDeleted` they are left out. */
  async function list(field: 'id' | 'externalCode', values: readonly string[], options: CallOptions): Promise<Order[]> {
    const found = new Map<string, Order>();
    for (const part of chunk([...new Set(values)], field)) {
      const filter = `${filterOf(field, part)};isDeleted=true;isDeleted=false`;
      for (let offset = 0; ; offset += PAGE) {
        const page = await http.get(orderList, ORDERS, { filter, expand: 'positions', limit: PAGE, offset }, options);
        for (const order of page.rows) found.set(order.id, order);
        if (page.rows.length === 0 || offset + page.rows.length >= page.meta.size) break;
      }
    }
    return [...found.values()];
  }

  async function one(id: string, options: CallOptions): Promise<Order | null> {
    try {
      return await http.get(orderSchema, `${ORDERS}/${id}`, { expand: 'positions' }, options);
    } catch (error) {
      if (error instanceof OutcomeError && error.code === NOT_FOUND) return null;
      throw error;
    }
  }

  async function seen(orders: Order[], options: CallOptions): Promise<SeenOrder[]> {
    const needed = orders.some((order) => order.state !== undefined);
    const known = needed ? ((await http.get(states, `${ORDERS}/metadata`, {}, options)).states ?? []) : [];
    const byId = new Map(known.map((state) => [state.id.toLowerCase(), state]));
    const all: SeenOrder[] = [];
    for (const order of orders) {
      const positions = await positionsOf(order, options);
      all.push({
        id: order.id,
        number: order.name,
        url: pageOf(order),
        syncId: order.syncId?.toLowerCase() ?? null,
        deleted: order.deleted !== undefined,
        posted: order.applicable,
        state: order.state === undefined ? null : stateOf(byId.get(idOf(order.state.meta))),
        positions: positions.map(({ assortment, quantity, shipped }) => ({
          goodsKey: idOf(assortment.meta),
          quantity: Math.round(quantity * 1000),
          shipped: shipped === undefined ? null : Math.round(shipped * 1000),
        })),
      });
    }
    return all;
  }

  return {
    async readOrders(ids, options = {}) {
      const listed = await list('id', ids, options);
      const there = new Set(listed.map((order) => order.id));
      // A list that leaves an order out is no proof: how soon it shows what was written is not documented.
      for (const id of new Set(ids)) {
        const order = there.has(id) ? null : await one(id, options);
        if (order !== null) listed.push(order);
      }
      return new Map((await seen(listed, options)).map((order) => [order.id, order]));
    },
    async findOrders(outboxIds, options = {}) {
      const codes = new Map(outboxIds.map((outboxId) => [externalCodeOf({ outboxId }), outboxId]));
      const listed = await list('externalCode', [...codes.keys()], options);
      const orders = new Map((await seen(listed, options)).map((order) => [order.id, order]));
      const found = new Map<string, SeenOrder[]>();
      for (const { id, externalCode } of listed) {
        const outboxId = codes.get(externalCode ?? '');
        if (outboxId !== undefined) found.set(outboxId, [...(found.get(outboxId) ?? []), orders.get(id)!]);
      }
      return found;
    },
  };
}

/** A state that the account no longer lists says nothing. */
function stateOf(state: State | undefined): SeenOrder['state'] {
  return state === undefined ? null : { name: state.name, unsuccessful: state.stateType === 'Unsuccessful' };
}

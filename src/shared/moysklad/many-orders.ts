import { z } from 'zod';
import { OutcomeError, outcomeUnknown } from '../errors/outcome.ts';
import type { CallOptions } from '../onec/port.ts';
import { listOf, type Order, orderSchema, readErrorsOf } from './answers.ts';
import { ORDERS } from './documents.ts';
import { elementError } from './errors.ts';
import type { MoySkladHttp } from './http.ts';
import { filterOf } from './lookup.ts';
import type { OrderBody } from './order.ts';

/** `expand` is silently ignored above a page of 100. */
const PAGE = 100;

const orderList = listOf(orderSchema);
const elements = z.array(z.unknown());

/**
 * Sends many new orders in one array; an answer, or the refusal of this one order, for each, in their order. МойСклад saves
 * what it can: one that is refused keeps no other back. Throws where nothing can be said of the single orders.
 */
export async function sendMany(
  http: MoySkladHttp,
  bodies: readonly OrderBody[],
  options: CallOptions,
): Promise<(Order | OutcomeError)[]> {
  const tell = (status: number | null, answers: unknown[]) => {
    for (const [index, sent] of bodies.entries()) {
      const answer = answers[index] === undefined ? null : JSON.stringify(answers[index]);
      options.onExchange?.({ method: 'POST', path: ORDERS, sent, status, answer, documentKey: sent.syncId });
    }
  };
  const answer = await http
    .postMany(elements, ORDERS, { expand: 'positions' }, bodies, options)
    .catch((error: unknown) => {
      const status = error instanceof OutcomeError ? error.details.status : undefined;
      tell(typeof status === 'number' ? status : null, []);
      throw error;
    });
  // The status of an array says nothing of its elements.
  tell(200, answer);
  if (answer.length !== bodies.length) {
    throw outcomeUnknown({
      code: 'moysklad-unreadable',
      message: `МойСклад ответил про ${answer.length} заказов из ${bodies.length}: неизвестно, какие созданы.`,
      system: 'moysklad',
      details: { sent: bodies.length, answered: answer.length },
    });
  }
  const orders = answer.map(readElement);
  return withPositions(http, orders, options);
}

function readElement(element: unknown): Order | OutcomeError {
  const order = orderSchema.safeParse(element);
  if (order.success) return order.data;
  const errors = readErrorsOf(element);
  if (errors.length > 0) return elementError(ORDERS, errors);
  return outcomeUnknown({
    code: 'moysklad-unreadable',
    message: 'Ответ МойСклад об одном из заказов не разобрать: неизвестно, создан ли он.',
    system: 'moysklad',
    cause: order.error,
  });
}

/** An array's answer may come without the positions; they are read a hundred orders at a time, not one by one. */
async function withPositions(http: MoySkladHttp, orders: (Order | OutcomeError)[], options: CallOptions) {
  const bare = orders.flatMap((order) =>
    !(order instanceof OutcomeError) && order.positions.rows === undefined ? [order.id] : [],
  );
  const read = new Map<string, Order>();
  for (let at = 0; at < bare.length; at += PAGE) {
    const query = { filter: filterOf('id', bare.slice(at, at + PAGE)), expand: 'positions', limit: PAGE };
    try {
      for (const order of (await http.get(orderList, ORDERS, query, options)).rows) read.set(order.id, order);
    } catch {
      // They are made; who compares them reads what is missing, or fails by itself.
      break;
    }
  }
  return orders.map((order) => (order instanceof OutcomeError ? order : (read.get(order.id) ?? order)));
}

import { ApiError, metaOf, moscow, moscowMinute } from './answers.ts';
import type { Attributes } from './attributes.ts';
import { type Catalogue, type Named, renderNamed, stableId } from './catalogue.ts';
import { createFilter, type Fields } from './filter.ts';
import { type OrderChange, readOrderBody } from './order-body.ts';
import { type Position, type PositionRules, readPositions, renderPosition, shippedSumOf, sumsOf } from './positions.ts';
import { notFound } from './references.ts';

export interface Order extends Omit<OrderChange, 'organization' | 'agent'> {
  id: string;
  syncId: string;
  name: string;
  externalCode: string;
  moment: string;
  created: string;
  updated: string;
  /** Set while the document lies in the basket. */
  deleted?: string;
  organization: Named;
  agent: Named;
  positions: Position[];
}

export interface OrdersOptions {
  catalogue: () => Catalogue;
  now: () => number;
  /** The account's switch «проверять уникальность номеров». */
  numbersUnique: boolean;
  minPriceKopecks: number;
  /** `unknown-field`: `filter=syncId=` answers 412/1034, as one live account did. */
  syncIdFilter: 'works' | 'unknown-field';
  attributes: Attributes;
  /** Documents before this moment («дата запрета изменений») are refused with 17009; `2026-11-01 00:00:00.000`. */
  closedUntil?: string;
  /** So many of the next writes find that somebody else changes the object: 1065. */
  changedMeanwhile: number;
}

/** An expanded order carries at most this many positions; the rest is read from `…/positions`. */
const EXPANDED_POSITIONS = 100;

const FIELDS: Fields<Order> = {
  id: { type: 'uuid', get: (order) => order.id },
  syncId: { type: 'uuid', get: (order) => order.syncId },
  name: { type: 'string', get: (order) => order.name },
  externalCode: { type: 'string', get: (order) => order.externalCode },
  code: { type: 'string', get: (order) => order.code },
  description: { type: 'string', get: (order) => order.description },
  moment: { type: 'date', get: (order) => order.moment },
  created: { type: 'date', get: (order) => order.created },
  updated: { type: 'date', get: (order) => order.updated },
  applicable: { type: 'boolean', get: (order) => order.applicable },
  isDeleted: { type: 'boolean', get: (order) => order.deleted !== undefined },
  sum: { type: 'number', get: (order) => sumsOf(order.positions).sum },
  'state.name': { type: 'string', get: (order) => order.state?.name },
  state: { type: 'href', get: (order) => order.state?.meta.href },
  store: { type: 'href', get: (order) => order.store?.meta.href },
  organization: { type: 'href', get: (order) => order.organization.meta.href },
  agent: { type: 'href', get: (order) => order.agent.meta.href },
};

/** The customer orders of one account, in memory. */
export function createOrders(options: OrdersOptions) {
  let orders = new Map<string, Order>();
  let counter = 0;
  let ids = 0;
  let collisions = options.changedMeanwhile;
  const { syncId: syncIdField, ...withoutSyncId } = FIELDS;
  const filter = createFilter(
    options.syncIdFilter === 'works' ? { ...withoutSyncId, syncId: syncIdField! } : withoutSyncId,
    'isDeleted',
  );

  const newId = () => {
    ids += 1;
    return stableId('made', options.catalogue().accountId, ids);
  };
  const rules = (): PositionRules => ({
    catalogue: options.catalogue(),
    minPriceKopecks: options.minPriceKopecks,
    newId,
  });

  const refuseTakenName = (name: string | undefined, self?: string) => {
    if (name === undefined || !options.numbersUnique) return;
    for (const order of orders.values()) {
      if (order.id !== self && order.deleted === undefined && order.name === name) {
        throw new ApiError(412, 3006, "Ошибка сохранения объекта: нарушено ограничение уникальности параметра 'name'", {
          parameter: 'name',
        });
      }
    }
  };

  const refuseCollision = () => {
    if (collisions === 0) return;
    collisions -= 1;
    throw new ApiError(409, 1065, 'Объект был изменён или удалён параллельным запросом');
  };

  const nextName = () => {
    const taken = new Set([...orders.values()].map((order) => order.name));
    do counter += 1;
    while (taken.has(String(counter).padStart(5, '0')));
    return String(counter).padStart(5, '0');
  };

  const required = (thing: Named | undefined, field: string): Named => {
    if (thing !== undefined) return thing;
    throw new ApiError(412, 3000, `Ошибка сохранения объекта: поле '${field}' не может быть пустым или отсутствовать`, {
      parameter: field,
    });
  };

  const stateNamed = (name: string): Named => {
    const state = options.catalogue().states.find((one) => one.name === name);
    if (state === undefined) throw notFound('state', name);
    return state;
  };

  const bySyncId = (syncId: string) => [...orders.values()].find((order) => order.syncId === syncId.toLowerCase());

  const get = (id: string): Order => {
    const order = orders.get(id.toLowerCase());
    if (order === undefined) throw notFound('customerorder', id);
    return order;
  };

  return {
    get,
    bySyncId,
    all: () => [...orders.values()],
    select: (expression: string | undefined) => [...orders.values()].filter(filter(expression)),

    /** A repeated `syncId` brings back the stored document unchanged, whatever else the body says. */
    create(body: Record<string, unknown>): Order {
      const change = readOrderBody(body, rules());
      const known = change.syncId === undefined ? undefined : bySyncId(change.syncId);
      if (known !== undefined) return known;
      refuseCollision();
      const organization = required(change.organization, 'organization');
      const agent = required(change.agent, 'agent');
      refuseTakenName(change.name);
      change.attributes = options.attributes.read(body.attributes, { creating: true });
      const now = options.now();
      const moment = change.moment ?? moscowMinute(now);
      if (options.closedUntil !== undefined && moment < options.closedUntil) {
        throw new ApiError(412, 17_009, 'Нельзя создавать и изменять документы до даты запрета', {
          parameter: 'moment',
        });
      }
      const id = newId();
      const order: Order = {
        applicable: true,
        vatEnabled: true,
        vatIncluded: true,
        shared: false,
        ...change,
        id,
        syncId: change.syncId ?? id,
        name: change.name ?? nextName(),
        externalCode: change.externalCode ?? stableId('externalCode', id).replaceAll('-', '').slice(0, 22),
        moment,
        created: moscow(now),
        updated: moscow(now),
        organization,
        agent,
        positions: change.positions ?? [],
      };
      orders.set(id, order);
      return order;
    },

    /** Only the given fields change, but given positions replace the whole collection. */
    update(id: string, body: Record<string, unknown>): Order {
      const order = get(id);
      const change = readOrderBody(body, rules());
      if (change.syncId !== undefined && change.syncId !== order.syncId) {
        throw new ApiError(412, 1047, 'Вы не можете обновить поле syncId в запросе на обновление сущности');
      }
      refuseTakenName(change.name, order.id);
      refuseCollision();
      if (body.attributes !== undefined)
        change.attributes = options.attributes.read(body.attributes, { creating: false });
      Object.assign(order, change, { updated: moscow(options.now()) });
      return order;
    },

    addPositions(id: string, body: unknown): Position[] {
      const order = get(id);
      const added = readPositions(Array.isArray(body) ? body : [body], rules());
      order.positions.push(...added);
      order.updated = moscow(options.now());
      return added;
    },

    trash(id: string) {
      get(id).deleted = moscow(options.now());
    },

    /** What a person does to an order in МойСклад's own pages. */
    byHand(id: string, act: OrderAct): void {
      const order = get(id);
      order.updated = moscow(options.now());
      switch (act.act) {
        case 'delete':
          return void orders.delete(order.id);
        case 'trash':
          order.deleted = order.updated;
          return;
        case 'restore':
          delete order.deleted;
          return;
        case 'apply':
          order.applicable = act.applicable;
          return;
        case 'state':
          order.state = stateNamed(act.name);
          return;
        case 'ship':
          for (const position of order.positions) ship(position, act.factor);
          return;
        case 'edit':
          order.positions = order.positions.flatMap((position, index) => edit(position, act.quantities[index]));
      }
    },

    remove(id: string) {
      orders.delete(get(id).id);
    },

    reset() {
      orders = new Map();
      counter = 0;
      ids = 0;
      collisions = options.changedMeanwhile;
    },

    render(order: Order, expand: Set<string>): Record<string, unknown> {
      const path = `/entity/customerorder/${order.id}`;
      const ref = (thing: Named, name: string) => (expand.has(name) ? renderNamed(thing) : { meta: thing.meta });
      const nested = new Set([...expand].filter((name) => name.startsWith('positions.')));
      const rows = order.positions.slice(0, EXPANDED_POSITIONS);
      const catalogue = options.catalogue();
      const positionsMeta = {
        ...metaOf('customerorderposition', `${path}/positions`, '/entity/customerorder/metadata'),
        size: order.positions.length,
        limit: expand.has('positions') || nested.size > 0 ? EXPANDED_POSITIONS : 1000,
        offset: 0,
      };
      const shown =
        expand.has('positions') || nested.size > 0
          ? { rows: rows.map((position) => renderPosition(catalogue, order.id, position, nested)) }
          : {};
      return {
        meta: metaOf('customerorder', path, '/entity/customerorder/metadata'),
        id: order.id,
        accountId: catalogue.accountId,
        syncId: order.syncId,
        updated: order.updated,
        ...(order.deleted === undefined ? {} : { deleted: order.deleted }),
        name: order.name,
        ...(order.description ? { description: order.description } : {}),
        ...(order.code ? { code: order.code } : {}),
        externalCode: order.externalCode,
        shared: order.shared,
        moment: order.moment,
        ...(order.deliveryPlannedMoment ? { deliveryPlannedMoment: order.deliveryPlannedMoment } : {}),
        applicable: order.applicable,
        rate: { currency: { meta: catalogue.currency.meta } },
        ...sumsOf(order.positions),
        organization: ref(order.organization, 'organization'),
        agent: ref(order.agent, 'agent'),
        ...(order.store ? { store: ref(order.store, 'store') } : {}),
        ...(order.state ? { state: ref(order.state, 'state') } : {}),
        ...(order.attributes?.length ? { attributes: order.attributes } : {}),
        created: order.created,
        printed: false,
        published: false,
        vatEnabled: order.vatEnabled,
        vatIncluded: order.vatIncluded,
        positions: { meta: positionsMeta, ...shown },
        reservedSum: 0,
        payedSum: 0,
        shippedSum: shippedSumOf(order.positions),
        invoicedSum: 0,
      };
    },
  };
}

export type Orders = ReturnType<typeof createOrders>;

export type OrderAct =
  /** `delete` erases, `trash` puts in the basket, `restore` takes out of it. */
  | { act: 'delete' | 'trash' | 'restore' }
  /** «Проведено» ticked or not. */
  | { act: 'apply'; applicable: boolean }
  | { act: 'state'; name: string }
  /** A demand for `factor` of what is left of each position (above 1: more than was ordered). */
  | { act: 'ship'; factor: number }
  /** New quantities in the order of positions; 0 takes one out, NULL leaves it. */
  | { act: 'edit'; quantities: (number | null)[] };

function ship(position: Position, factor: number): void {
  const left = Math.max(0, position.quantity - position.shipped);
  position.shipped = Math.round((position.shipped + left * factor) * 1000) / 1000;
}

function edit(position: Position, quantity: number | null | undefined): Position[] {
  if (quantity === null || quantity === undefined) return [position];
  return quantity === 0 ? [] : [{ ...position, quantity }];
}

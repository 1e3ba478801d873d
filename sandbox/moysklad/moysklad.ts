import { Hono } from 'hono';
import type { Dataset } from '../data/dataset.ts';
import { API, ApiError, metaOf } from './answers.ts';
import { type AttributeOption, createAttributes } from './attributes.ts';
import { type Catalogue, createCatalogue, renderProduct } from './catalogue.ts';
import { createDictionaryRoutes } from './dictionary-routes.ts';
import { createGate, type GateStats } from './gate.ts';
import { createOrderRoutes } from './order-routes.ts';
import { createOrders, type OrderAct } from './orders.ts';
import { notFound } from './references.ts';
import { type Answered, createSwitchOff } from './switch-off.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

export interface MoySkladSandboxOptions {
  dataset: Dataset;
  token: string;
  /** For `Authorization: Basic`. */
  login?: string;
  password?: string;
  now?: () => number;
  /** Units per request: 1 published solution's token, 3 user's token (from 2026-09-01), 4 (from 2026-12-01). */
  weight?: number | ((now: number) => number);
  basket?: number;
  windowMs?: number;
  maxParallel?: number;
  organizationName?: string;
  agentName?: string;
  priceTypeName?: string;
  /** The account's check for unique document numbers: a taken `name` is refused with 3006. */
  numbersUnique?: boolean;
  /** МойСклад's automatic switch-off, see `switch-off.ts`. Default true. */
  killSwitch?: boolean;
  /** Refuse an `Accept` other than `application/json;charset=utf-8` with 1062; in practice others are taken. Default false. */
  strictAccept?: boolean;
  syncIdFilter?: 'works' | 'unknown-field';
  syncIdPath?: 'works' | '404';
  bulkStatus?: 200 | 400 | 412;
  /** Custom fields of customer orders. */
  attributes?: readonly AttributeOption[];
  closedUntil?: string;
  changedMeanwhile?: number;
  /** How long a webhook's receiver has. МойСклад: 1500 ms. */
  webhookMs?: number;
  /** Position prices below it are raised without a word, as the account's `checkMinPrice` does. */
  minPriceKopecks?: number;
  /** Awaited by every admitted request while it holds its parallel place: models slow answers. */
  work?: () => Promise<void>;
}

export interface MoySkladSandbox {
  /** To be mounted at `/api/remap/1.2`. */
  app: Hono;
  /** Every stored order as the API shows it, with all its positions in `positions.rows`. */
  orders(): Record<string, unknown>[];
  products(): unknown[];
  /** A person acts on an order. False: no such order. */
  byHand(id: string, act: OrderAct): boolean;
  /** The same objects that requests see: a test may archive one or change its price. */
  catalogue(): Catalogue;
  stats(): GateStats;
  /** Webhooks that were delivered or dropped. */
  deliveries: Webhooks['deliveries'];
  /** An answer that something in front gave in the account's name (a fault): its statistics count it too. */
  answered(answer: Answered): void;
  /** A new account: no orders, an empty basket of units, access restored. */
  reset(dataset: Dataset): void;
}

/** A stand-in for МойСклад's JSON API 1.2, faithful in what a hub uses. Deterministic: ids come from the dataset. */
export function createMoySkladSandbox(options: MoySkladSandboxOptions): MoySkladSandbox {
  const now = options.now ?? Date.now;
  const names = {
    organizationName: options.organizationName ?? 'ООО «Бизнес Медиа»',
    agentName: options.agentName ?? 'Пополнение магазинов',
    priceTypeName: options.priceTypeName ?? 'Цена продажи',
  };
  let catalogue = createCatalogue(options.dataset, names);
  const { weight = 1 } = options;
  const switchOff = createSwitchOff({ now, armed: options.killSwitch ?? true });
  const gate = createGate({
    token: options.token,
    login: options.login ?? 'admin@sandbox',
    password: options.password ?? 'sandbox',
    now,
    weightAt: typeof weight === 'number' ? () => weight : weight,
    basket: options.basket ?? 45,
    windowMs: options.windowMs ?? 3000,
    maxParallel: options.maxParallel ?? 5,
    switchOff,
    strictAccept: options.strictAccept ?? false,
    work: options.work ?? (async () => {}),
  });
  const attributes = createAttributes(options.attributes ?? []);
  const webhooks = createWebhooks({ now, answerMs: options.webhookMs ?? 1500 });
  const orders = createOrders({
    attributes,
    changedMeanwhile: options.changedMeanwhile ?? 0,
    ...(options.closedUntil === undefined ? {} : { closedUntil: options.closedUntil }),
    catalogue: () => catalogue,
    now,
    numbersUnique: options.numbersUnique ?? false,
    minPriceKopecks: options.minPriceKopecks ?? 0,
    syncIdFilter: options.syncIdFilter ?? 'works',
  });

  const app = new Hono();
  app.use(...gate.middleware);
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(gate.rateHeaders())) c.header(name, value);
  });
  app.use(gate.limits);
  app.route(
    '/',
    createDictionaryRoutes(() => catalogue),
  );
  app.route(
    '/entity/customerorder',
    createOrderRoutes({
      orders,
      catalogue: () => catalogue,
      bulkStatus: options.bulkStatus ?? 400,
      syncIdPath: options.syncIdPath ?? 'works',
      attributes,
      onCreate: (order, silenced) => {
        const href = `${API}/entity/customerorder/${order.id}`;
        webhooks.tell({ action: 'CREATE', entityType: 'customerorder', href }, silenced);
      },
    }),
  );
  app.route('/entity/webhook', webhooks.app);
  app.get('/entity/customentity/:id', (c) => {
    const name = /^name=(.*)$/.exec(c.req.query('filter') ?? '')?.[1];
    const rows = attributes.entries(c.req.param('id'))?.filter((one) => name === undefined || one.name === name);
    if (rows === undefined) throw notFound('customentity', c.req.param('id'));
    return c.json({ meta: { ...metaOf('customentity', c.req.path), size: rows.length }, rows });
  });
  // Only with login and password: a token makes no token.
  app.post('/security/token', (c) => {
    if (!c.req.header('Authorization')?.startsWith('Basic ')) {
      throw new ApiError(401, 1085, 'Для этого способа авторизации нет пользователя');
    }
    return c.json({ access_token: gate.renewToken() });
  });
  // A route, not `notFound`: that one is lost when the app is mounted under another.
  app.all('*', (c) => {
    const type = /\/entity\/([^/?]+)/.exec(c.req.path)?.[1];
    const known = type === undefined || type === 'customerorder';
    const error = known
      ? new ApiError(404, 1002, `Неопознанный путь: ${c.req.path}`)
      : new ApiError(412, 1005, `Неизвестный тип: '${type}'`);
    return c.json({ errors: [error.body] }, error.status as 404);
  });
  app.onError((error, c) => {
    if (!(error instanceof ApiError)) throw error;
    for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
    return c.json({ errors: [error.body] }, error.status as 400);
  });

  return {
    app,
    orders: () =>
      orders.all().map((order) => {
        const rendered = orders.render(order, new Set(['positions', 'state']));
        const rows = order.positions.map(({ id, product, quantity, price, shipped }) => ({
          id,
          quantity,
          price,
          shipped,
          assortment: { id: product.id, type: product.type, article: product.article, name: product.name },
        }));
        return { ...rendered, positions: { rows } };
      }),
    byHand(id, act) {
      if (!orders.all().some((order) => order.id === id)) return false;
      orders.byHand(id, act);
      return true;
    },
    products: () => catalogue.products.map((product) => renderProduct(catalogue, product)),
    catalogue: () => catalogue,
    stats: gate.stats,
    deliveries: webhooks.deliveries,
    answered: switchOff.answered,
    reset(dataset) {
      catalogue = createCatalogue(dataset, names);
      orders.reset();
      webhooks.reset();
      gate.reset();
    },
  };
}

import { type Context, Hono } from 'hono';
import { ApiError, type ErrorBody, metaOf } from './answers.ts';
import type { Attributes } from './attributes.ts';
import { type Catalogue, renderNamed } from './catalogue.ts';
import { expandOf, listAnswer } from './list.ts';
import type { Order, Orders } from './orders.ts';
import { MAX_ARRAY, renderPosition, tooMany } from './positions.ts';
import { isRecord, notFound, wrongType } from './references.ts';

async function readJson(c: Context): Promise<unknown> {
  if (!/^application\/json\b/i.test(c.req.header('Content-Type') ?? '')) {
    throw new ApiError(415, 1037, "Неверное значение заголовка 'Content-Type', ожидается 'application/json'");
  }
  try {
    return JSON.parse(await c.req.text());
  } catch {
    throw new ApiError(400, 2001, 'Ошибка формата: входящий запрос не соответствует формату JSON');
  }
}

async function readObject(c: Context): Promise<Record<string, unknown>> {
  const body = await readJson(c);
  if (!isRecord(body)) throw wrongType('body', 'объект');
  return body;
}

/** The part of `/entity/customerorder` that a hub uses. */
export function createOrderRoutes(deps: {
  orders: Orders;
  catalogue: () => Catalogue;
  /** Status of a bulk answer in which some elements failed; the documentation allows all three. */
  bulkStatus: 200 | 400 | 412;
  /** `404`: the undocumented `…/syncid/{id}` is not there. */
  syncIdPath: 'works' | '404';
  attributes: Attributes;
  /** Told of each order made by this request. */
  onCreate: (order: Order, silenced: string[]) => void;
}) {
  const { orders } = deps;
  const app = new Hono();
  const shown = (c: Context, order: Order) => c.json(orders.render(order, expandOf(c)));

  const save = (element: unknown, c: Context): Order => {
    if (Array.isArray(element)) throw new ApiError(400, 2004, 'Ошибка формата: вложенные массивы недопустимы');
    if (!isRecord(element)) throw wrongType('body', 'объект');
    const href = isRecord(element.meta) && typeof element.meta.href === 'string' ? element.meta.href : undefined;
    if (href !== undefined) return orders.update(href.split('/').at(-1) ?? '', element);
    const before = orders.all().length;
    const order = orders.create(element);
    const silenced = (c.req.header('X-Lognex-WebHook-DisableByPrefix') ?? '').split(',').map((one) => one.trim());
    if (orders.all().length > before)
      deps.onCreate(
        order,
        silenced.filter((one) => one !== ''),
      );
    return order;
  };

  app.get('/metadata', (c) => {
    const states = deps.catalogue().states.map((state, index) => ({
      ...renderNamed(state),
      color: 15106326 + index,
      stateType:
        state.name === 'Доставлен' ? 'Successful' : /Возврат|Отменен/.test(state.name) ? 'Unsuccessful' : 'Regular',
      entityType: 'customerorder',
    }));
    return c.json({
      meta: metaOf('metadata', '/entity/customerorder/metadata'),
      attributes: {
        meta: {
          ...metaOf('attributemetadata', '/entity/customerorder/metadata/attributes'),
          size: deps.attributes.rows().length,
        },
      },
      states,
      createShared: false,
    });
  });

  app.get('/metadata/attributes', (c) => {
    const rows = deps.attributes.rows();
    return c.json({
      meta: { ...metaOf('attributemetadata', '/entity/customerorder/metadata/attributes'), size: rows.length },
      rows,
    });
  });

  app.get('/', (c) =>
    c.json(
      listAnswer(c, {
        type: 'customerorder',
        path: '/entity/customerorder',
        rows: orders.select(c.req.query('filter')).filter((order) => {
          const search = c.req.query('search')?.toLowerCase() ?? '';
          return `${order.name}\n${order.description ?? ''}`.toLowerCase().includes(search);
        }),
        render: (order, expand) => orders.render(order, expand),
      }),
    ),
  );

  app.post('/', async (c) => {
    const body = await readJson(c);
    if (!Array.isArray(body)) return shown(c, save(body, c));
    if (body.length > MAX_ARRAY) throw tooMany();
    const failed: ErrorBody[] = [];
    // Not a transaction: each element is saved or refused by itself, in the order given.
    const answer = body.map((element) => {
      try {
        return orders.render(save(element, c), expandOf(c));
      } catch (error) {
        if (!(error instanceof ApiError) || error.body.code === 2004) throw error;
        failed.push(error.body);
        return { errors: [error.body] };
      }
    });
    return c.json(answer, failed.length === 0 ? 200 : deps.bulkStatus);
  });

  app.get('/syncid/:syncId', (c) => {
    const syncId = c.req.param('syncId');
    const order = deps.syncIdPath === 'works' ? orders.bySyncId(syncId) : undefined;
    if (order === undefined) throw notFound('customerorder', syncId);
    return shown(c, order);
  });

  app.delete('/syncid/:syncId', (c) => {
    const order = orders.bySyncId(c.req.param('syncId'));
    if (order === undefined) return c.body(null, 404);
    orders.remove(order.id);
    return c.body(null, 200);
  });

  app.get('/:id', (c) => shown(c, orders.get(c.req.param('id'))));
  app.put('/:id', async (c) => shown(c, orders.update(c.req.param('id'), await readObject(c))));

  app.delete('/:id', (c) => {
    // A missing object is answered with 404 and no body here, unlike everywhere else.
    if (!orders.all().some((order) => order.id === c.req.param('id').toLowerCase())) return c.body(null, 404);
    orders.remove(c.req.param('id'));
    return c.body(null, 200);
  });

  app.post('/:id/trash', (c) => {
    orders.trash(c.req.param('id'));
    return c.body(null, 200);
  });

  app.get('/:id/positions', (c) => {
    const order = orders.get(c.req.param('id'));
    return c.json(
      listAnswer(c, {
        type: 'customerorderposition',
        path: `/entity/customerorder/${order.id}/positions`,
        rows: order.positions,
        render: (position, expand) => renderPosition(deps.catalogue(), order.id, position, expand),
      }),
    );
  });

  app.post('/:id/positions', async (c) => {
    const id = c.req.param('id');
    // An array is answered even to one object.
    const added = orders.addPositions(id, await readJson(c));
    return c.json(added.map((position) => renderPosition(deps.catalogue(), id, position, expandOf(c))));
  });

  return app;
}

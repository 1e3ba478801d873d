import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { MoySkladSandbox } from './moysklad/moysklad.ts';
import { GOTCHAS, type Gotcha, type Gotchas } from './onec/gotchas.ts';
import type { HandAct, OnecSandbox } from './onec/onec.ts';
import { FLAVOURS } from './onec/schema/flavours.ts';

interface Deps {
  onec: Pick<
    OnecSandbox,
    | 'receive'
    | 'remove'
    | 'byHand'
    | 'moveStock'
    | 'setLimit'
    | 'withholdRows'
    | 'withheldRows'
    | 'gotchas'
    | 'update'
    | 'distribute'
  >;
  moysklad: Pick<MoySkladSandbox, 'byHand'>;
}

const key = z.guid().transform((value) => value.toLowerCase());
const quantity = z.number().nonnegative();
const transfer = { transferKey: key };
const order = { orderId: key };
const localDate = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);

const requests = {
  receive: z.strictObject({ ...transfer, factor: z.number().positive().default(1) }),
  delete: z.strictObject({ ...transfer, erase: z.boolean().default(false) }),
  one: z.strictObject(transfer),
  edit: z.strictObject({
    ...transfer,
    lines: z
      .array(z.strictObject({ code: z.int(), quantity: quantity.optional(), cancelled: z.boolean().optional() }))
      .default([]),
    arrival: localDate.optional(),
    recipientKey: key.optional(),
  }),
  stock: z.strictObject({ warehouseKey: key, itemKey: key, quantity: z.number() }),
  limit: z.strictObject({
    ...{ warehouseKey: key, itemKey: key },
    minimum: quantity,
    maximum: quantity.nullable().default(null),
  }),
  withhold: z.strictObject({
    set: z.string().default('AccumulationRegister_ЗапасыИПотребности'),
    warehouseKey: key.nullable().default(null),
    share: z.number().min(0).max(1),
  }),
  gotcha: z.strictObject({ number: z.int().min(1).max(25), on: z.boolean() }),
  update: z.strictObject({ remove: z.array(z.string()).default([]), flavour: z.enum(FLAVOURS).optional() }),
  distribution: z.strictObject({ runs: z.boolean() }),
  ship: z.strictObject({ ...order, factor: z.number().positive().default(1) }),
  state: z.strictObject({ ...order, state: z.string().default('Отменен') }),
  remove: z.strictObject({ ...order, basket: z.boolean().default(false) }),
  change: z.strictObject({
    ...order,
    quantities: z.array(quantity.nullable()).default([]),
    applicable: z.boolean().optional(),
  }),
  restore: z.strictObject(order),
};

/** What people do in 1C and in МойСклад with documents that a client made, by POST on the control port. */
export function createControlActs({ onec, moysklad }: Deps): Hono {
  const app = new Hono();

  app.post('/1c/receive', (c) =>
    checked(c, requests.receive, ({ transferKey, factor }) => {
      const arrived = onec.receive(transferKey, factor);
      if (arrived === null) return c.json({ error: `No transfer order ${transferKey}` }, 404);
      if (arrived === 'not-posted') return c.json({ error: `Transfer order ${transferKey} is not posted` }, 409);
      return c.json({ arrived });
    }),
  );
  app.post('/1c/delete', (c) =>
    checked(c, requests.delete, ({ transferKey, erase }) =>
      onec.remove(transferKey, erase)
        ? c.json({ transferKey })
        : c.json({ error: `No transfer order ${transferKey}` }, 404),
    ),
  );
  const onTransfer = (c: Context, transferKey: string, act: HandAct) => {
    const done = onec.byHand(transferKey, act);
    if (done === null) return c.json({ error: `No transfer order ${transferKey}` }, 404);
    return done.refusal === null ? c.json({ transferKey }) : c.json({ error: done.refusal }, 409);
  };
  for (const act of ['post', 'unpost', 'unmark'] as const) {
    app.post(`/1c/${act}`, (c) => checked(c, requests.one, ({ transferKey }) => onTransfer(c, transferKey, { act })));
  }
  app.post('/1c/edit', (c) =>
    checked(c, requests.edit, ({ transferKey, ...edit }) => onTransfer(c, transferKey, { act: 'edit', edit })),
  );
  app.post('/1c/stock', (c) =>
    checked(c, requests.stock, (change) => {
      onec.moveStock(change);
      return c.json(change);
    }),
  );
  app.post('/1c/limit', (c) =>
    checked(c, requests.limit, (limit) =>
      onec.setLimit(limit) ? c.json(limit) : c.json({ error: `No limit of ${limit.itemKey} there` }, 404),
    ),
  );
  app.get('/1c/withhold-rows', (c) => c.json(onec.withheldRows()));
  app.post('/1c/withhold-rows', (c) =>
    checked(c, requests.withhold, (what) => {
      onec.withholdRows(what);
      return c.json(onec.withheldRows());
    }),
  );

  app.get('/1c/gotchas', (c) => c.json(gotchaList(onec.gotchas)));
  app.post('/1c/gotchas', (c) =>
    checked(c, requests.gotcha, ({ number, on }) => {
      onec.gotchas.set(number as Gotcha, on);
      return c.json(gotchaList(onec.gotchas));
    }),
  );
  app.post('/1c/update', (c) =>
    checked(c, requests.update, ({ remove, flavour }) => {
      onec.update({ remove, ...(flavour === undefined ? {} : { flavour }) });
      return c.json({ remove, flavour });
    }),
  );
  app.post('/1c/distribution', (c) =>
    checked(c, requests.distribution, ({ runs }) => {
      onec.distribute(runs);
      return c.json({ runs });
    }),
  );

  const onOrder = (c: Context, orderId: string, act: Parameters<MoySkladSandbox['byHand']>[1]) =>
    moysklad.byHand(orderId, act) ? c.json({ orderId }) : c.json({ error: `No order ${orderId}` }, 404);
  app.post('/moysklad/ship', (c) =>
    checked(c, requests.ship, ({ orderId, factor }) => onOrder(c, orderId, { act: 'ship', factor })),
  );
  app.post('/moysklad/cancel', (c) =>
    checked(c, requests.state, ({ orderId, state }) => onOrder(c, orderId, { act: 'state', name: state })),
  );
  app.post('/moysklad/delete', (c) =>
    checked(c, requests.remove, ({ orderId, basket }) => onOrder(c, orderId, { act: basket ? 'trash' : 'delete' })),
  );
  app.post('/moysklad/restore', (c) =>
    checked(c, requests.restore, ({ orderId }) => onOrder(c, orderId, { act: 'restore' })),
  );
  app.post('/moysklad/edit', (c) =>
    checked(c, requests.change, ({ orderId, quantities, applicable }) => {
      if (applicable !== undefined) onOrder(c, orderId, { act: 'apply', applicable });
      return onOrder(c, orderId, { act: 'edit', quantities });
    }),
  );
  return app;
}

const gotchaList = (gotchas: Gotchas) => {
  const fired = gotchas.fired();
  return (Object.keys(GOTCHAS).map(Number) as Gotcha[]).map((number) => ({
    ...{ number, what: GOTCHAS[number], on: gotchas.isSet(number), fired: fired[number] ?? 0 },
  }));
};

/** Parses the body; what does not fit is 400 with the reason. */
async function checked<S extends z.ZodType>(
  c: Context,
  schema: S,
  work: (body: z.output<S>) => Response,
): Promise<Response> {
  const body: unknown = await c.req.json().catch(() => null);
  const parsed = schema.safeParse(body);
  return parsed.success ? work(parsed.data) : c.json({ error: z.prettifyError(parsed.error) }, 400);
}

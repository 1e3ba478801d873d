import { afterEach, describe, expect, it } from 'vitest';
import {
  again,
  answerInstead,
  command,
  failureOf,
  firstTry,
  item,
  KEY,
  line,
  OUTBOX_ID,
  startWorld,
  type WorldOptions,
} from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
const start = async (options?: WorldOptions) => {
  world = await startWorld(options);
  return world;
};
afterEach(() => world.stop());

// biome-ignore lint/suspicious/noExplicitAny: the sandbox shows orders as МойСклад's JSON
const stored = () => world.sandbox.orders() as any[];

describe('making an order', () => {
  it('makes one posted order under the key, with quantity and sale price, and says where people find it', async () => {
    await start({ items: [item('A-1', { priceRoubles: 129.5 }), item('A-2', { priceRoubles: 0.01 })] });
    const steps: string[] = [];
    const made = await world.moysklad.makeOrder(
      command([line('A-1', { quantity: 2345 }), line('A-2', { quantity: 300 })]),
      {
        ...firstTry,
        onStep: (step) => {
          steps.push(step);
        },
      },
    );
    const [order] = stored();
    expect(stored()).toHaveLength(1);
    expect(made).toEqual({
      key: order.id,
      number: '00001',
      url: `https://online.moysklad.ru/app/#customerorder/edit?id=${order.id}`,
      posted: true,
      found: false,
    });
    expect(order).toMatchObject({
      syncId: KEY,
      externalCode: `hub:${OUTBOX_ID}`,
      description: 'Пополнение магазина',
      applicable: true,
    });
    expect(
      order.positions.rows.map((row: { quantity: number; price: number; assortment: { article: string } }) => [
        row.assortment.article,
        row.quantity,
        row.price,
      ]),
    ).toEqual([
      ['A-1', 2.345, 12_950],
      ['A-2', 0.3, 1],
    ]);
    expect(steps).toEqual(['looked', 'sent', 'compared']);
  });

  it('sends neither moment nor number: both are left to МойСклад', async () => {
    let body: Record<string, unknown> = {};
    await start({
      fault: async (c, next) => {
        if (c.req.method === 'POST') body = (await c.req.raw.clone().json()) as Record<string, unknown>;
        await next();
      },
    });
    await world.moysklad.makeOrder(command([line('A-1')]), firstTry);
    expect(Object.keys(body).sort()).toEqual(
      [
        'agent',
        'applicable',
        'description',
        'externalCode',
        'organization',
        'positions',
        'syncId',
        'vatEnabled',
        'vatIncluded',
      ].sort(),
    );
  });

  it('takes a variant at its own price, or at its product’s where it has none', async () => {
    const variant = { matches: 1, as: 'variant' } as const;
    await start({
      items: [
        item('V-1', { code: 'even10', moysklad: variant, priceRoubles: 5 }),
        item('V-2', { code: 'odd02', moysklad: variant, priceRoubles: 7 }),
      ],
    });
    const own = world.sandbox.catalogue().products.filter(({ type }) => type === 'variant');
    expect(own.map(({ priceKopecks }) => priceKopecks)).toEqual([500, null]);
    await world.moysklad.makeOrder(command([line('V-1'), line('V-2')]), firstTry);
    const rows = stored()[0].positions.rows;
    expect(
      rows.map((row: { price: number; assortment: { type: string } }) => [row.assortment.type, row.price]),
    ).toEqual([
      ['variant', 500],
      ['variant', 700],
    ]);
  });

  it('takes the price of the price type that is configured, and the store and state', async () => {
    await start({ config: { priceType: 'Оптовая цена', store: 'Основной склад', state: 'Подтвержден' } });
    await world.moysklad.makeOrder(command([line('A-1')]), firstTry);
    const { stores, states } = world.sandbox.catalogue();
    const [order] = stored();
    expect(order.positions.rows[0].price).toBe(11_655);
    expect(order.store.meta.href).toBe(stores.find(({ name }) => name === 'Основной склад')!.meta.href);
    expect(order.state.meta.href).toBe(states.find(({ name }) => name === 'Подтвержден')!.meta.href);
  });

  it('cuts a comment that МойСклад would refuse', async () => {
    await start();
    await world.moysklad.makeOrder(command([line('A-1')], { description: 'я'.repeat(5000) }), firstTry);
    expect(stored()[0].description).toHaveLength(4096);
  });

  it('proves every position of an order of 250, though an expanded answer shows only 100', async () => {
    const items = Array.from({ length: 250 }, (_, index) => item(`M-${index + 1}`));
    await start({ items });
    const made = await world.moysklad.makeOrder(command(items.map(({ article }) => line(article))), firstTry);
    expect(stored()[0].positions.rows).toHaveLength(250);
    expect(world.requests.some(({ path }) => path === `/entity/customerorder/${made.key}/positions`)).toBe(true);
  });

  it('does not refuse an order whose prices the account raised', async () => {
    await start({ sandbox: { minPriceKopecks: 99_999 } });
    const made = await world.moysklad.makeOrder(command([line('A-1')]), firstTry);
    expect(made.found).toBe(false);
    expect(stored()[0].sum).toBe(199_998);
  });

  it.each([
    ['no line', []],
    ['a line of nothing', [line('A-1', { quantity: 0 })]],
  ])('refuses an order with %s before asking anybody', async (_what, lines) => {
    await start();
    const failure = await failureOf(world.moysklad.makeOrder(command(lines), firstTry));
    expect([failure.outcome, failure.code]).toEqual(['refused', 'moysklad-order-unfit']);
    expect(world.requests).toEqual([]);
  });
});

describe('trying again', () => {
  const lostAnswer: NonNullable<WorldOptions['fault']> = async (c, next) => {
    await next();
    if (c.req.method === 'POST') answerInstead(c, new Response('<html>502</html>', { status: 502 }));
  };

  it('finds the order whose answer was lost, and makes no second one', async () => {
    let lose = true;
    await start({
      fault: async (c, next) => {
        if (lose) return lostAnswer(c, next);
        await next();
      },
    });
    const failure = await failureOf(world.moysklad.makeOrder(command([line('A-1')]), firstTry));
    expect([failure.outcome, failure.code]).toEqual(['unknown', 'moysklad-server-error']);
    expect(stored()).toHaveLength(1);
    lose = false;
    const steps: string[] = [];
    const made = await world.moysklad.makeOrder(command([line('A-1')]), {
      ...again,
      onStep: (step) => {
        steps.push(step);
      },
    });
    expect(made).toMatchObject({ key: stored()[0].id, found: true });
    expect([stored().length, steps]).toEqual([1, ['looked', 'compared']]);
  });

  it('makes the order where the earlier try never arrived', async () => {
    await start();
    const made = await world.moysklad.makeOrder(command([line('A-1')]), again);
    expect([made.found, stored().length]).toEqual([false, 1]);
  });

  it('makes no second order even when the search does not show the first one yet', async () => {
    await start({
      fault: async (c, next) => {
        await next();
        const hidden = c.req.method === 'GET' && c.req.path.endsWith('/entity/customerorder');
        if (hidden) answerInstead(c, Response.json({ meta: { size: 0 }, rows: [] }));
      },
    });
    const first = await world.moysklad.makeOrder(command([line('A-1')]), firstTry);
    const second = await world.moysklad.makeOrder(command([line('A-1')]), again);
    expect([second.key, stored().length]).toEqual([first.key, 1]);
  });

  it('accepts the earlier order though its goods were archived since', async () => {
    await start();
    await world.moysklad.makeOrder(command([line('A-1')]), firstTry);
    world.sandbox.catalogue().products[0]!.archived = true;
    expect((await world.moysklad.makeOrder(command([line('A-1')]), again)).found).toBe(true);
    const other = await failureOf(world.moysklad.makeOrder(command([line('A-1', { quantity: 9000 })]), again));
    expect(other.code).toBe('moysklad-document-differs');
  });

  it('refuses another order under the same key and says what differs', async () => {
    await start();
    await world.moysklad.makeOrder(command([line('A-1')]), firstTry);
    for (const options of [firstTry, again]) {
      const failure = await failureOf(world.moysklad.makeOrder(command([line('A-2', { quantity: 3000 })]), options));
      expect([failure.outcome, failure.code]).toEqual(['refused', 'moysklad-document-differs']);
      expect(failure.message).toMatch(/№ 00001 .*нет позиций: product .* × 3; лишние позиции: product .* × 2/);
    }
    expect(stored()).toHaveLength(1);
  });

  it('refuses where two orders carry the mark of one promise', async () => {
    await start();
    const [first] = [await world.moysklad.makeOrder(command([line('A-1')]), firstTry)];
    const { organization, agent } = stored()[0];
    const externalCode = `hub:${OUTBOX_ID}`;
    await world.call('POST', '/entity/customerorder', { organization, agent, externalCode });
    const failure = await failureOf(world.moysklad.makeOrder(command([line('A-1')]), again));
    expect([failure.outcome, failure.code]).toEqual(['refused', 'moysklad-doubled-document']);
    expect(failure.message).toContain(`№ ${first!.number}, № 00002`);
  });

  it.each([
    ['first try', firstTry],
    ['later try', again],
  ])('refuses on the %s when a person put the order into the basket', async (_what, options) => {
    await start();
    const made = await world.moysklad.makeOrder(command([line('A-1')]), firstTry);
    await world.call('POST', `/entity/customerorder/${made.key}/trash`);
    const failure = await failureOf(world.moysklad.makeOrder(command([line('A-1')]), options));
    expect([failure.outcome, failure.code]).toEqual(['refused', 'moysklad-document-deleted']);
  });

  it('makes the order anew under a new key though the first one lies in the basket', async () => {
    await start();
    const made = await world.moysklad.makeOrder(command([line('A-1')]), firstTry);
    await world.call('POST', `/entity/customerorder/${made.key}/trash`);
    const key = '5c64d0e0-6b0e-5c64-9d7d-2f5b9a1c0e78';
    const anew = await world.moysklad.makeOrder(command([line('A-1')], { key }), again);
    expect([anew.found, anew.key === made.key, stored().length]).toEqual([false, false, 2]);
  });
});

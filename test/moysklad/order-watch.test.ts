import { afterEach, describe, expect, it } from 'vitest';
import { again, answerInstead, command, firstTry, item, line, startWorld, type WorldOptions } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>> | undefined;
afterEach(async () => {
  await world?.stop();
  world = undefined;
});

const begin = async (options: WorldOptions = {}) => {
  world = await startWorld(options);
  return world;
};
const outboxId = (n: number) => `018f2b8c-0000-7000-8000-${String(n).padStart(12, '0')}`;
const key = (n: number) => `3f0c7d0e-6b0e-5c64-9d7d-${String(n).padStart(12, '0')}`;
const make = (w: NonNullable<typeof world>, n: number, lines = [line('A-1')]) =>
  w.moysklad.makeOrder(command(lines, { outboxId: outboxId(n), key: key(n) }), firstTry);

describe('reading customer orders as they are now', () => {
  it('tells number, page, state, quantities and what was shipped', async () => {
    const w = await begin();
    const made = await make(w, 1, [line('A-1'), line('A-2', { quantity: 1500 })]);
    w.sandbox.byHand(made.key, { act: 'ship', factor: 0.5 });
    expect((await w.moysklad.readOrders([made.key])).get(made.key)).toEqual({
      id: made.key,
      number: made.number,
      url: made.url,
      syncId: key(1),
      deleted: false,
      posted: true,
      state: null,
      positions: [
        { goodsKey: goods(w, 'A-1'), quantity: 2000, shipped: 1000 },
        { goodsKey: goods(w, 'A-2'), quantity: 1500, shipped: 750 },
      ],
    });
  });

  it.each([
    ['Отменен', true],
    ['Возврат', true],
    ['Доставлен', false],
    ['Новый', false],
  ])('knows that the state «%s» is unsuccessful: %s', async (name, unsuccessful) => {
    const w = await begin();
    const made = await make(w, 1);
    w.sandbox.byHand(made.key, { act: 'state', name });
    expect((await w.moysklad.readOrders([made.key])).get(made.key)?.state).toEqual({ name, unsuccessful });
  });

  it('shows what lies in the basket, and leaves out what is gone', async () => {
    const w = await begin();
    const [basket, gone] = [await make(w, 1), await make(w, 2)];
    w.sandbox.byHand(basket.key, { act: 'trash' });
    w.sandbox.byHand(gone.key, { act: 'delete' });
    const seen = await w.moysklad.readOrders([basket.key, gone.key]);
    expect([...seen.values()].map(({ id, deleted }) => [id, deleted])).toEqual([[basket.key, true]]);
  });

  it('does not take an order for gone that only the list leaves out', async () => {
    let left = 0;
    const w = await begin({
      async fault(c, next) {
        await next();
        if (c.req.method !== 'GET' || !c.req.query('filter')?.startsWith('id=')) return;
        left += 1;
        answerInstead(c, Response.json({ meta: { size: 0 }, rows: [] }));
      },
    });
    const made = await make(w, 1);
    expect((await w.moysklad.readOrders([made.key])).get(made.key)).toMatchObject({ number: made.number });
    expect(left).toBe(1);
  });

  it('asks for many at once and for every position of a long order', async () => {
    const items = Array.from({ length: 130 }, (_, n) => item(`B-${n + 1}`));
    const w = await begin({ items });
    const long = await make(
      w,
      999,
      items.map(({ article }) => line(article)),
    );
    const short = [];
    for (let n = 1; n <= 70; n += 1) short.push((await make(w, n, [line('B-1')])).key);
    w.requests.length = 0;
    const seen = await w.moysklad.readOrders([long.key, ...short]);
    expect(seen.size).toBe(71);
    expect(seen.get(long.key)?.positions).toHaveLength(130);
    expect(new Set(seen.get(long.key)?.positions.map(({ goodsKey }) => goodsKey)).size).toBe(130);
    // One list, and one page of positions; no order was asked for by itself.
    expect(w.requests.map(({ path }) => path.replace(long.key, '…')).sort()).toEqual([
      '/entity/customerorder',
      '/entity/customerorder/…/positions',
    ]);
  });

  it('finds every order under the mark of a row: none, one, or two', async () => {
    const w = await begin();
    await make(w, 1);
    await make(w, 2);
    await w.moysklad.makeOrder(command([line('A-1')], { outboxId: outboxId(2), key: key(3) }), firstTry);
    const found = await w.moysklad.findOrders([outboxId(1), outboxId(2), outboxId(4)]);
    expect([1, 2, 4].map((n) => found.get(outboxId(n))?.length)).toEqual([1, 2, undefined]);
    expect(found.get(outboxId(2))?.map(({ syncId }) => syncId)).toEqual([key(2), key(3)]);
  });

  it('asks nothing when there is nothing to ask', async () => {
    const w = await begin();
    expect((await w.moysklad.readOrders([])).size + (await w.moysklad.findOrders([])).size).toBe(0);
    expect(w.requests).toEqual([]);
  });

  it('of an order that was found says the same as of one that was made', async () => {
    const w = await begin();
    const made = await make(w, 1);
    const found = await w.moysklad.makeOrder(command([line('A-1')], { outboxId: outboxId(1), key: key(1) }), again);
    expect(found).toMatchObject({ key: made.key, found: true });
    expect((await w.moysklad.readOrders([found.key])).get(found.key)?.url).toBe(made.url);
  });
});

const goods = (w: NonNullable<typeof world>, article: string) =>
  (w.sandbox.products() as { id: string; article?: string }[]).find((product) => product.article === article)!.id;

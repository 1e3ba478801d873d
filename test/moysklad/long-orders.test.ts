import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../support/closing.ts';
import {
  again,
  answerInstead,
  command,
  failureOf,
  firstTry,
  item,
  line,
  startWorld,
  type WorldOptions,
} from './world.ts';

const closing = closeAfterEach();
const LINES = 2_100;
const items = Array.from({ length: LINES }, (_, index) => item(`L-${index + 1}`));
const long = command(items.map(({ article }) => line(article)));
const isContinuation = (method: string, path: string) => method === 'POST' && path.endsWith('/positions');

async function start(fault?: WorldOptions['fault']) {
  const world = await startWorld({ items, ...(fault && { fault }) });
  closing(world.stop);
  return {
    ...world,
    /** Articles of the only order, sorted. */
    articles() {
      // biome-ignore lint/suspicious/noExplicitAny: the sandbox shows orders as МойСклад's JSON
      const orders = world.sandbox.orders() as any[];
      expect(orders).toHaveLength(1);
      return orders[0].positions.rows.map((row: { assortment: { article: string } }) => row.assortment.article).sort();
    },
    continuations: () => world.requests.filter(({ method, path }) => isContinuation(method, path)).length,
  };
}
const everyArticle = items.map(({ article }) => article).sort();

/** Strikes at the second continuation. */
function atSecond(strike: NonNullable<WorldOptions['fault']>): NonNullable<WorldOptions['fault']> {
  let seen = 0;
  return async (c, next) => {
    if (!isContinuation(c.req.method, c.req.path)) return next();
    seen += 1;
    if (seen !== 2) return next();
    return strike(c, next);
  };
}

describe('an order of more than 1,000 positions', () => {
  it('is one order: its beginning is sent, the rest is added a thousand at a time, and all of it is proven', async () => {
    const world = await start();
    const made = await world.moysklad.makeOrder(long, firstTry);
    expect(world.articles()).toEqual(everyArticle);
    expect(world.continuations()).toBe(2);
    expect(made).toMatchObject({ number: '00001', found: false });
    expect(made.sums).toBeUndefined();
    const found = await world.moysklad.makeOrder(long, again);
    expect(found).toMatchObject({ key: made.key, found: true });
    expect(world.continuations()).toBe(2);
  });

  it.each([
    ['came through, but whose answer was lost', async (_: unknown, next: () => Promise<void>) => next()],
    ['never came through', async () => undefined],
  ])('whose continuation %s is looked at, and gets exactly what it lacks', async (_what, first) => {
    const world = await start(
      atSecond(async (c, next) => {
        await first(c, next);
        answerInstead(c, new Response('<html>502</html>', { status: 502 }));
      }),
    );
    const lost = await failureOf(world.moysklad.makeOrder(long, firstTry));
    expect([lost.outcome, lost.mayExist]).toEqual(['unknown', true]);
    expect(await world.moysklad.makeOrder(long, again)).toMatchObject({ found: true });
    expect(world.articles()).toEqual(everyArticle);
  });

  it.each([
    [429, 'not-now', { errors: [{ error: 'Превышено ограничение', code: 1049 }] }],
    [412, 'refused', { errors: [{ error: 'Закрытый период', code: 17009 }] }],
  ])('whose continuation gets %i (%s) is told to stand already', async (status, outcome, body) => {
    const world = await start(
      atSecond(async (c) => {
        answerInstead(c, Response.json(body, { status, headers: { 'X-Lognex-Retry-After': '1' } }));
      }),
    );
    const failure = await failureOf(world.moysklad.makeOrder(long, firstTry));
    expect([failure.outcome, failure.mayExist]).toEqual([outcome, true]);
    expect(await world.moysklad.makeOrder(long, again)).toMatchObject({ found: true });
    expect(world.articles()).toEqual(everyArticle);
  });

  it('to which somebody has added is left as it is, and a person is told', async () => {
    const world = await start();
    const { key } = await world.moysklad.makeOrder(long, firstTry);
    const path = `/entity/customerorder/${key}/positions`;
    const [position] = (await world.call('GET', `${path}?limit=1`)).body.rows;
    await world.call('POST', path, { quantity: 7, price: 1, assortment: { meta: position.assortment.meta } });
    const failure = await failureOf(world.moysklad.makeOrder(long, again));
    expect([failure.outcome, failure.code, failure.mayExist]).toEqual(['refused', 'moysklad-document-differs', true]);
    expect(failure.message).toContain('лишние позиции');
    expect(world.articles()).toHaveLength(LINES + 1);
  });
});

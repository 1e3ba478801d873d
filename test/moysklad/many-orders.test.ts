import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { OutcomeError } from '../../src/shared/errors/outcome.ts';
import type { OrderCommand } from '../../src/shared/moysklad/moysklad.ts';
import { closeAfterEach } from '../support/closing.ts';
import { answerInstead, command, failureOf, item, line, startWorld, type WorldOptions } from './world.ts';

const closing = closeAfterEach();
const start = async (options?: WorldOptions) => {
  const world = await startWorld(options);
  closing(world.stop);
  return world;
};

const key = (number: number) => `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`;
const commandOf = (article: string, number: number): OrderCommand =>
  command([line(article)], { key: key(number), outboxId: `outbox-${number}` });
const commandsOf = (articles: string[]) => articles.map(commandOf);
const told = (results: Awaited<ReturnType<Awaited<ReturnType<typeof startWorld>>['moysklad']['makeOrders']>>) =>
  results.map((result) => (result instanceof OutcomeError ? `${result.outcome} ${result.code}` : 'made'));

const many = Array.from({ length: 600 }, (_, index) => `A-${index + 1}`);

describe('many orders in one request', () => {
  it('600 of them take fewer than 20 requests, and each is its own order', async () => {
    const items = many.map((article, index) =>
      item(article, { moysklad: { matches: 1, as: index % 4 === 0 ? 'variant' : 'product' } }),
    );
    const world = await start({ items });
    const results = await world.moysklad.makeOrders(commandsOf(many), {});
    expect(told(results).every((one) => one === 'made')).toBe(true);
    const orders = world.sandbox.orders();
    expect(orders).toHaveLength(600);
    expect(new Set(orders.map(({ syncId }) => syncId))).toEqual(new Set(many.map((_, index) => key(index))));
    expect(world.requests.length).toBeLessThan(20);
  });

  it.each([200, 400, 412] as const)(
    'one that is refused keeps no other back, whatever the answer’s status: %i',
    async (bulkStatus) => {
      const world = await start({
        items: many.slice(0, 4).map((article) => item(article)),
        sandbox: { bulkStatus },
      });
      const bad = command([line('A-2')], { key: 'no uuid', outboxId: 'outbox-bad' });
      const results = await world.moysklad.makeOrders([commandOf('A-1', 1), bad, commandOf('A-3', 3)], {});
      expect(told(results)).toEqual(['made', 'refused moysklad-1052', 'made']);
      expect(world.sandbox.orders()).toHaveLength(2);
    },
  );

  it('an article that is missing or doubled refuses its own order only, and is not sent', async () => {
    const items = [item('A-1'), item('A-2', { moysklad: { matches: 2, as: 'product' } }), item('A-3')];
    const world = await start({ items });
    const results = await world.moysklad.makeOrders(commandsOf(['A-1', 'A-2', 'nowhere', 'A-3']), {});
    expect(told(results)).toEqual(['made', 'refused moysklad-item-doubled', 'refused moysklad-item-missing', 'made']);
    expect(world.links.flat().map(({ status }) => status)).toEqual(['found', 'many', 'missing', 'found']);
  });

  it('positions that the answer leaves out are read a hundred orders at a time, and compared', async () => {
    let changed = '';
    const world = await start({
      items: many.slice(0, 250).map((article) => item(article)),
      fault: async (c, next) => {
        await next();
        if (c.req.method !== 'POST') return;
        const bytes = gunzipSync(Buffer.from(await c.res.clone().arrayBuffer()));
        const answer = JSON.parse(bytes.toString()) as { id: string; positions: { rows?: unknown } }[];
        for (const order of answer) delete order.positions.rows;
        changed = answer[7]!.id;
        world.sandbox.byHand(changed, { act: 'edit', quantities: [99] });
        answerInstead(c, new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } }));
      },
    });
    const results = await world.moysklad.makeOrders(commandsOf(many.slice(0, 250)), {});
    expect(told(results).filter((one) => one !== 'made')).toEqual(['refused moysklad-document-differs']);
    expect(results[7]).toMatchObject({ mayExist: true });
    const reads = world.requests.filter(
      ({ method, path }) => method === 'GET' && path.startsWith('/entity/customerorder'),
    );
    expect(reads.length).toBeLessThanOrEqual(5);
  });

  it('a counterparty that was deleted since is looked up again, and the orders go once more', async () => {
    const world = await start();
    await world.moysklad.makeOrders(commandsOf(['A-1']), {});
    const [agent] = world.sandbox.catalogue().counterparties;
    agent!.id = '00000000-0000-4000-8000-00000000dead';
    agent!.meta.href = agent!.meta.href.replace(/[^/]+$/, agent!.id);
    const results = await world.moysklad.makeOrders([commandOf('A-1', 11), commandOf('A-2', 12)], {});
    expect(told(results)).toEqual(['made', 'made']);
  });

  it('an answer that is lost, cut short or HTML leaves all of them unknown; a no to the whole refuses', async () => {
    const answers: [string, () => Response, string][] = [
      ['html', () => new Response('<html></html>', { status: 502 }), 'unknown'],
      ['short', () => new Response('[]', { status: 200, headers: { 'content-type': 'application/json' } }), 'unknown'],
      ['no', () => Response.json({ errors: [{ error: 'Нет', code: 2007 }] }, { status: 413 }), 'refused'],
      ['later', () => Response.json({ errors: [{ error: 'Много', code: 1049 }] }, { status: 429 }), 'not-now'],
    ];
    for (const [, answer, outcome] of answers) {
      const world = await start({
        fault: async (c, next) => {
          await next();
          if (c.req.method === 'POST') answerInstead(c, answer());
        },
      });
      const failure = await failureOf(world.moysklad.makeOrders(commandsOf(['A-1', 'A-2']), {}));
      expect(failure.outcome).toBe(outcome);
    }
  });
});

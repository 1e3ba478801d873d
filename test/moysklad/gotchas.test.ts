import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { OutcomeError } from '../../src/shared/errors/outcome.ts';
import { createMoySklad } from '../../src/shared/moysklad/moysklad.ts';
import { closeAfterEach } from '../support/closing.ts';
import {
  AGENT,
  again,
  answerInstead,
  command,
  failureOf,
  firstTry,
  item,
  KEY,
  line,
  ORGANIZATION,
  startWorld,
  TOKEN,
  type WorldOptions,
} from './world.ts';

const closing = closeAfterEach();
const start = async (options?: WorldOptions) => {
  const world = await startWorld(options);
  closing(world.stop);
  return world;
};
type World = Awaited<ReturnType<typeof start>>;

const make = (world: World, options = firstTry) => world.moysklad.makeOrder(command([line('A-1')]), options);
const codeOf = async (work: Promise<unknown>) => {
  const { outcome, code } = await failureOf(work);
  return `${outcome} ${code}`;
};

/** The check-list of what a stand-in for МойСклад must do: each point switched on, and the hub getting through it. */
const gotchas: Record<number, [name: string, run: () => Promise<void>]> = {
  1: [
    'no gzip, no answer: 415 without a body; Accept is checked where that is switched on',
    async () => {
      const world = await start({ sandbox: { strictAccept: true } });
      const plain = await world.call('GET', '/context/employee', undefined, { 'Accept-Encoding': 'identity' });
      expect([plain.status, plain.raw.length]).toEqual([415, 0]);
      const loose = await world.call('GET', '/context/employee', undefined, { Accept: '*/*' });
      expect([loose.status, loose.body.errors[0].code]).toEqual([400, 1062]);
      await make(world);
      expect(world.sandbox.orders()).toHaveLength(1);
    },
  ],
  2: [
    'a new token revokes those before it: the hub asks for none, says 1056 in words, and does not hammer',
    async () => {
      const world = await start();
      const basic = { Authorization: `Basic ${Buffer.from('admin@sandbox:sandbox').toString('base64')}` };
      const { body } = await world.call('POST', '/security/token', undefined, basic);
      expect(body.access_token).not.toBe(TOKEN);
      expect(await codeOf(make(world))).toBe('not-now moysklad-credentials');
      const asked = world.sandbox.stats().rejectedAuth;
      expect(await codeOf(make(world))).toBe('not-now moysklad-credentials');
      expect(world.sandbox.stats().rejectedAuth).toBe(asked);
      // The one that this test asked for.
      expect(world.requests.filter(({ path }) => path === '/security/token')).toHaveLength(1);
      const renewed = createMoySklad(
        { url: world.url, token: body.access_token, organization: ORGANIZATION, agent: AGENT, matchBy: 'article' },
        { budget: world.budget, log: world.log, clock: world.clock },
      );
      closing(() => renewed.close());
      await renewed.ping();
    },
  ],
  3: [
    'a basket by weight, stock reports for 5, five at once: five headers in milliseconds, 1049 and 1073 told apart',
    async () => {
      const world = await start({ sandbox: { basket: 11, weight: 3, now: () => 1_000_000 } });
      const first = await world.call('GET', '/report/stock/all');
      expect(first.headers).toMatchObject({
        'x-ratelimit-limit': '11',
        'x-ratelimit-remaining': '6',
        'x-lognex-retry-timeinterval': '3000',
        'x-lognex-reset': '0',
        'x-lognex-retry-after': '0',
      });
      await world.call('GET', '/report/stock/all/current');
      const last = await world.call('GET', '/context/employee');
      expect([last.headers['x-ratelimit-remaining'], last.headers['x-lognex-retry-after']]).toEqual(['0', '3000']);
      const failure = await failureOf(world.moysklad.ping());
      expect([failure.code, failure.retryAfterMs]).toEqual(['moysklad-rate', 3000]);

      const crowded = await start({ sandbox: { maxParallel: 0 } });
      const parallel = await failureOf(crowded.moysklad.ping());
      expect([parallel.code, parallel.retryAfterMs]).toEqual(['moysklad-parallel', 1000]);
    },
  ],
  4: [
    'the same syncId brings back the first order, unchanged; neither its filter nor its path is needed',
    async () => {
      const world = await start({ sandbox: { syncIdFilter: 'unknown-field', syncIdPath: '404' } });
      const made = await make(world);
      const repeated = await make(world);
      const found = await make(world, again);
      expect([repeated.key, found.key, found.found]).toEqual([made.key, made.key, true]);
      expect(world.sandbox.orders()).toHaveLength(1);
      expect((await world.call('GET', `/entity/customerorder?filter=syncId=${KEY}`)).body.errors[0].code).toBe(1034);
      expect((await world.call('GET', `/entity/customerorder/syncid/${KEY}`)).status).toBe(404);
      expect(await codeOf(world.moysklad.makeOrder(command([line('A-1')], { key: 'no uuid' }), firstTry))).toBe(
        'refused moysklad-1052',
      );
    },
  ],
  5: [
    'positions: an array even for one, PUT replaces them all, more than 1,000 are 413',
    async () => {
      const world = await start();
      const { key } = await make(world);
      const [position] = (await world.call('GET', `/entity/customerorder/${key}/positions`)).body.rows;
      const one = { quantity: 1, price: 1, assortment: { meta: position.assortment.meta } };
      const added = await world.call('POST', `/entity/customerorder/${key}/positions`, one);
      expect(added.body).toHaveLength(1);
      await world.call('PUT', `/entity/customerorder/${key}`, { positions: [one] });
      // Somebody replaced them: the hub says so, and makes no second order.
      expect(await codeOf(make(world, again))).toBe('refused moysklad-document-differs');
      const many = Array.from({ length: 1001 }, () => one);
      expect((await world.call('PUT', `/entity/customerorder/${key}`, { positions: many })).status).toBe(413);
    },
  ],
  6: [
    'an array’s answer is told element by element, whatever its status',
    async () => {
      for (const bulkStatus of [200, 400, 412] as const) {
        const world = await start({ sandbox: { bulkStatus } });
        const bad = command([line('A-2')], { key: 'no uuid', outboxId: 'bad' });
        const results = await world.moysklad.makeOrders([command([line('A-1')]), bad], {});
        expect(results.map((one) => one instanceof OutcomeError)).toEqual([false, true]);
        expect(world.sandbox.orders()).toHaveLength(1);
      }
    },
  ],
  7: [
    'moments to the minute, milliseconds in answers, empty fields absent, read-only ones ignored',
    async () => {
      const now = Date.parse('2026-11-23T10:20:30.456+03:00');
      const world = await start({ sandbox: { now: () => now } });
      const { key } = await make(world);
      const { body } = await world.call('PUT', `/entity/customerorder/${key}`, { sum: 1, shippedSum: 5 });
      expect(body).toMatchObject({
        moment: '2026-11-23 10:20:00.000',
        updated: '2026-11-23 10:20:30.456',
        sum: 25_900,
      });
      expect('state' in body || 'store' in body || 'code' in body).toBe(false);
      expect((await make(world, again)).found).toBe(true);
    },
  ],
  8: [
    'each refusal is told in its own words, and by what cures it',
    async () => {
      const attributes = [{ name: 'Ссылка', type: 'string' as const, required: true }];
      const bare = await start({ sandbox: { attributes } });
      const failure = await failureOf(make(bare));
      expect([failure.outcome, failure.code]).toEqual(['not-now', 'moysklad-configuration']);
      expect(failure.message).toMatch(/обязательны поля «Ссылка».*MOYSKLAD_ATTRIBUTES="Ссылка=значение"/);
      expect(bare.requests.every(({ method }) => method === 'GET')).toBe(true);
      const filled = await start({
        sandbox: { attributes },
        config: { attributes: [{ name: 'Ссылка', value: 'хаб' }] },
      });
      await make(filled);
      expect(filled.sandbox.orders()[0]).toMatchObject({ attributes: [{ name: 'Ссылка', value: 'хаб' }] });

      const direct = await start({ sandbox: { numbersUnique: true, attributes } });
      const organization = (await direct.call('GET', '/entity/organization')).body.rows[0].meta;
      const agent = (await direct.call('GET', '/entity/counterparty')).body.rows[0].meta;
      const field = (await direct.call('GET', '/entity/customerorder/metadata/attributes')).body.rows[0].meta;
      const body = {
        organization: { meta: organization },
        agent: { meta: agent },
        attributes: [{ meta: field, value: 'x' }],
      };
      const refusal = async (more: object) => {
        const answer = await direct.call('POST', '/entity/customerorder', { ...body, ...more });
        return answer.body.errors?.[0].code ?? answer.status;
      };
      const product = (await direct.call('GET', '/entity/product')).body.rows[0].meta;
      const position = { quantity: 1, assortment: { meta: product } };
      const gone = { meta: { ...agent, href: agent.href.replace(/[^/]+$/, '00000000-0000-4000-8000-00000000dead') } };
      const stranger = { meta: { ...agent, href: agent.href.replace('api.moysklad.ru', 'example.com') } };
      expect(await refusal({ attributes: [] })).toBe(3000);
      expect(await refusal({ name: '7' })).toBe(200);
      expect(await refusal({ name: '7' })).toBe(3006);
      expect(await refusal({ agent: gone })).toBe(1021);
      expect(await refusal({ agent: stranger })).toBe(1059);
      expect(await refusal({ description: 5 })).toBe(2016);
      expect(await refusal({ positions: [{ ...position, reserve: 2 }] })).toBe(17_003);
      expect((await direct.call('POST', '/entity/customerorder', [[body]])).body.errors[0].code).toBe(2004);

      const closed = await start({ sandbox: { closedUntil: '2999-01-01 00:00:00.000' } });
      expect(await codeOf(make(closed))).toBe('refused moysklad-17009');
      const busy = await start({ sandbox: { changedMeanwhile: 1 } });
      expect(await codeOf(make(busy))).toBe('retry moysklad-1065');
      await make(busy, again);
      expect(busy.sandbox.orders()).toHaveLength(1);
    },
  ],
  9: [
    'an answer lost, cut or HTML after the order was made: unknown, and found again; 308 for an id from the address bar',
    async () => {
      for (const kind of ['html', 'hang'] as const) {
        let fired = 0;
        const world = await start({
          config: { writeTimeoutMs: 100 },
          fault: async (c, next) => {
            await next();
            if (c.req.method !== 'POST' || fired > 0) return;
            fired += 1;
            if (kind === 'html') answerInstead(c, new Response('<html>502</html>', { status: 502 }));
            // As long an answer as МойСклад may take; the hub's patience is cut short here.
            if (kind === 'hang') await new Promise((resolve) => setTimeout(resolve, 300));
          },
        });
        expect((await failureOf(make(world))).outcome).toBe('unknown');
        expect((await make(world, again)).found).toBe(true);
        expect([fired, world.sandbox.orders().length]).toEqual([1, 1]);
      }
      const world = await start();
      const product = world.sandbox.catalogue().products[0]!;
      const { uiIdOf } = await import('../../sandbox/moysklad/catalogue.ts');
      const moved = await world.call('GET', `/entity/product/${uiIdOf(product)}`);
      expect([moved.status, moved.raw.length, moved.headers.location]).toEqual([
        308,
        0,
        `https://api.moysklad.ru/api/remap/1.2/entity/product/${product.id}`,
      ]);
    },
  ],
  10: [
    'webhooks: 1.5 s, four tries without a pause under one requestId, then dropped; the order does not wait for them',
    async () => {
      const seen: string[] = [];
      const server = createServer((request, response) => {
        seen.push(new URL(request.url!, 'http://x').searchParams.get('requestId')!);
        response.writeHead(request.url!.startsWith('/good') ? 204 : 500).end();
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      closing(() => server.close());
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const world = await start({ sandbox: { webhookMs: 500 } });
      for (const url of [`${base}/bad`, `${base}/good`]) {
        await world.call('POST', '/entity/webhook', { url, action: 'CREATE', entityType: 'customerorder' });
      }
      await make(world);
      const [bad, good] = await world.sandbox.deliveries();
      expect(bad).toMatchObject({ tries: [500, 500, 500, 500], delivered: false });
      expect(good).toMatchObject({ tries: [204], delivered: true });
      expect(seen.filter((id) => id === bad!.requestId)).toHaveLength(4);

      const { body: order } = await world.call('GET', '/entity/customerorder');
      const { organization, agent } = order.rows[0];
      const quiet = { 'X-Lognex-WebHook-DisableByPrefix': base };
      expect((await world.call('POST', '/entity/customerorder', { organization, agent }, quiet)).status).toBe(200);
      expect(await world.sandbox.deliveries()).toHaveLength(2);
    },
  ],
  11: [
    'prices raised to the account’s minimum without a word: the order stands, and both sums are told',
    async () => {
      const world = await start({ sandbox: { minPriceKopecks: 20_000 } });
      const made = await make(world);
      expect(made.sums).toEqual({ meant: 25_900, stored: 40_000 });
      const [many] = await world.moysklad.makeOrders([command([line('A-2')], { key: crypto.randomUUID() })], {});
      expect(many).toMatchObject({ sums: { meant: 25_900, stored: 40_000 } });
    },
  ],
};

const walked = new Set<number>();
describe('what МойСклад does that one would not expect', () => {
  it.each(Object.entries(gotchas).map(([number, [name, run]]) => [Number(number), name, run] as const))(
    '%i: %s',
    async (number, _name, run) => {
      await run();
      walked.add(number);
    },
  );

  afterAll(() => {
    expect([...walked]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

describe('an order’s body', () => {
  it('carries the VAT of its goods, the variant’s from its product, or none where that is wished', async () => {
    const items = [item('A-1'), item('V-2', { moysklad: { matches: 1, as: 'variant' } })];
    const world = await start({ items });
    const { key } = await world.moysklad.makeOrder(command([line('A-1'), line('V-2')]), firstTry);
    const { rows } = (await world.call('GET', `/entity/customerorder/${key}/positions`)).body;
    expect(rows.map(({ vat, vatEnabled }: { vat: number; vatEnabled: boolean }) => [vat, vatEnabled])).toEqual([
      [22, true],
      [22, true],
    ]);
    expect(world.sandbox.orders()[0]).toMatchObject({ vatEnabled: true, vatIncluded: true });

    const without = await start({ config: { vat: 'none' } });
    await make(without);
    expect(without.sandbox.orders()[0]).toMatchObject({ vatEnabled: false, vatSum: 0 });
  });

  it('carries custom fields of every kind in the form that their type wants, dictionaries by name', async () => {
    const world = await start({
      sandbox: {
        attributes: [
          { name: 'Источник', type: 'customentity', required: true, dictionary: ['Сайт', 'Хаб'] },
          { name: 'Срочно', type: 'boolean' },
          { name: 'Этаж', type: 'long' },
          { name: 'До', type: 'time' },
        ],
      },
      config: {
        attributes: [
          { name: 'Источник', value: 'Хаб' },
          { name: 'Срочно', value: 'да' },
          { name: 'Этаж', value: '3' },
          { name: 'До', value: '2026-12-01' },
        ],
      },
    });
    await make(world);
    expect(world.sandbox.orders()[0]).toMatchObject({
      attributes: [
        { name: 'Источник', value: { meta: { type: 'customentity' } } },
        { value: true },
        { value: 3 },
        { value: '2026-12-01 00:00:00' },
      ],
    });
  });

  it.each([
    ['Этаж', 'три', /Значение «три» не подходит полю «Этаж» \(тип long\).*целое число/],
    ['Этажи', '3', /нет поля «Этажи».*Есть: «Этаж», «Источник»/],
    ['Источник', 'Почта', /Значение «Почта» не подходит полю «Источник».*имя из справочника/],
  ])('is not sent while a custom field is set wrongly: %s=%s', async (name, value, message) => {
    const world = await start({
      sandbox: {
        attributes: [
          { name: 'Этаж', type: 'long' },
          { name: 'Источник', type: 'customentity', dictionary: ['Хаб'] },
        ],
      },
      config: { attributes: [{ name, value }] },
    });
    const failure = await failureOf(make(world));
    expect([failure.outcome, failure.code]).toEqual(['not-now', 'moysklad-configuration']);
    expect(failure.message).toMatch(message);
  });
});

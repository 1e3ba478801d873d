import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMoySkladSandbox, type MoySkladSandboxOptions } from '../../sandbox/moysklad/moysklad.ts';
import { BASE, dataset, item, ref, serveApi, TOKEN } from './moysklad-world.ts';

const ITEMS = [
  item('A-1'),
  item('A-2', { moysklad: { matches: 2, as: 'product' } }),
  item('A-3', { moysklad: { matches: 0, as: 'product' } }),
  item('V-4', { moysklad: { matches: 1, as: 'variant' } }),
  item('X;5'),
];
const SYNC_ID = '3f0c7d0e-6b0e-5c64-9d7d-2f5b9a1c0e77';

let closing: (() => Promise<void>)[] = [];
let sandbox: ReturnType<typeof createMoySkladSandbox>;
let api: Awaited<ReturnType<typeof serveApi>>;

async function start(options: Partial<MoySkladSandboxOptions> = {}) {
  sandbox = createMoySkladSandbox({ dataset: dataset(ITEMS), token: TOKEN, basket: 10_000, ...options });
  api = await serveApi(sandbox.app);
  closing.push(api.close);
}

async function parties() {
  const [organizations, agents] = [await api.get('/entity/organization'), await api.get('/entity/counterparty')];
  return {
    organization: { meta: organizations.body.rows[0].meta },
    agent: { meta: agents.body.rows[0].meta },
  };
}

async function productOf(article: string) {
  const found = await api.get(`/entity/product?filter=${encodeURIComponent(`article=${article}`)}`);
  return { meta: found.body.rows[0].meta };
}

beforeEach(async () => start());
afterEach(async () => {
  await Promise.all(closing.map((close) => close()));
  closing = [];
});

describe('the door', () => {
  it('answers 415 with an empty body to a client that does not take gzip', async () => {
    const answer = await api.get('/context/employee', { 'Accept-Encoding': 'identity' });
    expect([answer.status, answer.raw.length]).toEqual([415, 0]);
  });

  it('compresses what it answers', async () => {
    const answer = await api.get('/context/employee');
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.body.name).toBe('Администратор');
  });

  it('takes Bearer and Basic, and refuses anything else with 401 and code 1056', async () => {
    const basic = `Basic ${Buffer.from('admin@sandbox:sandbox').toString('base64')}`;
    expect((await api.get('/context/employee', { Authorization: basic })).status).toBe(200);
    const refused = await api.get('/context/employee', { Authorization: 'Bearer wrong' });
    expect([refused.status, refused.body.errors[0].code]).toEqual([401, 1056]);
    expect(refused.body.errors[0].moreInfo).toBe('https://dev.moysklad.ru/doc/api/remap/1.2/#error_1056');
  });

  it('answers 414 where URL and headers pass 8 KB', async () => {
    expect((await api.get(`/entity/product?filter=article=${'x'.repeat(8150)}`)).status).toBe(414);
  });

  it('names an unknown type with 412 and code 1005', async () => {
    const answer = await api.get('/entity/unheard');
    expect([answer.status, answer.body.errors[0].code]).toEqual([412, 1005]);
  });
});

describe('the basket of units', () => {
  it('refuses with 429, 1049 and milliseconds in five headers once the window is full, and admits again when it has slid', async () => {
    let now = 1_000_000;
    await start({ now: () => now, weight: 3, basket: 45 });
    for (let index = 0; index < 15; index += 1) {
      const answer = await api.get('/context/employee');
      expect([answer.status, answer.headers['x-ratelimit-remaining']]).toEqual([200, String(42 - index * 3)]);
      now += 100;
    }
    const full = await api.get('/context/employee');
    expect([full.status, full.body.errors[0].code, full.headers['x-lognex-auth']]).toEqual([429, 1049, '429002']);
    expect(full.headers).toMatchObject({
      'x-ratelimit-limit': '45',
      'x-ratelimit-remaining': '0',
      'x-lognex-retry-timeinterval': '3000',
      'x-lognex-reset': '1500',
      'x-lognex-retry-after': '1500',
    });
    now += 1499;
    expect((await api.get('/context/employee')).status).toBe(429);
    now += 1;
    expect((await api.get('/context/employee')).status).toBe(200);
    expect((await api.get('/context/employee')).status).toBe(429);
    expect(sandbox.stats()).toMatchObject({ requests: 19, rejected429: 3 });
  });

  it('refuses the sixth parallel request with 1073', async () => {
    let open = () => {};
    const held = new Promise<void>((resolve) => {
      open = resolve;
    });
    let admitted = 0;
    let full = () => {};
    const five = new Promise<void>((resolve) => {
      full = resolve;
    });
    await start({
      work: () => {
        admitted += 1;
        if (admitted === 5) full();
        return held;
      },
    });
    const waiting = Array.from({ length: 5 }, () => api.get('/context/employee'));
    await five;
    const sixth = await api.get('/context/employee');
    expect([sixth.status, sixth.body.errors[0].code, sixth.headers['x-lognex-auth']]).toEqual([429, 1073, '429005']);
    open();
    expect((await Promise.all(waiting)).map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect(sandbox.stats().maxInFlight).toBe(5);
  });

  it('switches the access off after more than 200 answers 429 within a minute, until reset', async () => {
    let now = 1_000_000;
    await start({ now: () => now, basket: 1 });
    for (let index = 0; index < 202; index += 1) await api.get('/context/employee');
    now += 3_600_000;
    expect((await api.get('/context/employee')).status).toBe(403);
    sandbox.reset(dataset(ITEMS));
    expect((await api.get('/context/employee')).status).toBe(200);
  });
});

describe('look-ups', () => {
  const found = async (type: string, filter: string, more = '') =>
    (await api.get(`/entity/${type}?filter=${encodeURIComponent(filter)}${more}`)).body;

  it('takes repeated fields as alternatives and an escaped semicolon as part of the value', async () => {
    expect((await found('product', 'article=A-1;article=A-2')).meta.size).toBe(3);
    expect((await found('product', 'article=X\\;5')).rows[0].article).toBe('X;5');
    expect((await found('product', 'article=A-3')).rows).toEqual([]);
    expect((await found('product', 'article~a-')).meta.size).toBe(3);
  });

  it('finds a variant by its own article, and expands its product only with limit up to 100', async () => {
    const plain = await found('variant', 'article=V-4', '&expand=product');
    expect(Object.keys(plain.rows[0].product)).toEqual(['meta']);
    const expanded = await found('variant', 'article=V-4', '&expand=product&limit=100');
    expect(expanded.rows[0].product.salePrices[0].value).toBe(12_950);
    expect((await found('product', 'article=V-4')).rows).toEqual([]);
  });

  it('hides archived goods unless the filter speaks of them', async () => {
    sandbox.catalogue().products.find((product) => product.article === 'A-1')!.archived = true;
    expect((await found('product', 'article=A-1')).rows).toEqual([]);
    expect((await found('product', 'article=A-1;archived=true;archived=false')).meta.size).toBe(1);
  });

  it('pages with meta.size and nextHref on the canonical host', async () => {
    const page = await api.get('/entity/product?limit=2');
    expect([page.body.meta.size, page.body.rows.length]).toEqual([5, 2]);
    expect(page.body.meta.nextHref).toBe(`${BASE}/entity/product?limit=2&offset=2`);
    expect((await api.get('/entity/product?limit=2&offset=4')).body.meta.nextHref).toBeUndefined();
  });

  it('refuses a field it cannot filter by with 412 and 1034', async () => {
    const answer = await api.get('/entity/product?filter=colour=red');
    expect([answer.status, answer.body.errors[0].code]).toEqual([412, 1034]);
  });

  it('shows states in the metadata and price types in the settings', async () => {
    const metadata = await api.get('/entity/customerorder/metadata');
    expect(metadata.body.states.map((state: { name: string }) => state.name)).toContain('Подтвержден');
    expect((await api.get('/context/companysettings/pricetype')).body[0].name).toBe('Цена продажи');
    expect((await api.get('/context/companysettings')).body.priceTypes).toHaveLength(2);
  });
});

describe('creating an order', () => {
  it('answers 200 with number, sum in kopecks and, when asked, the positions', async () => {
    const body = {
      ...(await parties()),
      positions: [{ assortment: await productOf('A-1'), quantity: 2.5, price: 1000 }],
    };
    const answer = await api.call('POST', '/entity/customerorder?expand=positions', body);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ name: '00001', sum: 2500, applicable: true, syncId: answer.body.id });
    expect(answer.body.positions.rows[0]).toMatchObject({ quantity: 2.5, price: 1000 });
    expect(answer.body.meta.href).toBe(`${BASE}/entity/customerorder/${answer.body.id}`);
    expect(answer.body.positions.rows[0].assortment.meta.href.startsWith(`${BASE}/entity/product/`)).toBe(true);
  });

  it('gives the stored order back, unchanged, to a repeated syncId', async () => {
    const body = { ...(await parties()), syncId: SYNC_ID, description: 'first' };
    const first = await api.call('POST', '/entity/customerorder', body);
    const second = await api.call('POST', '/entity/customerorder', { ...body, description: 'second' });
    expect([second.status, second.body]).toEqual([200, first.body]);
    expect(sandbox.orders()).toHaveLength(1);
    expect((await api.get(`/entity/customerorder/syncid/${SYNC_ID}`)).body.id).toBe(first.body.id);
  });

  it('cuts moment to the minute and ignores read-only fields', async () => {
    const body = { ...(await parties()), moment: '2026-11-23 14:05:59', sum: 999, id: 'mine' };
    const answer = await api.call('POST', '/entity/customerorder', body);
    expect(answer.body).toMatchObject({ moment: '2026-11-23 14:05:00.000', sum: 0 });
    expect(answer.body.id).not.toBe('mine');
  });

  it.each([
    ['no organization', { organization: undefined }, 412, 3000, 'organization'],
    ['no agent', { agent: undefined }, 412, 3000, 'agent'],
    ['a syncId that is no UUID', { syncId: 'order-1' }, 412, 1052, 'syncId'],
    ['a foreign host', { agent: { meta: { href: 'http://127.0.0.1/entity/counterparty/1' } } }, 400, 1059, undefined],
    [
      'a reference to nothing',
      { store: ref('/entity/store/00000000-0000-4000-8000-000000000000') },
      404,
      1021,
      undefined,
    ],
    ['a reference of another type', { store: ref('/entity/product/1') }, 400, 2024, 'store'],
    ['a number as a name', { name: 7 }, 400, 2016, 'name'],
    ['a word as a date', { moment: 'tomorrow' }, 400, 2016, 'moment'],
    ['too long a comment', { description: 'x'.repeat(4097) }, 412, 3040, 'description'],
    ['nested arrays', { positions: [[]] }, 400, 2004, undefined],
  ])('refuses %s', async (_what, change, status, code, parameter) => {
    const answer = await api.call('POST', '/entity/customerorder', { ...(await parties()), ...change });
    expect([answer.status, answer.body.errors[0].code, answer.body.errors[0].parameter]).toEqual([
      status,
      code,
      parameter,
    ]);
    expect(sandbox.orders()).toEqual([]);
  });

  it('refuses a quantity of nothing with 3003 and more than 1000 positions with 413', async () => {
    const assortment = await productOf('A-1');
    const post = async (positions: unknown[]) =>
      api.call('POST', '/entity/customerorder', { ...(await parties()), positions });
    const zero = await post([{ assortment, quantity: 0.00001 }]);
    expect([zero.status, zero.body.errors[0].code]).toEqual([412, 3003]);
    const many = await post(Array.from({ length: 1001 }, () => ({ assortment, quantity: 1 })));
    expect([many.status, many.body.errors[0].code]).toEqual([413, 2007]);
  });

  it('refuses a body that is not JSON, or is not called so', async () => {
    expect((await api.call('POST', '/entity/customerorder', '{')).body.errors[0].code).toBe(2001);
    const plain = await api.call('POST', '/entity/customerorder', '{}', { 'Content-Type': 'text/plain' });
    expect(plain.body.errors[0].code).toBe(1037);
  });

  it('saves the good elements of an array and shows the errors of the bad ones in their places', async () => {
    const good = await parties();
    const answer = await api.call('POST', '/entity/customerorder', [
      { ...good, name: 'one' },
      { agent: good.agent },
      good,
    ]);
    expect(answer.status).toBe(400);
    expect(answer.body.map((element: { errors?: unknown }) => element.errors !== undefined)).toEqual([
      false,
      true,
      false,
    ]);
    expect(answer.body[1].errors[0].parameter).toBe('organization');
    expect(sandbox.orders()).toHaveLength(2);
  });

  it('refuses a taken number with 3006 only where the account demands unique ones', async () => {
    const body = { ...(await parties()), name: 'HUB-1' };
    await api.call('POST', '/entity/customerorder', body);
    expect((await api.call('POST', '/entity/customerorder', body)).status).toBe(200);
    await start({ numbersUnique: true });
    await api.call('POST', '/entity/customerorder', body);
    const second = await api.call('POST', '/entity/customerorder', body);
    expect([second.status, second.body.errors[0].code, second.body.errors[0].parameter]).toEqual([412, 3006, 'name']);
  });
});

describe('an order that exists', () => {
  const make = async (more: object = {}) =>
    (await api.call('POST', '/entity/customerorder', { ...(await parties()), externalCode: 'hub:1', ...more })).body;

  it('is changed field by field, but given positions replace all', async () => {
    const assortment = await productOf('A-1');
    const order = await make({ description: 'kept', positions: [{ assortment, quantity: 1 }] });
    const path = `/entity/customerorder/${order.id}`;
    await api.call('PUT', path, {
      code: 'c',
      positions: [
        { assortment, quantity: 2 },
        { assortment, quantity: 3 },
      ],
    });
    const now = (await api.get(`${path}?expand=positions`)).body;
    expect([now.description, now.code, now.positions.meta.size]).toEqual(['kept', 'c', 2]);
    const refused = await api.call('PUT', path, { syncId: SYNC_ID });
    expect(refused.body.errors[0].code).toBe(1047);
  });

  it('answers an array to a posted position', async () => {
    const order = await make();
    const path = `/entity/customerorder/${order.id}/positions`;
    const added = await api.call('POST', path, { assortment: await productOf('A-1'), quantity: 4 });
    expect(added.body).toHaveLength(1);
    expect((await api.get(path)).body.rows[0].quantity).toBe(4);
  });

  it('is hidden in the basket unless isDeleted is asked for, and gone after DELETE', async () => {
    const order = await make();
    const size = async (filter: string) =>
      (await api.get(`/entity/customerorder?filter=${encodeURIComponent(filter)}`)).body.meta.size;
    expect(await size('externalCode=hub:1')).toBe(1);
    await api.call('POST', `/entity/customerorder/${order.id}/trash`);
    expect(await size('externalCode=hub:1')).toBe(0);
    expect(await size('externalCode=hub:1;isDeleted=true;isDeleted=false')).toBe(1);
    expect((await api.call('DELETE', `/entity/customerorder/${order.id}`)).status).toBe(200);
    expect(await size('externalCode=hub:1;isDeleted=true;isDeleted=false')).toBe(0);
    const again = await api.call('DELETE', `/entity/customerorder/${order.id}`);
    expect([again.status, again.raw.length]).toEqual([404, 0]);
  });

  it('is found by syncId, or that filter is unknown, as the account goes', async () => {
    await make({ syncId: SYNC_ID });
    expect((await api.get(`/entity/customerorder?filter=syncId=${SYNC_ID}`)).body.meta.size).toBe(1);
    await start({ syncIdFilter: 'unknown-field', syncIdPath: '404' });
    await make({ syncId: SYNC_ID });
    expect((await api.get(`/entity/customerorder?filter=syncId=${SYNC_ID}`)).body.errors[0].code).toBe(1034);
    expect((await api.get(`/entity/customerorder/syncid/${SYNC_ID}`)).status).toBe(404);
  });
});

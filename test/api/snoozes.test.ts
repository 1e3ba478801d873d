import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/shared/outbox/ids.ts';
import { type ApiFixture, bodyOf, checkOf, createApiFixture, json } from './fixture.ts';
import { addDocument, addRun, DONOR, knowWarehouses, SHOP } from './seed.ts';

const PATH = '/api/v1/snoozes';
const ITEM = '33333333-3333-4333-8333-333333333333';
let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
  await knowWarehouses(api.deps.db);
});
afterAll(() => api.close());
beforeEach(() => api.deps.db.prisma.snooze.deleteMany());

const post = (body: unknown, path = PATH) => api.app.request(path, json(body));
const make = async (body: object = {}) =>
  bodyOf(
    await post({ warehouse_id: SHOP.name, item_key: ITEM, reason: 'сезон закончился', until: '2999-03-01', ...body }),
  );
const journal = () => api.deps.db.prisma.integrationLog.findMany({ where: { step: 'snooze' }, orderBy: { id: 'asc' } });

describe('POST /api/v1/snoozes', () => {
  it('201: keeps an item on a warehouse, who said so, why and until when, with journal and action in one transaction', async () => {
    const { db } = api.deps;
    const response = await post({
      warehouse_id: ` ${SHOP.name.toUpperCase()} `,
      item_key: ITEM.toUpperCase(),
      reason: ' сезон закончился ',
      until: '2999-03-01',
    });
    expect(response.status).toBe(201);
    const made = await bodyOf(response);
    expect(made).toEqual({
      id: expect.any(String),
      recipient: SHOP,
      item: { key: ITEM, name: null, article: null, characteristic_key: null },
      reason: 'сезон закончился',
      author: 'api',
      until: '2999-03-01',
      created_at: expect.any(String),
      ended_at: null,
      ended_reason: null,
    });
    expect((await bodyOf(await api.app.request(response.headers.get('Location')!))).items).toEqual([made]);
    const [{ same }] = await db.prisma.$queryRaw<[{ same: boolean }]>`
      select s.xmin = l.xmin and s.xmin = a.xmin as same from snoozes s
      join integration_logs l on l.details->>'snooze_id' = s.id::text
      join operator_actions a on a.details->>'snooze_id' = s.id::text and a.action = 'snooze' and a.actor = 'api'
      where s.id = ${made.id}::uuid`;
    expect(same).toBe(true);
    expect((await journal()).at(-1)!.message).toBe(
      `Отложено до 01.03.2999: «${ITEM}» на складе «${SHOP.name}». Причина: «сезон закончился» (api).`,
    );
  });

  it('201: an item by its article, with the name the hub knows; without a day it is an exclusion', async () => {
    const { db } = api.deps;
    const article = `A-${newId().slice(-6)}`;
    await addDocument(db, { runId: await addRun(db), article, itemName: 'Гирлянда' });
    const made = await bodyOf(await post({ article, reason: 'снят с продажи' }));
    expect(made).toMatchObject({ recipient: null, item: { name: 'Гирлянда', article }, until: null });
    expect((await journal()).at(-1)!.message).toBe(
      `Исключено из заказа: «Гирлянда» (${article}) на всех складах. Причина: «снят с продажи» (api).`,
    );
  });

  it('201: a whole warehouse', async () => {
    const made = await bodyOf(await post({ warehouse_id: SHOP.key, reason: 'ремонт' }));
    expect(made).toMatchObject({ recipient: SHOP, item: null });
  });

  it('201: what has run out gives way, though no scan has woken it yet', async () => {
    const { prisma } = api.deps.db;
    const { id } = await make();
    await prisma.snooze.update({ where: { id }, data: { until: new Date('2020-01-01') } });
    expect(await make()).toMatchObject({ ended_at: null });
    expect(await prisma.snooze.findUniqueOrThrow({ where: { id } })).toMatchObject({ endedReason: 'replaced' });
  });

  it('400 and 415: a body that is no JSON', async () => {
    const headers = { 'Content-Type': 'application/json' };
    expect((await api.app.request(PATH, { method: 'POST', body: '{', headers })).status).toBe(400);
    expect((await api.app.request(PATH, { method: 'POST', body: 'x=1' })).status).toBe(415);
  });

  it('401: without the token', async () => {
    const closed = api.appWith({
      config: { ...api.deps.config, admin: { ...api.deps.config.admin, token: 'secret' } },
    });
    expect((await closed.request(PATH, json({}))).status).toBe(401);
  });

  it('409: the same place twice, however many ask at once; another place is free', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => post({ item_key: ITEM, reason: 'раз' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const refusal = await bodyOf(answers.find(({ status }) => status === 409)!);
    expect(refusal).toMatchObject({ code: 'already-snoozed', detail: expect.stringContaining(ITEM) });
    expect(refusal.snooze.reason).toBe('раз');
    expect(await make()).toMatchObject({ recipient: SHOP });
    expect(await api.deps.db.prisma.snooze.count()).toBe(2);
  });

  it.each([
    ['nothing to leave out', { reason: 'так' }, 'warehouse_id'],
    ['no reason', { item_key: ITEM }, 'reason'],
    ['a blank reason', { item_key: ITEM, reason: ' ' }, 'reason'],
    ['key and article at once', { item_key: ITEM, article: 'A', reason: 'так' }, 'article'],
    [
      'a characteristic of no item',
      { warehouse_id: SHOP.key, characteristic_key: ITEM, reason: 'так' },
      'characteristic_key',
    ],
    ['a key that is none', { item_key: '1', reason: 'так' }, 'item_key'],
    ['a day that is none', { item_key: ITEM, reason: 'так', until: '2027-02-30' }, 'until'],
    ['a day that has come', { item_key: ITEM, reason: 'так', until: '2020-01-01' }, 'until'],
    ['an article nobody knows', { article: 'НЕТ-ТАКОГО', reason: 'так' }, 'article'],
    ['a warehouse that is not there', { warehouse_id: 'Луна', reason: 'так' }, 'warehouse_id'],
    ['a donor', { warehouse_id: DONOR.name, reason: 'так' }, 'warehouse_id'],
    ['a field that is not there', { item_key: ITEM, reason: 'так', untill: '2999-01-01' }, 'untill'],
  ])('422: %s', async (_, body, name) => {
    const response = await post(body);
    expect(response.status).toBe(422);
    const problem = await bodyOf(response);
    expect(problem.errors.map((error: { name: string }) => error.name)).toContain(name);
    expect(problem.detail).toMatch(/[а-я]/);
    expect(await api.deps.db.prisma.snooze.count()).toBe(0);
  });

  it('422: an article that two items have', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    await addDocument(db, { runId, article: 'ДВА' });
    await addDocument(db, { runId, article: 'ДВА' });
    expect(await bodyOf(await post({ article: 'ДВА', reason: 'так' }))).toMatchObject({ code: 'ambiguous-article' });
  });

  it('503: a warehouse that the hub does not know while 1C is silent', async () => {
    const onec = {
      listWarehouses: () => Promise.reject(new Error('ECONNREFUSED')),
      check: () => checkOf('1c', async () => undefined),
    };
    const response = await api.appWith({ onec }).request(PATH, json({ warehouse_id: 'Новый', reason: 'так' }));
    expect(response.status).toBe(503);
    expect(await bodyOf(response)).toMatchObject({ code: 'warehouse-unchecked' });
  });
});

describe('POST /api/v1/snoozes/{id}/end', () => {
  it('200: ends it now, and says so once', async () => {
    const { id } = await make();
    const before = (await journal()).length;
    const response = await post({}, `${PATH}/${id}/end`);
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toMatchObject({ id, ended_at: expect.any(String), ended_reason: 'by-hand' });
    const told = (await journal()).slice(before).map(({ message }) => message);
    expect(told).toEqual([`Снова заказывается: «${ITEM}» на складе «${SHOP.name}» (api).`]);
    expect((await make()).ended_at).toBeNull();
  });

  it('409: one that has ended, and the journal says nothing', async () => {
    const { id } = await make();
    await post({}, `${PATH}/${id}/end`);
    const before = (await journal()).length;
    const response = await post({}, `${PATH}/${id}/end`);
    expect(response.status).toBe(409);
    expect(await bodyOf(response)).toMatchObject({ code: 'already-ended', snooze: { id } });
    expect(await journal()).toHaveLength(before);
    const actions = await api.deps.db.prisma.operatorAction.findMany({
      where: { action: 'end-snooze' },
      orderBy: { id: 'desc' },
      take: 2,
    });
    expect(actions.map(({ outcome }) => outcome)).toEqual(['skipped', 'done']);
  });

  it('404 and 422: one that is not there, and what is no id', async () => {
    expect((await post({}, `${PATH}/${ITEM}/end`)).status).toBe(404);
    expect((await post({}, `${PATH}/1/end`)).status).toBe(422);
  });
});

describe('GET /api/v1/snoozes', () => {
  it('200: newest first, by state and by text, page by page', async () => {
    const first = await make();
    const second = await make({ item_key: newId(), reason: 'Ёлки не нужны' });
    const third = await make({ item_key: newId() });
    await post({}, `${PATH}/${first.id}/end`);
    const ids = async (query: Record<string, string>) => {
      const { items } = await bodyOf(await api.app.request(`${PATH}?${new URLSearchParams(query)}`));
      return items.map(({ id }: { id: string }) => id);
    };
    expect(await ids({})).toEqual([third.id, second.id, first.id]);
    expect(await ids({ state: 'active' })).toEqual([third.id, second.id]);
    expect(await ids({ state: 'ended' })).toEqual([first.id]);
    expect(await ids({ q: 'елки' })).toEqual([second.id]);
    expect(await ids({ q: SHOP.name, limit: '1' })).toEqual([third.id]);
    const page = await bodyOf(await api.app.request(`${PATH}?limit=2`));
    expect(await ids({ cursor: page.next_cursor })).toEqual([first.id]);
  });

  it('422: a state that is none', async () => {
    expect((await api.app.request(`${PATH}?state=asleep`)).status).toBe(422);
  });

  it('is described in OpenAPI with every status code', async () => {
    const { paths } = await bodyOf(await api.app.request('/openapi.json'));
    expect(Object.keys(paths['/api/v1/snoozes'].post.responses)).toEqual(
      expect.arrayContaining(['201', '400', '401', '409', '415', '422', '503']),
    );
    expect(Object.keys(paths['/api/v1/snoozes/{id}/end'].post.responses)).toContain('409');
  });
});

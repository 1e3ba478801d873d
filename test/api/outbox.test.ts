import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiFixture, bodyOf, createApiFixture } from './fixture.ts';
import { addDocument, addRun, DONOR, type DocumentSeed, knowWarehouses, SHOP } from './seed.ts';

let api: ApiFixture;
/** The run of documents to search in. */
let searched: string;
beforeAll(async () => {
  api = await createApiFixture();
  await knowWarehouses(api.deps.db);
  searched = await addSearched();
});
afterAll(() => api.close());
const OUTSKIRTS = { key: '55555555-5555-4555-8555-555555555555', name: 'Окраина' };

/** More documents than are read at first for a page of one; what few of them have is in the oldest. */
async function addSearched(): Promise<string> {
  const { db } = api.deps;
  await db.prisma.knownWarehouse.create({ data: { ...OUTSKIRTS, role: 'recipient', seenAt: new Date() } });
  const runId = await addRun(db);
  for (let at = 0; at < 80; at += 1) {
    await addDocument(db, {
      runId,
      status: at % 2 === 0 ? 'pending' : 'cancelled',
      ...(at < 4 ? { article: `СТ-000${at}`, itemName: 'Муфта' } : {}),
      ...(at >= 4 && at < 7 ? { recipient: OUTSKIRTS } : {}),
      ...(at >= 7 && at < 10 ? { itemName: 'Резина' } : {}),
    });
  }
  return runId;
}

const get = async (path: string) => bodyOf(await api.app.request(path));
const post = (path: string) => api.app.request(path, { method: 'POST' });
const statusOf = async (id: string) => (await api.deps.db.prisma.outboxRow.findUniqueOrThrow({ where: { id } })).status;

describe('GET /api/v1/outbox', () => {
  it('finds documents by status, kind, run, cause, article, name, number and key', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    const failed = await addDocument(db, {
      runId,
      status: 'failed',
      errorCode: 'onec-forbidden',
      article: 'ЩИТ-7',
      itemName: 'Щит',
    });
    const made = await addDocument(db, {
      runId,
      kind: 'order',
      status: 'done',
      number: '00-000777',
      itemName: 'Ёлочная гирлянда',
    });
    const other = await addDocument(db, { runId: await addRun(db), status: 'failed', errorCode: 'other' });
    const ids = async (query: Record<string, string>) => {
      const { items } = await get(`/api/v1/outbox?${new URLSearchParams(query)}`);
      return items.map(({ id }: { id: string }) => id);
    };
    expect(await ids({ run_id: runId })).toEqual([made.outboxId, failed.outboxId]);
    expect(await ids({ run_id: runId, status: 'done,cancelled' })).toEqual([made.outboxId]);
    expect(await ids({ kind: 'order' })).toEqual([made.outboxId]);
    expect(await ids({ cause: 'onec-forbidden' })).toEqual([failed.outboxId]);
    expect(await ids({ status: 'failed' })).toEqual([other.outboxId, failed.outboxId]);
    expect(await ids({ q: 'щит-7' })).toEqual([failed.outboxId]);
    expect(await ids({ q: 'елочная' })).toEqual([made.outboxId]);
    expect(await ids({ q: '000777' })).toEqual([made.outboxId]);
    expect(await ids({ q: failed.outboxId.toUpperCase() })).toEqual([failed.outboxId]);
    const [detail] = (await get(`/api/v1/outbox?q=${made.outboxId}`)).items;
    expect(await ids({ q: detail.document_key })).toEqual([made.outboxId]);
    expect(detail).toMatchObject({
      sender: null,
      recipient: SHOP,
      external: { number: '00-000777', url: null },
      error: null,
    });
  });

  it('finds documents by donor and recipient, by key or by present name, also of one state and kind', async () => {
    const { db } = api.deps;
    const far = { key: '33333333-3333-4333-8333-333333333333', name: 'Дальний склад' };
    const shop = { key: '44444444-4444-4444-8444-444444444444', name: 'Магазин Ёлка' };
    await db.prisma.knownWarehouse.createMany({
      data: [
        { ...far, role: 'donor', seenAt: new Date() },
        { ...shop, role: 'recipient', seenAt: new Date() },
      ],
    });
    const runId = await addRun(db);
    const add = async (seed: Partial<DocumentSeed>) => (await addDocument(db, { runId, ...seed })).outboxId;
    const moved = await add({ recipient: shop });
    const ordered = await add({ recipient: shop, kind: 'order', status: 'failed' });
    const renamed = await add({ recipient: { ...shop, name: 'Прежнее имя' }, donor: far, status: 'failed' });
    const elsewhere = await add({ donor: far });
    const ids = async (query: Record<string, string>) => {
      const { items } = await get(`/api/v1/outbox?${new URLSearchParams(query)}`);
      return items.map(({ id }: { id: string }) => id);
    };
    expect(await ids({ recipient: 'магазин елка' })).toEqual([renamed, ordered, moved]);
    expect(await ids({ recipient: shop.key.toUpperCase() })).toEqual([renamed, ordered, moved]);
    expect(await ids({ donor: far.name })).toEqual([elsewhere, renamed]);
    expect(await ids({ donor: far.key, recipient: shop.name })).toEqual([renamed]);
    expect(await ids({ donor: DONOR.key, recipient: shop.key })).toEqual([moved]);
    expect(await ids({ recipient: shop.name, status: 'failed' })).toEqual([renamed, ordered]);
    expect(await ids({ recipient: shop.name, kind: 'order' })).toEqual([ordered]);
    expect(await ids({ donor: far.name, run_id: runId, q: 'кабель' })).toEqual([elsewhere, renamed]);
    expect(await ids({ recipient: shop.name, q: 'дальний' })).toEqual([renamed]);
    expect(await ids({ recipient: 'Магазин' })).toEqual([]);
    expect(await ids({ donor: shop.name })).toEqual([]);
  });

  it.each([
    ['what nearly all have', { q: 'кабель' }, 73],
    ['what few have', { q: 'муфта' }, 4],
    ['an article that is old', { q: 'ст-0001' }, 1],
    ['a warehouse that few are for', { q: 'окраина' }, 3],
    ['what stands in a name here and in an item there', { q: 'ИНА' }, 6],
    ['such a text in one state', { q: 'ина', status: 'cancelled' }, 3],
    ['such a name and a cause', { q: 'окраина', cause: 'none' }, 0],
    ['a recipient', { recipient: 'Окраина' }, 3],
    ['a route', { donor: DONOR.key, recipient: 'Окраина' }, 3],
    ['a state of what one donor gives', { donor: DONOR.key, status: 'cancelled' }, 40],
  ])('shows %s page by page as it does at once', async (_, query, count) => {
    const pages = async (limit: number, cursor?: string): Promise<string[]> => {
      const asked = new URLSearchParams({ ...query, limit: `${limit}`, ...(cursor && { cursor }) });
      const { items, next_cursor: next } = await get(`/api/v1/outbox?${asked}`);
      const here = items.filter((item: { run_id: string }) => item.run_id === searched);
      return [...here.map(({ id }: { id: string }) => id), ...(next === null ? [] : await pages(limit, next))];
    };
    const atOnce = await pages(2_000);
    expect(atOnce).toHaveLength(count);
    expect(atOnce).toEqual(atOnce.toSorted().toReversed());
    expect(await pages(1)).toEqual(atOnce);
  });

  it('pages newest first, each row once, while rows change state and new ones arrive', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    const expected: string[] = [];
    for (let at = 0; at < 5; at += 1) expected.unshift((await addDocument(db, { runId, status: 'held' })).outboxId);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { id: string }[]; next_cursor: string | null } = await get(
        `/api/v1/outbox?run_id=${runId}&limit=2${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
      await post(`/api/v1/outbox/${seen.at(-1)}/approve`);
      await addDocument(db, { runId });
    }
    expect(seen).toEqual(expected);
  });
});

describe('GET /api/v1/outbox/{id}', () => {
  it('gives the row with its lines and its journal, newest entry first', async () => {
    const { db } = api.deps;
    const { outboxId } = await addDocument(db, { runId: await addRun(db), status: 'held', quantity: 0.125 });
    await post(`/api/v1/outbox/${outboxId}/approve`);
    await post(`/api/v1/outbox/${outboxId}/cancel`);
    const row = await get(`/api/v1/outbox/${outboxId}`);
    expect(row).toMatchObject({
      id: outboxId,
      status: 'cancelled',
      lines: [{ line_number: 1, article: 'A-1', quantity: 0.125, closed_reason: 'cancelled' }],
    });
    expect(row.journal.map(({ details }: { details: { action: string } }) => details.action)).toEqual([
      'cancel',
      'approve',
    ]);
  });

  it('answers 404 for a row that is not there', async () => {
    expect((await api.app.request('/api/v1/outbox/00000000-0000-7000-8000-000000000000')).status).toBe(404);
  });
});

describe('POST /api/v1/outbox/{id}/…', () => {
  const from = async (status: 'held' | 'failed' | 'unknown' | 'done') =>
    (await addDocument(api.deps.db, { runId: await addRun(api.deps.db), status })).outboxId;

  it.each([
    ['approve', 'held', 'pending'],
    ['retry', 'failed', 'pending'],
    ['retry', 'unknown', 'pending'],
    ['cancel', 'failed', 'cancelled'],
  ] as const)('%s of a %s row answers 200 and keeps who did it', async (act, before, after) => {
    const id = await from(before);
    const response = await post(`/api/v1/outbox/${id}/${act}`);
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toEqual({ id, outcome: 'done', status: after });
    expect(await statusOf(id)).toBe(after);
    const kept = await api.deps.db.prisma.operatorAction.findMany({ where: { outboxId: id } });
    expect(kept).toMatchObject([{ actor: 'api', action: act, outcome: 'done' }]);
  });

  it.each([
    ['approve', 'failed'],
    ['retry', 'done'],
    ['cancel', 'done'],
    ['cancel', 'unknown'],
  ] as const)('%s of a %s row answers 409, says why and changes nothing', async (act, before) => {
    const id = await from(before);
    const response = await post(`/api/v1/outbox/${id}/${act}`);
    expect(response.status).toBe(409);
    expect(await bodyOf(response)).toMatchObject({
      code: `cannot-${act}`,
      outcome: 'skipped',
      outbox_status: before,
      detail: expect.stringMatching(/[а-я]/),
    });
    expect(await statusOf(id)).toBe(before);
  });

  it('answers 404 for a row that is not there, and 422 for what is no id', async () => {
    expect((await post('/api/v1/outbox/00000000-0000-7000-8000-000000000000/retry')).status).toBe(404);
    expect((await post('/api/v1/outbox/1/retry')).status).toBe(422);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explain } from '../../src/shared/planning/explain.ts';
import { type ApiFixture, bodyOf, createApiFixture } from './fixture.ts';
import { addDocument, addRun, DONOR, SHOP, WHY } from './seed.ts';

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());
const get = async (path: string) => bodyOf(await api.app.request(path));

describe('GET /api/v1/runs/{id}', () => {
  it('gives the planning counts as written, and counts the documents by their present state', async () => {
    const { db } = api.deps;
    const runId = await addRun(db, {
      counts: { needs: 5, transfers: 3, orders: 2, covered: 1, unmet: 4, documents: 5, superseded: 7 },
      startedAt: new Date('2026-03-02T06:00:00Z'),
      warehouse: SHOP.name,
    });
    for (const status of [
      'done',
      'done',
      'failed',
      'held',
      'pending',
      'queued',
      'sending',
      'unknown',
      'cancelled',
      'superseded',
    ] as const) {
      await addDocument(db, { runId, status });
    }
    await addDocument(db, { runId: await addRun(db), status: 'done' });
    const run = await get(`/api/v1/runs/${runId}`);
    expect(run).toMatchObject({
      id: runId,
      status: 'completed',
      warehouse: SHOP.name,
      started_at: '2026-03-02T06:00:00.000Z',
      error: null,
    });
    expect(run.counts).toEqual({
      needs: 5,
      transfers: 3,
      orders: 2,
      covered: 1,
      unmet: 4,
      supersedes: 7,
      documents: 10,
      done: 2,
      failed: 1,
      held: 1,
      waiting: 2,
      sending: 1,
      unknown: 1,
      cancelled: 1,
      superseded: 1,
    });
  });

  it('shows the present state after a document moved on', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    const { outboxId } = await addDocument(db, { runId, status: 'held' });
    expect((await get(`/api/v1/runs/${runId}`)).counts).toMatchObject({ held: 1, waiting: 0 });
    await api.app.request(`/api/v1/outbox/${outboxId}/approve`, { method: 'POST' });
    expect((await get(`/api/v1/runs/${runId}`)).counts).toMatchObject({ held: 0, waiting: 1 });
  });

  it('gives the reason of a failed run', async () => {
    const runId = await addRun(api.deps.db, {
      status: 'failed',
      errorCode: 'unknown-warehouse',
      errorMessage: 'Нет склада',
    });
    expect((await get(`/api/v1/runs/${runId}`)).error).toEqual({ code: 'unknown-warehouse', message: 'Нет склада' });
  });

  it('answers 404 for a run that is not there, and 422 for what is no id', async () => {
    const missing = await api.app.request('/api/v1/runs/00000000-0000-7000-8000-000000000000');
    expect(missing.status).toBe(404);
    expect(await bodyOf(missing)).toMatchObject({ code: 'not-found' });
    const wrong = await api.app.request('/api/v1/runs/abc');
    expect(wrong.status).toBe(422);
    expect(await bodyOf(wrong)).toMatchObject({
      errors: [{ in: 'path', name: 'id', message: 'нужен UUID, а не «abc»' }],
    });
  });
});

describe('GET /api/v1/runs', () => {
  it('pages newest first, each run once, also while new runs arrive and times are equal', async () => {
    const own = await createApiFixture();
    try {
      const { db } = own.deps;
      const createdAt = new Date('2026-03-02T06:00:00.123Z');
      const ids: string[] = [];
      for (let at = 0; at < 7; at += 1) ids.push(await addRun(db, { createdAt }));
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const path: string = `/api/v1/runs?limit=3${cursor && `&cursor=${cursor}`}`;
        const page = await bodyOf(await own.app.request(path));
        expect(page.items.length).toBeLessThanOrEqual(3);
        seen.push(...page.items.map(({ id }: { id: string }) => id));
        cursor = page.next_cursor;
        await addRun(db, { createdAt: new Date('2026-03-02T07:00:00Z') });
      }
      expect(seen).toEqual(ids.toReversed());
    } finally {
      await own.close();
    }
  });

  it('filters by several statuses', async () => {
    await addRun(api.deps.db, { status: 'running' });
    await addRun(api.deps.db, { status: 'failed' });
    const { items } = await get('/api/v1/runs?status=running,failed');
    expect(new Set(items.map(({ status }: { status: string }) => status))).toEqual(new Set(['running', 'failed']));
  });

  it.each([
    ['status=done', 'status', 'нет значения «done»; допустимо: queued, running, completed, failed'],
    ['limit=0', 'limit', 'целое число от 1 до 500, а не «0»'],
    ['limit=ten', 'limit', 'целое число от 1 до 500, а не «ten»'],
    ['limit=501', 'limit', 'целое число от 1 до 500, а не «501»'],
    ['cursor=abc', 'cursor', 'это не курсор этого списка; возьмите next_cursor из прошлого ответа'],
    ['stauts=failed', 'stauts', 'такого параметра нет'],
  ])('answers 422 to ?%s and names what is allowed', async (query, name, message) => {
    const response = await api.app.request(`/api/v1/runs?${query}`);
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({ code: 'validation', errors: [{ in: 'query', name, message }] });
  });
});

describe('GET /api/v1/runs/{id}/lines', () => {
  it('gives numbers in the item’s unit, the reasons, and the documents of a line', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    const { outboxId, lineId } = await addDocument(db, { runId, status: 'done', number: '00-000042' });
    const { items } = await get(`/api/v1/runs/${runId}/lines`);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      id: lineId,
      recipient: SHOP,
      item: { article: 'A-1', unit: 'м' },
      minimum: 2,
      maximum: 5.5,
      need: 4.5,
      transferred: 4.5,
      ordered: 0,
      outcome: 'transfer',
      why: {
        policy: 'fill-to-max',
        on_hand: 0.5,
        pack: { name: 'кор', size: 1.5 },
        donors: [
          { donor_key: DONOR.key, donor_name: DONOR.name, free: 9, offered: 8, taken: 4.5, reason: 'took-part' },
        ],
      },
      documents: [{ outbox_id: outboxId, kind: 'transfer', status: 'done', number: '00-000042', quantity: 4.5 }],
    });
  });

  it('explains a line in words, and shows one it cannot explain all the same', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    await addDocument(db, { runId, article: 'A' });
    await addDocument(db, { runId, article: 'B', why: { policy: 'of-an-older-release' } });
    const { items } = await get(`/api/v1/runs/${runId}/lines`);
    const names = {
      recipientName: SHOP.name,
      itemName: 'Кабель ВВГ',
      unit: 'м',
      donorNames: { [DONOR.key]: DONOR.name },
    };
    expect(items[0].explanation).toBe(explain({ why: WHY }, names, 'ru'));
    expect(items[1]).toMatchObject({ explanation: null, why: { policy: 'of-an-older-release' } });
  });

  it('filters by outcome, recipient and text, Cyrillic in any case and wildcards taken literally', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    await addDocument(db, { runId, article: 'К_10', itemName: 'Зелёный кабель' });
    await addDocument(db, { runId, article: 'КX10', itemName: 'Лампа', kind: 'order' });
    const articles = async (query: string) => {
      const { items } = await get(`/api/v1/runs/${runId}/lines?${query}`);
      return items.map(({ item }: { item: { article: string } }) => item.article);
    };
    expect(await articles(`q=${encodeURIComponent('ЗЕЛЕНЫЙ')}`)).toEqual(['К_10']);
    expect(await articles(`q=${encodeURIComponent('к_1')}`)).toEqual(['К_10']);
    expect(await articles('q=%25')).toEqual([]);
    expect(await articles('outcome=order')).toEqual(['КX10']);
    expect(await articles(`recipient=${encodeURIComponent('магазин центр')}`)).toEqual(['КX10', 'К_10']);
    expect(await articles(`recipient=${SHOP.key}`)).toHaveLength(2);
    expect(await articles(`recipient=${DONOR.key}`)).toEqual([]);
  });

  it('pages through lines that share recipient and article, each once', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    const expected = new Set<string>();
    for (let at = 0; at < 5; at += 1) expected.add((await addDocument(db, { runId })).lineId);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { id: string }[]; next_cursor: string | null } = await get(
        `/api/v1/runs/${runId}/lines?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(expected);
  });

  it('answers 404 for lines of a run that is not there', async () => {
    expect((await api.app.request('/api/v1/runs/00000000-0000-7000-8000-000000000000/lines')).status).toBe(404);
  });
});

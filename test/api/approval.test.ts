import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/shared/outbox/ids.ts';
import { type ApiFixture, bodyOf, createApiFixture, json } from './fixture.ts';
import { addDocument, addRun, DONOR, type Status, WHY } from './seed.ts';

const NOWHERE = '00000000-0000-7000-8000-000000000000';
let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());

const post = (path: string, body?: unknown) =>
  api.app.request(`/api/v1/${path}`, body === undefined ? { method: 'POST' } : json(body));
const row = (id: string) =>
  api.deps.db.prisma.outboxRow.findUniqueOrThrow({
    where: { id },
    include: { lines: { orderBy: { lineNumber: 'asc' } } },
  });
const acts = (where: Record<string, unknown>) =>
  api.deps.db.prisma.operatorAction.findMany({ where, orderBy: { id: 'asc' } });

/** A transfer of 4.5 m in packs of 1.5 from a donor that has 8 to give, and a second line where asked for. */
async function held({ lines = 1, status = 'held' as Status } = {}) {
  const { db } = api.deps;
  const runId = await addRun(db);
  const { outboxId, lineId } = await addDocument(db, { runId, status, why: { ...WHY, step: 1_500 } });
  await db.prisma.outboxLine.updateMany({ where: { outboxId }, data: { senderKey: DONOR.key } });
  for (let lineNumber = 2; lineNumber <= lines; lineNumber += 1) {
    const [first] = (await row(outboxId)).lines;
    await db.prisma.outboxLine.create({ data: { ...first!, id: newId(), lineNumber, shipments: [] } });
  }
  return { runId, outboxId, lineId };
}

describe('POST /api/v1/outbox/{id}/reject', () => {
  it('answers 200, closes the lines and keeps who did it', async () => {
    const { outboxId } = await held();
    const response = await post(`outbox/${outboxId}/reject`);
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toEqual({ id: outboxId, outcome: 'done', status: 'cancelled' });
    expect((await row(outboxId)).lines).toMatchObject([{ closedReason: 'rejected' }]);
    expect(await acts({ outboxId })).toMatchObject([{ actor: 'api', action: 'reject', outcome: 'done' }]);
  });

  it('answers 409 for a document that is not held any more, and keeps the try', async () => {
    const { outboxId } = await held({ status: 'pending' });
    const response = await post(`outbox/${outboxId}/reject`);
    expect(response.status).toBe(409);
    expect(await bodyOf(response)).toMatchObject({ code: 'cannot-reject', outbox_status: 'pending' });
    expect((await row(outboxId)).status).toBe('pending');
    expect(await acts({ outboxId })).toMatchObject([{ action: 'reject', outcome: 'skipped' }]);
  });
});

describe('POST /api/v1/outbox/{id}/lines/{line}/approve and reject', () => {
  it('answer 200 with what became of the document', async () => {
    const { outboxId } = await held({ lines: 2 });
    const approved = await post(`outbox/${outboxId}/lines/1/approve`);
    expect(approved.status).toBe(200);
    expect(await bodyOf(approved)).toEqual({ id: outboxId, line_number: 1, outcome: 'done', status: 'held' });
    const rejected = await post(`outbox/${outboxId}/lines/2/reject`);
    expect(await bodyOf(rejected)).toEqual({ id: outboxId, line_number: 2, outcome: 'done', status: 'pending' });
    const detail = await bodyOf(await api.app.request(`/api/v1/outbox/${outboxId}`));
    expect(detail.lines).toMatchObject([
      { line_number: 1, approved_by: 'api', approved_at: expect.stringMatching(/Z$/), closed_at: null },
      { line_number: 2, approved_by: null, closed_reason: 'rejected' },
    ]);
    expect((await acts({ outboxId })).map((one) => [one.action, one.outcome, one.details])).toEqual([
      ['approve', 'done', { line: 1, before: 'held' }],
      ['reject', 'done', { line: 2, before: 'held' }],
    ]);
  });

  it.each(['approve', 'reject'])('%s answers 409 once the document is on its way', async (act) => {
    const { outboxId } = await held({ status: 'queued' });
    const response = await post(`outbox/${outboxId}/lines/1/${act}`);
    expect(response.status).toBe(409);
    expect(await bodyOf(response)).toMatchObject({ code: `cannot-${act}`, outbox_status: 'queued' });
    expect((await row(outboxId)).lines).toMatchObject([{ closedAt: null, approvedAt: null }]);
  });

  it.each(['approve', 'reject', 'edit'])('%s answers 404 for a line or a document that is not there', async (act) => {
    const { outboxId } = await held();
    const body = act === 'edit' ? { quantity: 3, reason: 'проба' } : undefined;
    expect((await post(`outbox/${outboxId}/lines/2/${act}`, body)).status).toBe(404);
    expect((await post(`outbox/${NOWHERE}/lines/1/${act}`, body)).status).toBe(404);
    expect(await acts({ outboxId })).toEqual([]);
  });

  it('answer 422 for what is no line number', async () => {
    const { outboxId } = await held();
    for (const line of ['0', 'first', '1.5', '99999']) {
      const response = await post(`outbox/${outboxId}/lines/${line}/approve`);
      expect(response.status).toBe(422);
      expect((await bodyOf(response)).errors).toMatchObject([{ in: 'path', name: 'line' }]);
    }
  });
});

describe('POST /api/v1/outbox/{id}/lines/{line}/edit', () => {
  it('answers 200; the line shows what was planned, who changed it and why', async () => {
    const { outboxId, runId } = await held();
    const response = await post(`outbox/${outboxId}/lines/1/edit`, { quantity: '7,5', reason: ' стеллаж новый ' });
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toEqual({ id: outboxId, line_number: 1, outcome: 'done', status: 'held' });
    const detail = await bodyOf(await api.app.request(`/api/v1/outbox/${outboxId}`));
    expect(detail.lines).toMatchObject([
      { quantity: 7.5, planned_quantity: 4.5, edited_by: 'api', edit_reason: 'стеллаж новый' },
    ]);
    const [line] = (await bodyOf(await api.app.request(`/api/v1/runs/${runId}/lines`))).items;
    expect(line).toMatchObject({
      need: 4.5,
      transferred: 7.5,
      why: { need: 4.5, edits: [{ planned: 4.5, quantity: 7.5 }] },
    });
    expect(line.explanation).toContain(
      'Количество изменено: 7,5 вместо 4,5 (со склада «Бестужевых»), причина: стеллаж новый (api).',
    );
    expect(await acts({ outboxId })).toMatchObject([
      { action: 'edit', outcome: 'done', details: { quantity: 7.5, planned_quantity: 4.5, reason: 'стеллаж новый' } },
    ]);
  });

  it.each([
    ['a broken pack', { quantity: 4, reason: 'x' }, 'quantity', 'можно 3 или 4,5 м'],
    ['more than the donor has above its minimum', { quantity: 9, reason: 'x' }, 'quantity', 'можно не больше 8 м'],
    ['ten times the plan and more', { quantity: 46.5, reason: 'x', force: true }, 'quantity', 'можно не больше 45 м'],
    ['nothing', { quantity: 0, reason: 'x' }, 'quantity', 'отклоните строку'],
    ['no number', { quantity: '4.5.5', reason: 'x' }, 'quantity', '«4.5.5»'],
    ['an empty reason', { quantity: 3, reason: ' ' }, 'reason', 'Нужна причина'],
  ])('answers 422 for %s, names the value and what is allowed', async (_, body, name, allowed) => {
    const { outboxId } = await held();
    const response = await post(`outbox/${outboxId}/lines/1/edit`, body);
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({
      code: 'validation',
      errors: [{ in: 'body', name, message: expect.stringContaining(allowed) }],
    });
    expect((await row(outboxId)).lines[0]).toMatchObject({ editedBy: null });
    expect(await acts({ outboxId })).toMatchObject([{ action: 'edit', outcome: 'skipped' }]);
  });

  it('answers 200 for a broken pack and a donor’s minimum where the person insists', async () => {
    const { outboxId } = await held();
    expect((await post(`outbox/${outboxId}/lines/1/edit`, { quantity: 10, reason: 'x', force: true })).status).toBe(
      200,
    );
    expect((await row(outboxId)).lines[0]).toMatchObject({ editForced: true });
  });

  it('answers 409 when the document is not held, and when nothing would change', async () => {
    const sent = await held({ status: 'done' });
    expect((await post(`outbox/${sent.outboxId}/lines/1/edit`, { quantity: 3, reason: 'x' })).status).toBe(409);
    const { outboxId } = await held();
    const response = await post(`outbox/${outboxId}/lines/1/edit`, { quantity: 4.5, reason: 'x' });
    expect(response.status).toBe(409);
    expect(await bodyOf(response)).toMatchObject({ code: 'cannot-edit', detail: 'Количество уже 4,5 м' });
  });

  it('answers 400, 415 and 422 for a body that is no JSON, no JSON by its type, or has other fields', async () => {
    const { outboxId } = await held();
    const path = `/api/v1/outbox/${outboxId}/lines/1/edit`;
    const send = (body: string, type: string) =>
      api.app.request(path, { method: 'POST', headers: { 'Content-Type': type }, body });
    expect((await send('{', 'application/json')).status).toBe(400);
    expect((await send('{}', 'text/plain')).status).toBe(415);
    const response = await post(`outbox/${outboxId}/lines/1/edit`, { quantity: 3, reason: 'x', amount: 4 });
    expect(response.status).toBe(422);
    expect((await bodyOf(response)).errors).toMatchObject([{ in: 'body', name: 'amount' }]);
  });
});

describe('POST /api/v1/runs/{id}/approve and reject', () => {
  async function runOf(...statuses: Status[]) {
    const runId = await addRun(api.deps.db);
    const ids: string[] = [];
    for (const status of statuses) ids.push((await addDocument(api.deps.db, { runId, status })).outboxId);
    return { runId, ids };
  }

  it.each([
    ['approve', 'pending'],
    ['reject', 'cancelled'],
  ] as const)('%s answers 200 with the ids that were decided, and touches no other', async (act, after) => {
    const { runId, ids } = await runOf('held', 'failed', 'held');
    const response = await post(`runs/${runId}/${act}`);
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toEqual({ run_id: runId, outcome: 'done', done: [ids[0], ids[2]], skipped: [] });
    expect(await Promise.all(ids.map(async (id) => (await row(id)).status))).toEqual([after, 'failed', after]);
    expect(await acts({ runId })).toMatchObject([
      { actor: 'api', action: act, outcome: 'done', outboxId: null, details: { done: [ids[0], ids[2]] } },
    ]);
    const journal = await api.deps.db.prisma.integrationLog.findMany({ where: { runId, step: 'operator' } });
    expect(journal.map((entry) => entry.outboxId).sort()).toEqual([ids[0], ids[2]]);
  });

  it('decide only what was seen, when it is named', async () => {
    const { runId, ids } = await runOf('held', 'held', 'queued');
    const response = await post(`runs/${runId}/approve`, { outbox_ids: [ids[1]!.toUpperCase(), ids[2]] });
    expect(await bodyOf(response)).toMatchObject({
      done: [ids[1]],
      skipped: [{ id: ids[2], status: 'queued', reason: expect.stringContaining('в очереди') }],
    });
    expect((await row(ids[0]!)).status).toBe('held');
  });

  it.each(['approve', 'reject'])('%s answers 409 where nothing is held, and keeps the try', async (act) => {
    const { runId } = await runOf('pending');
    const response = await post(`runs/${runId}/${act}`);
    expect(response.status).toBe(409);
    expect(await bodyOf(response)).toMatchObject({ code: `cannot-${act}`, outcome: 'skipped', skipped: [] });
    expect(await acts({ runId })).toMatchObject([{ action: act, outcome: 'skipped' }]);
  });

  it('answer 404 for a run that is not there, and 422 for a list that is empty or holds no ids', async () => {
    expect((await post(`runs/${NOWHERE}/approve`)).status).toBe(404);
    const { runId } = await runOf('held');
    expect((await post(`runs/${runId}/approve`, { outbox_ids: [] })).status).toBe(422);
    expect((await post(`runs/${runId}/reject`, { outbox_ids: ['1'] })).status).toBe(422);
  });
});

describe('the token', () => {
  it.each([`outbox/${NOWHERE}/reject`, `outbox/${NOWHERE}/lines/1/edit`, `runs/${NOWHERE}/approve`])(
    'is asked for at %s: 401 without it',
    async (path) => {
      const { environment, ...rest } = api.deps.config;
      const app = api.appWith({ config: { ...rest, environment, admin: { ...rest.admin, token: 'secret' } } });
      expect((await app.request(`/api/v1/${path}`, { method: 'POST' })).status).toBe(401);
    },
  );
});

describe('OpenAPI', () => {
  it('names every decision and what its body may hold', async () => {
    const { paths } = await bodyOf(await api.app.request('/openapi.json'));
    for (const path of [
      '/api/v1/outbox/{id}/reject',
      '/api/v1/outbox/{id}/lines/{line}/approve',
      '/api/v1/outbox/{id}/lines/{line}/reject',
      '/api/v1/outbox/{id}/lines/{line}/edit',
      '/api/v1/runs/{id}/approve',
      '/api/v1/runs/{id}/reject',
    ]) {
      expect(Object.keys(paths[path].post.responses)).toEqual(expect.arrayContaining(['200', '401', '404', '409']));
    }
    const { schema } = paths['/api/v1/outbox/{id}/lines/{line}/edit'].post.requestBody.content['application/json'];
    expect(schema.required).toEqual(['quantity', 'reason']);
  });
});

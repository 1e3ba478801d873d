import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNotifier } from '../../src/shared/alarms/notifier.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { newId } from '../../src/shared/outbox/ids.ts';
import { type ApiFixture, bodyOf, createApiFixture, json } from './fixture.ts';
import { addDocument, addRun, DONOR, knowWarehouses, SHOP, type Status, WHY } from './seed.ts';

const TOKEN = 's3cret';
let api: ApiFixture;
let app: ApiFixture['app'];
beforeAll(async () => {
  api = await createApiFixture();
  await knowWarehouses(api.deps.db);
  const { config } = api.deps;
  const notifier = createNotifier([{ name: 'webhook', send: async () => undefined }], silentLog);
  app = api.appWith({ notifier, config: { ...config, admin: { ...config.admin, token: TOKEN } } });
});
afterAll(() => api.close());

const prisma = () => api.deps.db.prisma;
const withToken = { Authorization: `Bearer ${TOKEN}` };

async function document(status: Status): Promise<{ runId: string; outboxId: string }> {
  const { db } = api.deps;
  const runId = await addRun(db);
  const errorCode = status === 'failed' ? 'no-such-item' : undefined;
  const seed = { runId, status, why: { ...WHY, step: 1_500 }, ...(errorCode && { errorCode }) };
  const { outboxId } = await addDocument(db, seed);
  await prisma().outboxLine.updateMany({ where: { outboxId }, data: { senderKey: DONOR.key } });
  return { runId, outboxId };
}

interface Prepared {
  path: string;
  body?: unknown;
  /** What is kept of it. */
  action: string;
}

const onDocument = (act: string, status: Status) => async (): Promise<Prepared> => ({
  path: `/api/v1/outbox/${(await document(status)).outboxId}/${act}`,
  action: act,
});
const onRun = (act: string) => async (): Promise<Prepared> => ({
  path: `/api/v1/runs/${(await document('held')).runId}/${act}`,
  body: {},
  action: act,
});
const onLine = (act: string, body?: unknown) => async (): Promise<Prepared> => ({
  path: `/api/v1/outbox/${(await document('held')).outboxId}/lines/1/${act}`,
  body,
  action: act,
});
const snooze = { warehouse_id: SHOP.name, reason: 'ремонт' };

/** For each route that changes something a request that does. A route that is added needs an entry here. */
const prepare: Record<string, () => Promise<Prepared>> = {
  'POST /api/v1/trigger/internal-replenishment': async () => ({
    path: '/api/v1/trigger/internal-replenishment',
    body: { dry_run: true },
    action: 'trigger',
  }),
  'POST /api/v1/outbox/:id/approve': onDocument('approve', 'held'),
  'POST /api/v1/outbox/:id/reject': onDocument('reject', 'held'),
  'POST /api/v1/outbox/:id/retry': onDocument('retry', 'failed'),
  'POST /api/v1/outbox/:id/cancel': onDocument('cancel', 'failed'),
  'POST /api/v1/outbox/:id/lines/:line/approve': onLine('approve'),
  'POST /api/v1/outbox/:id/lines/:line/reject': onLine('reject'),
  'POST /api/v1/outbox/:id/lines/:line/edit': onLine('edit', { quantity: 3, reason: 'стеллаж' }),
  'POST /api/v1/runs/:id/approve': onRun('approve'),
  'POST /api/v1/runs/:id/reject': onRun('reject'),
  'POST /api/v1/alarms/test': async () => ({ path: '/api/v1/alarms/test', action: 'alarm-test' }),
  'POST /api/v1/snoozes': async () => ({
    path: '/api/v1/snoozes',
    body: { ...snooze, item_key: newId() },
    action: 'snooze',
  }),
  'POST /api/v1/snoozes/:id/end': async () => {
    const made = await bodyOf(await app.request('/api/v1/snoozes', json({ ...snooze, item_key: newId() }, withToken)));
    return { path: `/api/v1/snoozes/${made.id}/end`, action: 'end-snooze' };
  },
};

const send = ({ path, body }: Prepared, headers: Record<string, string>) =>
  app.request(path, body === undefined ? { method: 'POST', headers } : json(body, headers));
const kept = (action: string) => prisma().operatorAction.findMany({ where: { action }, orderBy: { id: 'asc' } });

describe.each(Object.keys(prepare))('%s', (route) => {
  it('is kept: who, what and how it ended', async () => {
    const prepared = await prepare[route]!();
    const before = (await kept(prepared.action)).length;
    const answer = await send(prepared, withToken);
    expect([answer.ok, answer.ok || (await answer.text())]).toEqual([true, true]);
    const after = await kept(prepared.action);
    expect(after).toHaveLength(before + 1);
    expect(after.at(-1)).toMatchObject({ actor: 'api', outcome: 'done' });
  });

  it('is refused without the token, with another, and from another site, and changes nothing', async () => {
    const prepared = await prepare[route]!();
    const counted = () => Promise.all([prisma().operatorAction.count(), prisma().run.count(), prisma().snooze.count()]);
    const before = await counted();
    expect((await send(prepared, {})).status).toBe(401);
    expect((await send(prepared, { Authorization: 'Bearer s3cre' })).status).toBe(401);
    expect((await send(prepared, { ...withToken, Origin: 'https://evil.example' })).status).toBe(403);
    expect(await counted()).toEqual(before);
  });
});

it('every route of the API that changes something is listed, and everything listed has a route', () => {
  const routes = app.routes
    .filter(({ method, path }) => !['GET', 'ALL'].includes(method) && path.startsWith('/api/v1/'))
    .map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(routes)].sort()).toEqual(Object.keys(prepare).sort());
});

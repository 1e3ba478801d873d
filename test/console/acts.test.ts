import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACTS } from '../../src/api/console/acts.ts';
import { newId } from '../../src/shared/outbox/ids.ts';
import type { Role } from '../../src/shared/people/people.ts';
import { addDocument, addRun, knowWarehouses, SHOP } from '../api/seed.ts';
import { type ConsoleFixture, createConsoleFixture, form, names, type Visitor } from './fixture.ts';

let hub: ConsoleFixture;
let visitors: Record<Role, Visitor>;
beforeAll(async () => {
  hub = await createConsoleFixture();
  await knowWarehouses(hub.deps.db);
  visitors = { viewer: await hub.as('viewer'), operator: await hub.as('operator'), admin: await hub.as('admin') };
});
afterAll(() => hub.close());

const db = () => hub.deps.db;
const held = async () => (await addDocument(db(), { runId: await addRun(db()), status: 'held' })).outboxId;
const failed = async () =>
  (await addDocument(db(), { runId: await addRun(db()), status: 'failed', errorCode: 'no-such-item' })).outboxId;
/** A document that was made, and deleted in the other system. */
const deleted = async () => {
  const { outboxId } = await addDocument(db(), { runId: await addRun(db()), status: 'done' });
  await db().prisma.outboxLine.updateMany({
    where: { outboxId },
    data: { closedAt: new Date(), closedReason: 'deleted' },
  });
  return outboxId;
};

interface Prepared {
  path: string;
  fields?: Record<string, string>;
  /** The action that is kept; NULL: the act changes nothing but the person's own cookies. */
  action: string | null;
  /** False once the act has happened. */
  untouched?(): Promise<boolean>;
}

const state = (outboxId: string, status: string) => async () =>
  (await db().prisma.outboxRow.findUniqueOrThrow({ where: { id: outboxId } })).status === status;

/** For each act of the console a place where it can be done. An act that is added needs an entry here. */
const prepare: Record<string, () => Promise<Prepared>> = {
  'POST /console/logout': async () => ({ path: '/console/logout', action: 'logout' }),
  'POST /console/settings': async () => ({ path: '/console/settings', fields: { theme: 'dark' }, action: null }),
  'POST /console/scan': async () => ({
    path: '/console/scan',
    fields: { warehouse: SHOP.key, dry_run: 'yes' },
    action: 'trigger',
  }),
  'POST /console/runs/:id/approve': async () => {
    const runId = await addRun(db());
    const { outboxId } = await addDocument(db(), { runId, status: 'held' });
    const fields = { ids: outboxId };
    return { path: `/console/runs/${runId}/approve`, fields, action: 'approve', untouched: state(outboxId, 'held') };
  },
  'POST /console/runs/:id/reject': async () => {
    const runId = await addRun(db());
    const { outboxId } = await addDocument(db(), { runId, status: 'held' });
    const fields = { ids: outboxId };
    return { path: `/console/runs/${runId}/reject`, fields, action: 'reject', untouched: state(outboxId, 'held') };
  },
  'POST /console/documents/many/retry': async () => {
    const id = await failed();
    return {
      path: '/console/documents/many/retry',
      fields: { ids: id },
      action: 'retry',
      untouched: state(id, 'failed'),
    };
  },
  'POST /console/documents/many/cancel': async () => {
    const id = await failed();
    return {
      path: '/console/documents/many/cancel',
      fields: { ids: id },
      action: 'cancel',
      untouched: state(id, 'failed'),
    };
  },
  'POST /console/alarms/test': async () => ({ path: '/console/alarms/test', action: 'alarm-test' }),
  'POST /console/snoozes': async () => {
    await db().prisma.snooze.updateMany({
      where: { endedAt: null },
      data: { endedAt: new Date(), endedReason: 'by-hand' },
    });
    return { path: '/console/snoozes', fields: { warehouse: SHOP.key, reason: 'ремонт' }, action: 'snooze' };
  },
  'POST /console/snoozes/:id/end': async () => {
    const id = newId();
    const scope = { itemKey: newId(), itemName: 'Лампа', article: 'L-1' };
    await db().prisma.snooze.create({ data: { id, ...scope, reason: 'сезон', author: 'Анна' } });
    const untouched = async () => (await db().prisma.snooze.findUniqueOrThrow({ where: { id } })).endedAt === null;
    return { path: `/console/snoozes/${id}/end`, action: 'end-snooze', untouched };
  },
  'POST /console/documents/:id/approve': async () => one(await held(), 'approve', 'held'),
  'POST /console/documents/:id/reject': async () => one(await held(), 'reject', 'held'),
  'POST /console/documents/:id/retry': async () => one(await failed(), 'retry', 'failed'),
  'POST /console/documents/:id/cancel': async () => one(await failed(), 'cancel', 'failed'),
  'POST /console/documents/:id/anew': async () => one(await deleted(), 'anew', 'done'),
  'POST /console/documents/:id/lines/:line/approve': async () => one(await held(), 'lines/1/approve', 'held'),
  'POST /console/documents/:id/lines/:line/reject': async () => one(await held(), 'lines/1/reject', 'held'),
  'POST /console/documents/:id/lines/:line/edit': async () => {
    const id = await held();
    const quantity = async () =>
      Number((await db().prisma.outboxLine.findFirstOrThrow({ where: { outboxId: id } })).quantity);
    return {
      path: `/console/documents/${id}/lines/1/edit`,
      fields: { quantity: '3', reason: 'хватит' },
      action: 'edit',
      untouched: async () => (await quantity()) === 4.5,
    };
  },
};

function one(id: string, act: string, before: string): Prepared {
  return {
    path: `/console/documents/${id}/${act}`,
    action: act.split('/').at(-1) ?? act,
    untouched: state(id, before),
  };
}

const kept = (actor: string, action: string) =>
  db().prisma.operatorAction.count({ where: { actor, action, outcome: 'done' } });

describe.each(Object.entries(ACTS))('%s', (act, role) => {
  it('does it for the role it is for, and keeps who did it', async () => {
    const { path, fields, action, untouched } = await prepare[act]!();
    const before = action === null ? 0 : await kept(names[role], action);
    // A visitor of one's own, for a logout ends the session.
    const visitor = act.endsWith('logout') ? await hub.as(role) : visitors[role];
    const answer = await visitor.post(path, fields);
    expect([answer.status, await answer.text()]).toEqual([303, '']);
    if (untouched) expect(await untouched()).toBe(false);
    if (action !== null) expect(await kept(names[role], action)).toBe(before + 1);
  });

  it('is refused without login, without the form’s token, from another site, and below its role', async () => {
    const { path, fields = {}, untouched } = await prepare[act]!();
    const { cookie, csrf, post } = visitors[role];
    const counted = await db().prisma.operatorAction.count();
    // Language and theme are for those too who are not logged in: the login page has them.
    if (!act.endsWith('settings')) expect((await hub.app.request(path, form(fields))).status).toBe(401);
    expect((await post(path, fields, '')).status).toBe(403);
    expect((await post(path, fields, 'x'.repeat(32))).status).toBe(403);
    const own = form({ ...fields, _csrf: csrf }, cookie);
    const foreign = { ...own, headers: { ...own.headers, Origin: 'https://evil.example' } };
    expect((await hub.app.request(path, foreign)).status).toBe(403);
    const below = ({ viewer: [], operator: ['viewer'], admin: ['viewer', 'operator'] } as const)[role];
    for (const lower of below) expect((await visitors[lower].post(path, fields)).status).toBe(403);
    if (untouched) expect(await untouched()).toBe(true);
    expect(await db().prisma.operatorAction.count()).toBe(counted);
  });
});

it('every route of the console that changes something is listed, and everything listed has a route', () => {
  const routes = hub.app.routes
    .filter(({ method, path }) => !['GET', 'ALL'].includes(method) && path.startsWith('/console/'))
    .map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(routes)].sort()).toEqual([...Object.keys(ACTS), 'POST /console/login'].sort());
  expect(Object.keys(prepare).sort()).toEqual(Object.keys(ACTS).sort());
});

describe('a group', () => {
  it('is retried as it was shown: what failed since stays, what is no failure any more is skipped and told', async () => {
    const runId = await addRun(db());
    const seed = { runId, status: 'failed' as const, errorCode: 'item-marked-for-deletion' };
    const shown = [await addDocument(db(), seed), await addDocument(db(), seed)].map(({ outboxId }) => outboxId);
    const page = await (
      await visitors.operator.get('/console/documents/many?act=retry&status=failed&cause=item-marked-for-deletion')
    ).text();
    expect(page).toContain('Затронет 2.');
    const ids = /name="ids" value="([^"]+)"/.exec(page)?.[1] ?? '';
    expect(ids.split(',').sort()).toEqual([...shown].sort());

    const { outboxId: late } = await addDocument(db(), seed);
    await visitors.operator.post(`/console/documents/${shown[0]}/cancel`);
    const answer = await visitors.operator.post('/console/documents/many/retry', {
      ids,
      back: '/console/documents?a=b',
    });
    expect(answer.headers.get('Location')).toBe('/console/documents?a=b');
    const told =
      answer.headers
        .getSetCookie()
        .find((one) => one.startsWith('hub_told='))
        ?.split(';')[0] ?? '';
    const next = await visitors.operator.get('/console/documents', { Cookie: `${visitors.operator.cookie}; ${told}` });
    expect(await next.text()).toContain('Повторено: 1, пропущено: 1.');

    const rows = await db().prisma.outboxRow.findMany({ where: { runId }, orderBy: { id: 'asc' } });
    expect(rows.map(({ status }) => status)).toEqual(['cancelled', 'pending', 'failed']);
    expect(rows[1]).toMatchObject({ generation: 2, documentGeneration: 1 });
    expect(rows[2]?.id).toBe(late);
    const kept = await db().prisma.operatorAction.findFirst({ where: { action: 'retry' }, orderBy: { id: 'desc' } });
    expect(kept?.details).toMatchObject({ done: [shown[1]], skipped: [{ id: shown[0], status: 'cancelled' }] });
  });

  it('refuses a list that is none', async () => {
    for (const ids of ['', 'x', "1');drop table outbox;--"]) {
      expect((await visitors.operator.post('/console/documents/many/retry', { ids })).status).toBe(422);
    }
  });
});

describe('before an approval', () => {
  it('each line has its quantity and unit, each route its total, and orders their money where prices are known', async () => {
    const runId = await addRun(db());
    const seed = { runId, status: 'held' as const };
    await addDocument(db(), { ...seed, article: 'T-1', quantity: 1000 });
    await addDocument(db(), { ...seed, article: 'T-2', quantity: 0.5 });
    const priced = await addDocument(db(), { ...seed, kind: 'order', article: 'O-1', quantity: 3 });
    await addDocument(db(), { ...seed, kind: 'order', article: 'O-2', quantity: 7 });
    const { itemKey, characteristicKey } = await db().prisma.runLine.findUniqueOrThrow({
      where: { id: priced.lineId },
    });
    await db().prisma.itemLink.create({
      data: {
        ...{ itemKey, characteristicKey, matchBy: 'article', matchValue: 'O-1', status: 'found', matches: 1 },
        ...{ checkedAt: new Date(), price: 10_050n },
      },
    });
    const page = (await (await visitors.operator.get(`/console/runs/${runId}/decide?act=approve`)).text())
      .replaceAll('\u00a0', ' ')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ');
    expect(page).toContain('T-1 Кабель ВВГ — 1 000 м');
    expect(page).toContain('O-2 Кабель ВВГ — 7 м');
    expect(page).toContain('Бестужевых → Магазин Центр 2 2 1 000,5 м —');
    expect(page).toContain('МойСклад → Магазин Центр 2 2 10 м 301,50 ₽');
    expect(page).toContain('Заказов на сумму: 301,50 ₽');
    expect(page).toContain('без известной цены строк: 1');
  });
});

describe('what somebody typed', () => {
  it('stays in the form of an edit that is refused, which stands open with the reason', async () => {
    const id = await held();
    const answer = await visitors.operator.post(`/console/documents/${id}/lines/1/edit`, {
      ...{ quantity: '999', reason: 'на праздник', force: 'yes' },
    });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain('value="999"');
    expect(page).toContain('value="на праздник"');
    expect(page).toMatch(/<details open=""?>|<details open>/);
    expect(page).toMatch(/id="edit-1-q-problem">Количество 999 м больше планового/);
    expect(await state(id, 'held')()).toBe(true);
  });

  it('stays in the form of a snooze that is refused, in the person’s language', async () => {
    const body = form({
      ...{ _csrf: visitors.operator.csrf, warehouse: SHOP.key, article: 'NOPE', reason: 'сезон', until: '2030-01-01' },
    });
    const answer = await hub.app.request('/console/snoozes', {
      ...body,
      headers: { ...body.headers, Cookie: visitors.operator.cookie, 'Accept-Language': 'en' },
    });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    for (const value of ['NOPE', 'сезон', '2030-01-01']) expect(page).toContain(`value="${value}"`);
    expect(page).toMatch(new RegExp(`<option value="${SHOP.key}" selected`));
    expect(page).toMatch(/id="f-article-problem">No run has had the article “NOPE”/);
  });
});

describe('making a document anew', () => {
  it('takes a new key, so that the deleted one is never found instead, and expects its goods again', async () => {
    const id = await deleted();
    const before = await db().prisma.outboxRow.findUniqueOrThrow({ where: { id } });
    await visitors.admin.post(`/console/documents/${id}/anew`);
    const after = await db().prisma.outboxRow.findUniqueOrThrow({ where: { id }, include: { lines: true } });
    expect(after).toMatchObject({ status: 'pending', documentGeneration: 2, externalNumber: null, confirmedAt: null });
    expect(after.documentKey).not.toBe(before.documentKey);
    expect(after.lines.map(({ closedAt }) => closedAt)).toEqual([null]);
  });

  it('is refused while the document stands, and where something else covers the need by now', async () => {
    const { outboxId: stands } = await addDocument(db(), { runId: await addRun(db()), status: 'done' });
    await visitors.admin.post(`/console/documents/${stands}/anew`);
    expect(await state(stands, 'done')()).toBe(true);

    const gone = await deleted();
    const { itemKey } = await db().prisma.outboxLine.findFirstOrThrow({ where: { outboxId: gone } });
    const { outboxId: newer } = await addDocument(db(), { runId: await addRun(db()) });
    await db().prisma.outboxLine.updateMany({ where: { outboxId: newer }, data: { itemKey, recipientKey: SHOP.key } });
    await visitors.admin.post(`/console/documents/${gone}/anew`);
    expect(await state(gone, 'done')()).toBe(true);
    const kept = await db().prisma.operatorAction.findFirst({ where: { action: 'anew', outboxId: gone } });
    expect(kept).toMatchObject({ outcome: 'skipped', details: { reason: expect.stringContaining(newer) } });
  });
});

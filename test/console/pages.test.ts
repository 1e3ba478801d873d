import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownJournal } from '../../src/api/journal/journal-source.ts';
import { openDatabase } from '../../src/shared/db/database.ts';
import { writeJournal } from '../../src/shared/journal/journal.ts';
import type { Role } from '../../src/shared/people/people.ts';
import { addDocument, addRun, DONOR, knowWarehouses } from '../api/seed.ts';
import { openTcpGate } from '../support/tcp-gate.ts';
import { type ConsoleFixture, createConsoleFixture, logIn, names, type Visitor } from './fixture.ts';

let hub: ConsoleFixture;
let visitors: Record<Role, Visitor>;
let paths: string[];
beforeAll(async () => {
  hub = await createConsoleFixture();
  const { db } = hub.deps;
  await knowWarehouses(db);
  const runId = await addRun(db, { scope: 'all', counts: { needs: 3 }, warnings: ['Что-то не так'] });
  const { outboxId: heldId } = await addDocument(db, {
    runId,
    status: 'held',
    article: 'Б-1',
    itemName: 'Болт <b>М6</b>',
  });
  const { outboxId: failedId } = await addDocument(db, {
    runId,
    status: 'failed',
    errorCode: 'no-such-item',
    article: 'В-2',
  });
  await addDocument(db, { runId, status: 'done', number: '00-000777', article: 'Г-3' });
  await db.prisma.outboxRow.update({
    where: { id: failedId },
    data: { questionCode: 'order-not-found', question: 'Где заказ?', askedAt: new Date() },
  });
  await writeJournal(db.prisma, [
    {
      level: 'info',
      system: 'hub',
      step: 'plan',
      status: 'ok',
      message: '<script>alert(1)</script>',
      outboxId: heldId,
    },
  ]);
  visitors = { viewer: await hub.as('viewer'), operator: await hub.as('operator'), admin: await hub.as('admin') };
  const [entry] = await db.prisma.integrationLog.findMany({ take: 1 });
  paths = [
    '/console',
    '/console/runs',
    `/console/runs/${runId}`,
    `/console/runs/${runId}/difference`,
    `/console/runs/${runId}/decide?act=approve`,
    '/console/documents',
    '/console/documents/many?act=retry&status=failed',
    `/console/documents/${heldId}`,
    `/console/documents/${failedId}`,
    `/console/documents/${heldId}/confirm?act=approve`,
    '/console/journal',
    `/console/journal/${entry?.id}`,
    '/console/health',
    '/console/alarms',
    '/console/snoozes',
    '/console/actions',
  ];
});
afterAll(() => hub.close());

describe.each(['viewer', 'operator', 'admin'] as const)('for a %s', (role) => {
  it('every page is there in both languages, well formed, and runs nothing that data brought', async () => {
    for (const path of paths) {
      for (const lang of ['ru', 'en']) {
        const answer = await visitors[role].get(path, { 'Accept-Language': lang });
        const page = await answer.text();
        expect([path, answer.status]).toEqual([path, 200]);
        expect(page).toContain(`<html lang="${lang}"`);
        expect(page, path).not.toMatch(/<script>alert|<b>М6|undefined|\[object |NaN/);
        expect(page.match(/<h1/g), path).toHaveLength(1);
        const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
        expect(ids.length, path).toBe(new Set(ids).size);
      }
    }
  });

  it('pages offer what the role may do, and nothing else', async () => {
    for (const path of paths) {
      const page = await (await visitors[role].get(path)).text();
      const forms = [...page.matchAll(/<form method="post" action="([^"]+)"/g)].map(([, action]) => action ?? '');
      const acts = forms.filter((action) => !/\/console\/(settings|logout)$/.test(action));
      if (role === 'viewer' && !/confirm|decide|many/.test(path)) expect([path, acts]).toEqual([path, []]);
    }
  });
});

describe('documents', () => {
  const found = async (query: string) => {
    const page = await (await visitors.viewer.get(`/console/documents?${query}`)).text();
    return page.slice(page.indexOf('class="filters"'));
  };

  it.each([
    'q=г-3',
    'q=00-000777',
    'q=000777',
    'status=done',
    'q=Магазин%20Центр&status=done',
    'donor=бестужевых',
    `donor=${DONOR.key}&recipient=Магазин%20Центр&kind=transfer`,
  ])('are found by %s', async (query) => {
    expect(await found(query)).toContain('00-000777');
  });

  it('are not found by what is not in them', async () => {
    for (const query of ['q=ничего', 'q=00-0007770', 'status=cancelled', 'q=%25', 'q=_____', 'recipient=бестужевых']) {
      expect(await found(query)).toContain('По этому отбору документов нет.');
    }
  });

  it('that failed stand by their cause with their number, and those that ask show their question', async () => {
    const page = await (await visitors.operator.get('/console/documents')).text();
    expect(page).toMatch(/Отказ\s*<span class="key">no-such-item<\/span>/);
    expect(page).toContain('act=retry');
    expect(await found('asks=yes')).toContain('В-2');
    expect(await found('asks=yes')).not.toContain('Б-1');
  });
});

describe('health', () => {
  it('tells the steps of each system with their cures, once they have been gone through', async () => {
    const check = () => ({
      system: '1c' as const,
      steps: [
        {
          id: 'reach',
          name: 'Адрес',
          quick: true,
          run: async () => ({ result: 'ok' as const, detail: 'отвечает за 3 мс' }),
        },
        {
          id: 'rights',
          name: 'Права',
          quick: false,
          run: async () => ({ result: 'fail' as const, code: 'x', detail: 'нет прав на склады', cure: 'Дайте роль' }),
        },
      ],
      cureOf: () => undefined,
    });
    const app = hub.appWith({ ...hub.deps, onec: { ...hub.deps.onec, check } });
    const { cookie } = visitors.viewer;
    const part = await app.request('/console/health/steps/1c', { headers: { Cookie: cookie } });
    const text = await part.text();
    for (const one of ['отвечает за 3 мс', 'нет прав на склады', 'Дайте роль']) expect(text).toContain(one);
  });
});

describe.each(['refuses', 'hangs'] as const)('while PostgreSQL %s', (way) => {
  it('every page says so within three seconds, and works again by itself when it is back', async () => {
    const gate = await openTcpGate(hub.url);
    const db = openDatabase({ url: gate.url, connections: 5, onError: () => undefined });
    try {
      const app = hub.appWith({ ...hub.deps, db, journal: ownJournal(db) });
      const visitor = await logIn(app, names.viewer);
      const parts = ['', '/runs', '/documents', '/journal', '/health', '/snoozes', '/alarms', '/actions'];
      const pages = parts.map((part) => `/console${part}`);
      for (const path of pages) expect([path, (await visitor.get(path)).status]).toEqual([path, 200]);
      await gate.shut(way);
      for (const path of way === 'hangs' ? pages.slice(0, 2) : [...pages, '/console/login']) {
        const startedMs = performance.now();
        const answer = await visitor.get(path);
        const text = await answer.text();
        expect([path, answer.status]).toEqual([path, 503]);
        expect(performance.now() - startedMs, path).toBeLessThan(3_000);
        expect(text).toMatch(/База данных хаба не отвеча|не ответила вовремя/);
        expect(text).toContain('http-equiv="refresh"');
      }
      const part = await visitor.get('/console/now', { 'HX-Request': 'true' });
      expect([part.status, part.headers.get('HX-Retarget')]).toEqual([503, '#notice']);
      await gate.open();
      await expect.poll(async () => (await visitor.get('/console')).status, { timeout: 10_000 }).toBe(200);
      for (const path of pages) expect([path, (await visitor.get(path)).status]).toEqual([path, 200]);
    } finally {
      await gate.close();
      await db.close();
    }
  });
});

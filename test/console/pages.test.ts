import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownJournal } from '../../src/api/journal/journal-source.ts';
import type { CheckStep, Finding } from '../../src/shared/check/step.ts';
import { openDatabase } from '../../src/shared/db/database.ts';
import { writeJournal } from '../../src/shared/journal/journal.ts';
import type { Role } from '../../src/shared/people/people.ts';
import { addDocument, addRun, DONOR, knowWarehouses } from '../api/seed.ts';
import { openTcpGate } from '../support/tcp-gate.ts';
import { type ConsoleFixture, createConsoleFixture, form, logIn, names, type Visitor } from './fixture.ts';

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
    '/console/links',
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
      if (role === 'viewer') expect([path, acts]).toEqual([path, []]);
    }
  });
});

it('the headings of numbers stand at the right as they do, and a cell says its own heading', async () => {
  const numbers = new Set<string>();
  for (const path of paths) {
    const page = await (await visitors.operator.get(path)).text();
    for (const [table] of page.matchAll(/<table.*?<\/table>/gs)) {
      const heads = [...table.matchAll(/<th scope="col"(?: class="(n)")?>([^<]*)/g)];
      for (const [row] of table.matchAll(/<tr[^>]*><td.*?<\/tr>/gs)) {
        const cells = [...row.matchAll(/<td(?: class="(\w)")?(?: data-label="([^"]*)")?>/g)];
        expect(cells.length, path).toBe(heads.length);
        for (const [place, [, kind, label]] of cells.entries()) {
          const [, side, head = ''] = heads[place] ?? [];
          expect([path, head, side]).toEqual([path, label ?? head, kind === 'n' ? 'n' : undefined]);
          if (side === 'n') numbers.add(head);
        }
      }
    }
  }
  expect([...numbers]).toEqual(expect.arrayContaining(['Документов', 'Строк', 'Минимум — максимум', 'Количество']));
});

const found = async (query: string) => {
  const page = await (await visitors.viewer.get(`/console/documents?${query}`)).text();
  return page.slice(page.indexOf('class="filters"'));
};

describe('documents', () => {
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
    expect(page).toMatch(/Документы не созданы по одной причине\.\s*<span class="key">no-such-item<\/span>/);
    expect(page).toContain('<li>Отказ</li>');
    expect(page).toContain('act=retry');
    expect(await found('asks=yes')).toContain('В-2');
    expect(await found('asks=yes')).not.toContain('Б-1');
  });
});

describe('filters of documents', () => {
  it('keep a choice of several states as one choice, which the next click sends again', async () => {
    const page = await found('status=pending,queued,sending');
    expect(page).toContain('<option value="pending,queued,sending" selected');
    expect(page).toContain('ждёт очереди, в очереди, отправляется');
  });

  it('by day are those of the tiles: made on the day, or last changed on it', async () => {
    const { db } = hub.deps;
    const runId = await addRun(db);
    const days = async (status: 'done' | 'failed', article: string, when: Date) => {
      const { outboxId } = await addDocument(db, { runId, status, article });
      await (status === 'done'
        ? db.prisma.outboxRow.update({ where: { id: outboxId }, data: { confirmedAt: when } })
        : db.transaction(async (tx) => {
            await tx.$executeRaw`set local session_replication_role = replica`;
            await tx.$executeRaw`update outbox set updated_at = ${when} where id = ${outboxId}::uuid`;
          }));
    };
    await days('done', 'OLD-1', new Date('2026-01-10T20:59:00Z'));
    await days('failed', 'OLD-2', new Date('2026-01-10T21:01:00Z'));
    // 10.01 ends in Moscow at 21:00 UTC.
    expect(await found('status=done&from=2026-01-10&to=2026-01-10')).toContain('OLD-1');
    expect(await found('status=done&from=2026-01-11')).not.toContain('OLD-1');
    expect(await found('status=failed&to=2026-01-10')).not.toContain('OLD-2');
    const both = await found('from=2026-01-10&to=2026-01-11');
    expect([both.includes('OLD-1'), both.includes('OLD-2'), both.includes('Г-3')]).toEqual([true, true, false]);
  });

  it('that are wrong are told at their field, and the others stay', async () => {
    const answer = await visitors.viewer.get('/console/documents?q=г-3&from=2026-02-31', { 'Accept-Language': 'en' });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain('value="г-3"');
    expect(page).toMatch(/id="f-from-problem">no such time: 2026-02-31</);
  });
});

describe('a document', () => {
  const page = async (seed: Partial<Parameters<typeof addDocument>[1]>, lang = 'ru') => {
    const { outboxId } = await addDocument(hub.deps.db, { runId: await addRun(hub.deps.db), ...seed });
    return (await visitors.admin.get(`/console/documents/${outboxId}`, { 'Accept-Language': lang })).text();
  };

  it('that moves is followed by its page, one at rest is not', async () => {
    expect(await page({ status: 'queued' })).toMatch(/id="document" hx-get="[^"]+" hx-select="#document"/);
    for (const status of ['held', 'done', 'failed'] as const) expect(await page({ status })).not.toContain('hx-select');
  });

  it('names where goods come from, whose key it is, and no job where there is none', async () => {
    const order = await page({ status: 'held', kind: 'order' });
    expect(order).toContain('МойСклад → Магазин Центр');
    expect(order).toContain('Ключ хаба');
    expect(order).not.toContain('/queues/queue/');
    expect(order).toContain('ещё не начат');
    expect(await page({ status: 'queued' })).toContain('/queues/queue/onec-transfer/');
  });

  it('that stands is made anew by no first button, and its page says beforehand why it is refused', async () => {
    const { outboxId } = await addDocument(hub.deps.db, { runId: await addRun(hub.deps.db), status: 'done' });
    const shown = await (await visitors.admin.get(`/console/documents/${outboxId}`)).text();
    expect(shown).toMatch(/<a class="button quiet" href="[^"]+act=anew"/);
    const confirm = await (await visitors.admin.get(`/console/documents/${outboxId}/confirm?act=anew`)).text();
    expect(confirm).toContain('Документ ещё числится');
    expect(confirm).toMatch(/<button type="submit" disabled/);
  });
});

describe('a run', () => {
  it('that waits for 1C says so, and its counts are followed while documents move', async () => {
    const { db } = hub.deps;
    const runId = await addRun(db, { status: 'queued', errorCode: 'onec-down', errorMessage: '1С не отвечает' });
    const waiting = await (await visitors.viewer.get(`/console/runs/${runId}`)).text();
    expect(waiting).toContain('Прогон ждёт и начнёт сам, когда сможет: 1С не отвечает');
    expect(waiting).not.toContain('первый свободный');
    expect(waiting).not.toContain('— — —');
    const moving = await addRun(db);
    const { outboxId } = await addDocument(db, { runId: moving, status: 'pending' });
    const counts = async () => (await visitors.viewer.get(`/console/runs/${moving}/counts`)).text();
    expect(await counts()).toContain(`hx-get="/console/runs/${moving}/counts"`);
    await db.prisma.outboxRow.update({ where: { id: outboxId }, data: { status: 'cancelled' } });
    expect(await counts()).not.toContain('hx-get');
  });
});

describe('alarms', () => {
  it('show how each channel last fared, and a test that failed is no skipped act', async () => {
    const notifier = {
      channels: ['webhook' as const],
      send: async () => [{ channel: 'webhook' as const, error: 'ответ 500' }],
    };
    const app = hub.appWith({ ...hub.deps, notifier });
    const { cookie, csrf } = visitors.operator;
    const answer = await app.request('/console/alarms/test', form({ _csrf: csrf }, cookie));
    expect(answer.status).toBe(303);
    const get = async (path: string) => (await app.request(path, { headers: { Cookie: cookie } })).text();
    expect(await get('/console/alarms')).toMatch(/не дошло<\/span> [^<]*: ответ 500/);
    expect(await get('/console/actions?action=alarm-test')).toMatch(/<span class="tag bad">не удалось/);
  });
});

describe('what the API says in Russian', () => {
  it('is said in English on a page in English', async () => {
    const body = form({ _csrf: visitors.operator.csrf, warehouse: DONOR.name }, visitors.operator.cookie);
    const answer = await hub.app.request('/console/scan', {
      ...body,
      headers: { ...body.headers, 'Accept-Language': 'en' },
    });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('This warehouse is a donor');
  });
});

describe('what cannot be ordered', () => {
  it('is listed with what is wrong and the money that waits', async () => {
    const { prisma } = hub.deps.db;
    const { lineId } = await addDocument(hub.deps.db, {
      ...{ runId: await addRun(hub.deps.db), kind: 'order', status: 'failed', article: 'ARCH-1', quantity: 4 },
    });
    const { itemKey, characteristicKey } = await prisma.runLine.findUniqueOrThrow({ where: { id: lineId } });
    await prisma.itemLink.create({
      data: {
        ...{ itemKey, characteristicKey, matchBy: 'article', matchValue: 'ARCH-1', status: 'missing', matches: 0 },
        ...{ checkedAt: new Date(), problem: 'archived', archived: 1, price: 12_350n },
      },
    });
    const page = await (await visitors.viewer.get('/console/links?problem=archived')).text();
    expect(page).toContain('ARCH-1');
    expect(page).toMatch(/494,00\s₽/);
    expect(await (await visitors.viewer.get('/console/links?problem=many')).text()).toContain('Таких товаров нет');
  });
});

describe('health', () => {
  const quick = (run: () => Promise<Finding>) => ({ id: 'server', name: 'Адрес', quick: true, run });
  const donors = { id: 'warehouses', name: 'Склады хаба', quick: false, needs: ['server'] };
  const ok = async (): Promise<Finding> => ({ result: 'ok', detail: 'отвечает за 3 мс' });
  const part = async (app: typeof hub.app, query = '', lang = 'ru') => {
    const headers = { Cookie: visitors.viewer.cookie, 'HX-Request': 'true', 'Accept-Language': lang };
    return (await app.request(`/console/health/steps/1c${query}`, { headers })).text();
  };
  const withSteps = (steps: readonly CheckStep[], now = () => new Date()) =>
    hub.appWith({
      ...hub.deps,
      clock: { ...hub.deps.clock, now },
      checks: { ...hub.deps.checks, '1c': () => ({ system: '1c', steps, cureOf: () => undefined }) },
    });

  it('tells every step of `hub check` with its cure, the dear ones once and not at every look', async () => {
    let dear = 0;
    const fail = { result: 'fail', code: 'x', detail: 'в 1С нет: «Бестужевых»', cure: 'Исправьте название' } as const;
    let now = Date.now();
    const run = async () => {
      dear += 1;
      return fail;
    };
    const app = withSteps([quick(ok), { ...donors, run }], () => new Date(now));
    for (let look = 0; look < 4; look += 1) {
      const text = await part(app);
      for (const one of ['отвечает за 3 мс', fail.detail, fail.cure, 'не так']) expect(text).toContain(one);
      now += 21_000;
    }
    expect(dear).toBe(1);
    await part(app, '?anew=yes');
    expect(dear).toBe(2);
    expect(await part(app, '', 'en')).toContain('Warehouses of the hub');
  });

  it('shows no old result as the present one: neither of a system that fell, nor of one that nobody asked since', async () => {
    let now = Date.now();
    let isUp = true;
    const run = async (): Promise<Finding> =>
      isUp ? await ok() : { result: 'fail', code: 'onec-down', detail: '1С не отвечает' };
    const app = withSteps([quick(run), { ...donors, run: ok }], () => new Date(now));
    expect(await part(app)).toContain('tag good');
    isUp = false;
    now += 21_000;
    const text = await part(app);
    expect(text).toContain('1С не отвечает');
    expect(text).toContain('сначала «Адрес»');
    expect(text).not.toContain('tag good');
    now += 3_600_000;
    const page = await (await app.request('/console/health', { headers: { Cookie: visitors.viewer.cookie } })).text();
    expect(page).not.toContain('1С не отвечает');
    expect(page).toContain('hx-trigger="load, every 1s"');
  });

  it('tells what is left of each budget, and names schedules in people’s words', async () => {
    const { prisma } = hub.deps.db;
    await prisma.$executeRaw`
      insert into api_calls (budget, units, started_at, ended_at, expires_at)
      select 'moysklad 0123456789abcdef', 3, clock_timestamp(), clock_timestamp(), clock_timestamp() from generate_series(1, 4)`;
    await hub.deps.queues.maintenance.upsertJobScheduler(
      't',
      { pattern: '0 9 * * *' },
      { name: 'start-scheduled-scan.v1' },
    );
    try {
      const page = await (await visitors.viewer.get('/console/health')).text();
      expect(page).toContain('занято 12 из 45, осталось 33');
      expect(page).toContain('занято 0 из 5, осталось 5');
      expect(page).toContain('Проверка по расписанию <span class="key">0 9 * * *');
      expect(page).not.toContain('start-scheduled-scan');
    } finally {
      await hub.deps.queues.maintenance.removeJobScheduler('t');
    }
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
      const board = await visitor.get('/queues', { Accept: 'text/html' });
      const text = await board.text();
      expect([board.status, text.includes('http-equiv="refresh"')]).toEqual([503, true]);
      expect(text).not.toContain('отбор');
      const machine = await visitor.get('/queues/api/queues');
      expect([machine.status, machine.headers.get('Content-Type')]).toEqual([
        503,
        'application/problem+json; charset=utf-8',
      ]);
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

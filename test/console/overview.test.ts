import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextRun } from '../../src/api/console/pages/overview.tsx';
import { lastContacts } from '../../src/api/queries/contacts.ts';
import { countOpenNeeds } from '../../src/api/queries/overview.ts';
import { newId } from '../../src/shared/outbox/ids.ts';
import { addDocument, addRun, knowWarehouses, SHOP } from '../api/seed.ts';
import { backends, startHub, until } from '../support/hub.ts';
import { type ConsoleFixture, createConsoleFixture, names } from './fixture.ts';

let hub: ConsoleFixture;
beforeAll(async () => {
  hub = await createConsoleFixture();
  await knowWarehouses(hub.deps.db);
});
afterAll(() => hub.close());

/** The value on the tile with this name. */
const tile = (page: string, name: string) =>
  new RegExp(`<span class="value">([^<]*)</span> ${name}`).exec(page)?.[1]?.trim();

describe('the overview', () => {
  it('counts documents by what they wait for, and what was made and refused today', async () => {
    const { db } = hub.deps;
    const runId = await addRun(db, { scope: 'all' });
    for (const status of ['held', 'pending', 'queued', 'unknown', 'done', 'done', 'failed'] as const) {
      await addDocument(db, { runId, status });
    }
    const { outboxId: yesterday } = await addDocument(db, { runId, status: 'done' });
    await db.prisma.outboxRow.update({
      where: { id: yesterday },
      data: { confirmedAt: new Date(Date.now() - 25 * 3_600_000) },
    });
    const page = await (await (await hub.as('viewer')).get('/console')).text();
    expect(tile(page, 'ждут утверждения')).toBe('1');
    expect(tile(page, 'ждут отправки')).toBe('2');
    expect(tile(page, 'создано сегодня')).toBe('2');
    expect(tile(page, 'отказано сегодня')).toBe('1');
    expect(tile(page, 'исход неизвестен')).toBe('1');
    // Eight lines need goods; three have a document that is made.
    expect(tile(page, 'открытых потребностей')).toBe('5');
    expect(page).toContain('Документов за сутки: 2');
  });

  it('says what is down and since when, and that no worker lives', async () => {
    const { db } = hub.deps;
    const since = new Date(Date.now() - 3_600_000);
    await db.prisma.systemState.create({ data: { system: '1c', state: 'down', since, reason: '1С не отвечает: 503' } });
    const app = hub.appWith({
      ...hub.deps,
      queueHealth: async () => ({ backend: 'redis', ok: false, detail: 'Redis молчит' }),
    });
    const { cookie } = await hub.as('viewer');
    const page = await (await app.request('/console', { headers: { Cookie: cookie } })).text();
    expect(page).toContain('1С не отвечает: 503');
    expect(page).toContain('Redis молчит');
    expect(page).toMatch(/не отвечает<\/span> с \d\d:\d\d:\d\d/);
    expect(page).toContain('Ни один рабочий процесс не подаёт признаков жизни');
  });

  it('says of a system that it was never asked, else when it last answered', async () => {
    const { db } = hub.deps;
    expect((await lastContacts(db)).moysklad).toBeNull();
    const page = async () => {
      const { cookie } = await hub.as('viewer');
      return (await hub.appWith({ ...hub.deps }).request('/console', { headers: { Cookie: cookie } })).text();
    };
    expect(await page()).toMatch(/МойСклад<\/dt><dd><span class="tag calm">ещё не спрашивали/);
    await db.prisma.$executeRaw`
      insert into api_calls (budget, units, started_at, ended_at, expires_at) values ('b', 1, now(), now(), now())`;
    expect(await page()).toMatch(/МойСклад<\/dt><dd><span class="tag good">отвечает<\/span>.*?последний ответ/);
  });

  it('counts a need as open while one of its two documents is not made', async () => {
    const { db } = hub.deps;
    const runId = await addRun(db, { scope: 'all', createdAt: new Date(Date.now() + 60_000) });
    const { lineId } = await addDocument(db, { runId, status: 'done', quantity: 2 });
    const { outboxId } = await addDocument(db, { runId, kind: 'order', status: 'pending', quantity: 3 });
    await db.prisma.outboxLine.updateMany({ where: { outboxId }, data: { runLineId: lineId } });
    await db.prisma.runLine.deleteMany({ where: { runId, id: { not: lineId } } });
    await db.prisma.runLine.update({ where: { id: lineId }, data: { transferred: 2, ordered: 3, outcome: 'mixed' } });
    const open = async () => (await countOpenNeeds(db))?.open;
    expect(await open()).toBe(1);
    await db.prisma.outboxRow.update({ where: { id: outboxId }, data: { status: 'sending' } });
    await db.prisma.outboxRow.update({
      where: { id: outboxId },
      data: { status: 'done', externalKey: 'x', confirmedAt: new Date() },
    });
    expect(await open()).toBe(0);
  });

  it('shows open alarms, in the navigation of every page too, and tiles lead to what they count', async () => {
    const { db } = hub.deps;
    const { cookie } = await hub.as('viewer');
    await db.prisma.alarm.create({
      data: { id: newId(), code: 'refused', subject: 'poison', message: 'Не создано: 3', size: 3 },
    });
    const app = hub.appWith({ ...hub.deps });
    const get = async (path: string, lang: string) =>
      (await app.request(path, { headers: { Cookie: cookie, 'Accept-Language': lang } })).text();
    expect(await get('/console', 'ru')).toContain('Не создано: 3');
    expect(await get('/console', 'en')).toContain('Documents not made: 3. Workers died three times');
    expect(await get('/console/runs', 'ru')).toMatch(/<span class="badge">.*?1<\/span>/);
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Moscow' }).format(new Date());
    expect(await get('/console', 'ru')).toContain(`/console/documents?status=failed&amp;from=${today}`);
    await db.prisma.alarm.deleteMany();
  });

  it('starts a scan of one warehouse, and leads to its page', async () => {
    const operator = await hub.as('operator');
    const answer = await operator.post('/console/scan', { warehouse: SHOP.key, dry_run: 'yes' });
    const [, runId] = /^\/console\/runs\/([0-9a-f-]{36})$/.exec(answer.headers.get('Location') ?? '') ?? [];
    const run = await hub.deps.db.prisma.run.findUniqueOrThrow({ where: { id: runId! } });
    expect(run).toMatchObject({ trigger: 'console', requestedBy: names.operator, warehouse: SHOP.key, dryRun: true });
    const page = await (await operator.get(`/console/runs/${runId}`)).text();
    expect(page).toContain(`hx-get="/console/runs/${runId}/progress"`);
    expect((await operator.post('/console/scan', { warehouse: 'Нет такого' })).status).toBe(422);
  });

  it('asks for the page anew when the run it shows has ended', async () => {
    const operator = await hub.as('operator');
    const runId = await addRun(hub.deps.db, { status: 'running', phase: 'reading', progress: { done: 3, total: 10 } });
    const part = await operator.get(`/console/runs/${runId}/progress`, { 'HX-Request': 'true' });
    expect(await part.text()).toMatch(/3 из 10/);
    await hub.deps.db.prisma.run.update({ where: { id: runId }, data: { status: 'completed' } });
    const last = await operator.get(`/console/runs/${runId}/progress`, { 'HX-Request': 'true' });
    expect(last.headers.get('HX-Refresh')).toBe('true');
  });

  it('knows the next scheduled run by the schedule’s own zone', () => {
    const schedule = { cron: '0 9 * * 1-5', timezone: 'Europe/Moscow' };
    // Friday evening: Monday at nine.
    expect(nextRun(schedule, new Date('2026-11-20T18:00:00Z'))?.toISOString()).toBe('2026-11-23T06:00:00.000Z');
  });
});

describe.each(backends())('workers on %s', (backend) => {
  it('tell what they do while they live, and are gone when they stop', async () => {
    const started = await startHub({ backend });
    const read = () => started.services.db.prisma.workerState.findMany({ orderBy: { queue: 'asc' } });
    try {
      const told = await until('four workers', async () => {
        const rows = await read();
        return rows.length === 4 ? rows : null;
      });
      expect(told.map(({ queue }) => queue)).toEqual(['maintenance', 'moysklad-order', 'onec-transfer', 'scan']);
      await started.fleet.stop(5_000);
      expect(await read()).toEqual([]);
    } finally {
      await started.close();
    }
  });
});

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantIn } from '../../src/api/console/period.ts';
import { openForeignJournal } from '../../src/api/journal/foreign-journal.ts';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { type JournalEntry, writeJournal } from '../../src/shared/journal/journal.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { newId } from '../../src/shared/outbox/ids.ts';
import { createEmptyCopy, dropDatabase } from '../support/database.ts';
import { type ConsoleFixture, createConsoleFixture, type Visitor } from './fixture.ts';

let hub: ConsoleFixture;
let viewer: Visitor;
let operator: Visitor;
const runId = newId();
beforeAll(async () => {
  hub = await createConsoleFixture();
  [viewer, operator] = [await hub.as('viewer'), await hub.as('operator')];
  const entry = (more: Partial<JournalEntry>): JournalEntry => ({
    ...{ level: 'info', system: 'hub', step: 'plan', status: 'ok', message: 'Ничего' },
    ...more,
  });
  await writeJournal(hub.deps.db.prisma, [
    entry({
      message: 'Создан заказ 00-0412',
      system: '1c',
      step: 'create-transfer',
      runId,
      payload: { secret: 'номер' },
    }),
    entry({
      level: 'error',
      status: 'refused',
      system: 'moysklad',
      step: 'create-order',
      message: '=HYPERLINK("evil")',
    }),
    entry({
      level: 'warning',
      status: 'retry',
      system: '1c',
      message: 'Ёлка не найдена',
      details: { article: 'АРТ-77' },
    }),
    ...Array.from({ length: 150 }, (_, n) =>
      entry({ message: `Запись ${n}`, details: { long: 'x'.repeat(3_000), n } }),
    ),
  ]);
});
afterAll(() => hub.close());

const rows = (page: string) => [...page.matchAll(/<tr class="(\w*)">/g)].length;

describe('the journal', () => {
  it.each([
    ['level=error', 1],
    ['level=warning,error', 2],
    ['system=1c', 2],
    ['status=retry', 1],
    ['step=create-transfer', 1],
    [`run_id=${runId}`, 1],
    ['q=ёлка', 1],
    ['q=арт-77', 1],
    ['q=00-0412', 1],
    // Choices that exist, but never together.
    ['system=1c&level=error', 0],
    ['system=1c&status=retry&level=warning', 1],
    ['from=2020-01-01T00:00&to=2020-01-02T00:00', 0],
    ['period=15m&limit=100', 100],
  ])('shows what fits %s', async (query, count) => {
    const page = await (await viewer.get(`/console/journal?${query}`)).text();
    expect(rows(page)).toBe(count);
  });

  it('pages through everything once, newest first', async () => {
    const seen: string[] = [];
    let path: string | undefined = '/console/journal?limit=100&refresh=0';
    while (path !== undefined) {
      const page: string = await (await viewer.get(path)).text();
      seen.push(...[...page.matchAll(/Запись (\d+)\s*</g)].map(([, n]) => n ?? ''));
      path = /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toEqual(Array.from({ length: 150 }, (_, n) => String(149 - n)));
  });

  it('cuts long JSON in the list and shows all of it on the entry’s own page', async () => {
    const page = await (await viewer.get('/console/journal?limit=100&refresh=0')).text();
    const shown = Math.max(...[...page.matchAll(/x{100,}/g)].map(([text]) => text.length));
    expect(shown).toBeLessThan(1_500);
    const [, id] = /href="\/console\/journal\/(\d+)"/.exec(page) ?? [];
    expect(await (await viewer.get(`/console/journal/${id}`)).text()).toContain('x'.repeat(3_000));
  });

  it('puts new entries above the others: only those that fit, and each once', async () => {
    const page = await (await viewer.get('/console/journal?q=Новое&refresh=2')).text();
    const [, path] = /hx-get="([^"]*fresh[^"]*)"/.exec(page) ?? [];
    const ask = async (address: string) =>
      (await viewer.get(address.replaceAll('&amp;', '&'), { 'HX-Request': 'true' })).text();
    expect(rows(await ask(path!))).toBe(0);
    const entry = { level: 'info', system: 'hub', step: 'plan', status: 'ok' } as const;
    await writeJournal(hub.deps.db.prisma, [
      { ...entry, message: 'Новое 1' },
      { ...entry, message: 'Другое' },
    ]);
    const part = await ask(path!);
    expect(rows(part)).toBe(1);
    expect(part).toMatch(/<hx-partial hx-target="#rows" hx-swap="afterbegin">/);
    const [, next] = /hx-get="([^"]*fresh[^"]*)"/.exec(part) ?? [];
    expect(rows(await ask(next!))).toBe(0);
  });

  it('shows payloads to operators only, also in files', async () => {
    const path = `/console/journal?run_id=${runId}&refresh=0`;
    expect(await (await operator.get(path)).text()).toContain('secret');
    expect(await (await viewer.get(path)).text()).not.toContain('secret');
    for (const format of ['csv', 'ndjson']) {
      const file = `/console/journal/export?format=${format}&run_id=${runId}`;
      expect(await (await operator.get(file)).text()).toContain('secret');
      expect(await (await viewer.get(file)).text()).not.toContain('secret');
    }
    const [, id] = /href="\/console\/journal\/(\d+)"/.exec(await (await viewer.get(path)).text()) ?? [];
    expect(await (await viewer.get(`/console/journal/${id}`)).text()).not.toContain('secret');
  });

  it('exports exactly what is filtered, as the API does, and nothing that a spreadsheet would run', async () => {
    const api = async (query: string) =>
      (await hub.app.request(`/api/v1/logs/export?${query}`, { headers: { Authorization: 'Bearer s3cret' } })).text();
    for (const filter of ['', '&level=error', '&system=1c&status=retry', '&q=Запись']) {
      const file = await (await operator.get(`/console/journal/export?format=ndjson${filter}`)).text();
      expect(file).toBe(await api(`format=ndjson${filter}`));
    }
    const file = await operator.get('/console/journal/export?format=csv&level=error');
    const bytes = new Uint8Array(await file.arrayBuffer());
    const csv = new TextDecoder().decode(bytes);
    expect(csv).toBe(await api('format=csv&delimiter=semicolon&level=error'));
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(csv).toContain(`"'=HYPERLINK(""evil"")"`);
  });

  it.each([
    ['level=loud', 'level', 'no such value: loud'],
    ['limit=5', 'limit', 'a whole number from 100 to 2000'],
    ['from=2026-02-31T00:00', 'from', 'no such time: 2026-02-31T00:00'],
    ['run_id=ffffffff', 'run_id', 'no run has an id that begins so'],
    ['run_id=!', 'run_id', 'a whole run id or its beginning'],
  ])('tells at its field what is wrong with %s, and keeps the other filters', async (wrong, field, problem) => {
    const answer = await viewer.get(`/console/journal?step=plan&q=кабель&${wrong}`, { 'Accept-Language': 'en' });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain(`id="f-${field}-problem">${problem}`);
    expect(page).toContain('value="кабель"');
    expect(page).toContain('value="plan"');
    expect(page).not.toMatch(/Invalid|expected/);
  });

  it('takes the beginning of a run’s id, where one run begins so', async () => {
    const { prisma } = hub.deps.db;
    await prisma.run.create({ data: { id: runId, trigger: 'http', status: 'completed' } });
    const page = async (id: string) => (await viewer.get(`/console/journal?run_id=${id}&refresh=0`)).text();
    expect(rows(await page(runId.slice(0, 18)))).toBe(1);
    const twin = `${runId.slice(0, -4)}0000`;
    await prisma.run.create({ data: { id: twin, trigger: 'http', status: 'completed' } });
    expect(await page(runId.slice(0, 18))).toContain('так начинается не один прогон');
  });

  it('gives times in a spreadsheet as the page shows them, with their offset', async () => {
    const file = await (await operator.get(`/console/journal/export?format=csv&run_id=${runId}`)).text();
    const [, ts] = /\n"\d+";"([^"]+)"/.exec(file) ?? [];
    expect(ts).toMatch(/\+03:00$/);
    const entry = await hub.deps.db.prisma.integrationLog.findFirstOrThrow({ where: { runId } });
    expect(new Date(ts!).getTime()).toBe(entry.ts.getTime());
  });

  it('folds the filters that few need, and opens them where one is set', async () => {
    const open = async (query: string) =>
      /<details class="more" open/.test(await (await viewer.get(`/console/journal${query}`)).text());
    expect([await open(''), await open('?q=x&level=error'), await open('?system=1c')]).toEqual([false, false, true]);
  });
});

describe('a wall clock’s time in a zone', () => {
  it.each([
    ['Europe/Moscow', '2026-03-02T09:00', '2026-03-02T06:00:00.000Z'],
    ['Europe/Berlin', '2026-07-01T12:00', '2026-07-01T10:00:00.000Z'],
    ['Europe/Berlin', '2026-01-01T12:00', '2026-01-01T11:00:00.000Z'],
    ['Asia/Vladivostok', '2026-01-01T00:30', '2025-12-31T14:30:00.000Z'],
  ])('%s %s', (zone, local, instant) => {
    expect(instantIn(zone, local)?.toISOString()).toBe(instant);
  });
});

describe('a foreign journal', () => {
  /** A table as another program made it, shown by the console. */
  const withTable = async (sql: string, work: (get: (path: string) => Promise<Response>) => Promise<void>) => {
    const url = await createEmptyCopy('template0');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql);
    await client.end();
    const journal = openForeignJournal(url, { clock: systemClock, log: silentLog });
    try {
      const app = hub.appWith({ ...hub.deps, journal });
      await work(async (path) => app.request(path, { headers: { Cookie: operator.cookie, 'Accept-Language': 'ru' } }));
    } finally {
      await journal.close();
      await dropDatabase(url);
    }
  };

  it('with other names and types is shown, filtered, paged and exported; what it lacks is said to be absent', () =>
    withTable(
      `create table integration_logs (id uuid primary key default gen_random_uuid(), created_at timestamp not null,
         severity text, message text, details json);
       insert into integration_logs (created_at, severity, message, details)
       select timestamp '2026-01-01 00:00' + n * interval '1 second', case when n % 10 = 0 then 'ERROR' else 'INFO' end,
         'Чужая запись ' || n, json_build_object('n', n) from generate_series(1, 250) n`,
      async (get) => {
        const page = await (await get('/console/journal?limit=100&refresh=0')).text();
        expect(page).toContain('system, step, status, run_id, outbox_id, payload');
        expect(page).toContain('Чужая запись 250');
        expect(rows(page)).toBe(100);
        const [, next] = /rel="next" href="([^"]+)"/.exec(page) ?? [];
        expect(await (await get(next!.replaceAll('&amp;', '&'))).text()).toContain('Чужая запись 150');
        expect(rows(await (await get('/console/journal?level=error&limit=100&refresh=0')).text())).toBe(25);
        expect(rows(await (await get('/console/journal?q=запись 24&limit=100&refresh=0')).text())).toBe(11);
        expect(rows(await (await get('/console/journal?system=1c&limit=100&refresh=0')).text())).toBe(100);
        const file = await (await get('/console/journal/export?format=ndjson&level=error')).text();
        expect(file.trim().split('\n')).toHaveLength(25);
        expect(JSON.parse(file.split('\n')[0]!)).toMatchObject({ ts: '2026-01-01T00:04:10.000000Z', system: null });
        const [, id] = /href="\/console\/journal\/([0-9a-f-]{36})"/.exec(page) ?? [];
        expect((await get(`/console/journal/${id}`)).status).toBe(200);
      },
    ));

  it('of the Python hub is read whole: entries from before its table grew, its words for levels, systems and outcomes', () =>
    withTable(
      `create table integration_logs (id uuid primary key default gen_random_uuid(), created_at timestamp not null default now(),
         process_name varchar(100) not null, log_level varchar(20) not null, message text not null, payload jsonb);
       insert into integration_logs (created_at, process_name, log_level, message) values
         ('2025-01-15 06:00', 'InternalReplenishment', 'INFO', 'Старая запись');
       alter table integration_logs add ts timestamptz, add run_id uuid, add request_id uuid, add job_id uuid, add job_name text,
         add step varchar(100), add status varchar(50), add external_system varchar(50), add elapsed_ms int, add retry_count int,
         add payload_hash varchar(64), add details jsonb;
       insert into integration_logs (ts, process_name, log_level, message, step, status, external_system) values
         ('2025-11-01 06:00Z', 'OutboxProcessor', 'WARN', 'Новая запись', 'create_transfer', 'SUCCESS', '1C'),
         ('2025-11-02 06:00Z', 'OutboxProcessor', 'ERROR', 'Ошибка записи', 'create_transfer', 'ERROR', 'INTERNAL')`,
      async (get) => {
        const entries = async (filter: string) =>
          (await (await get(`/console/journal/export?format=ndjson&${filter}`)).text())
            .trim()
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as { ts: string; step: string; system: string | null; message: string });
        expect((await entries('')).map(({ ts, step, system }) => [ts, step, system])).toEqual([
          ['2025-11-02T06:00:00.000000Z', 'create_transfer', 'INTERNAL'],
          ['2025-11-01T06:00:00.000000Z', 'create_transfer', '1C'],
          ['2025-01-15T06:00:00.000000Z', 'InternalReplenishment', null],
        ]);
        const texts = async (filter: string) => (await entries(filter)).map(({ message }) => message);
        expect(await texts('level=warning')).toEqual(['Новая запись']);
        expect(await texts('system=hub')).toEqual(['Ошибка записи']);
        expect(await texts('status=failed')).toEqual(['Ошибка записи']);
        expect(await texts('status=ok&system=1c')).toEqual(['Новая запись']);
        const page = await (await get('/console/journal?limit=100&refresh=0')).text();
        expect(rows(page)).toBe(3);
      },
    ));

  it('with nothing but a text, or with no table at all, is no error either', async () => {
    await withTable(
      `create table integration_logs (msg text); insert into integration_logs values ('Одна')`,
      async (get) => {
        const page = await get(`/console/journal?level=error&period=1h&run_id=${runId}`);
        expect(page.status).toBe(200);
        expect(await page.text()).toContain('Одна');
      },
    );
    await withTable('select 1', async (get) => {
      const page = await get('/console/journal');
      expect([page.status, (await page.text()).includes('Таблицы integration_logs')]).toEqual([200, true]);
    });
  });

  it('that cannot be reached is told within three seconds', async () => {
    const journal = openForeignJournal('postgresql://nobody@127.0.0.1:1/none', { clock: systemClock, log: silentLog });
    const app = hub.appWith({ ...hub.deps, journal });
    const startedMs = performance.now();
    const answer = await app.request('/console/journal', { headers: { Cookie: operator.cookie } });
    expect(answer.status).toBe(503);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    await journal.close();
  });
});

import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvCell } from '../../src/api/routes/csv.ts';
import { EXPORT_PAGE } from '../../src/api/routes/page-stream.ts';
import { startApi } from '../../src/api/server.ts';
import { writeJournal } from '../../src/shared/journal/journal.ts';
import { documentKey, newId } from '../../src/shared/outbox/ids.ts';
import { type ApiFixture, bodyOf, createApiFixture } from './fixture.ts';

const RUN = newId();
const ROW = newId();
/** Two pages and a bit, many entries to one instant, so that a page ends among equal times. */
const TOTAL = 2 * EXPORT_PAGE + 17;
let api: ApiFixture;

beforeAll(async () => {
  api = await createApiFixture();
  const { prisma } = api.deps.db;
  await prisma.$executeRaw`
    insert into integration_logs (ts, level, system, step, status, message, details)
    select timestamptz '2026-03-02 06:00:00Z' + (n / 300) * interval '1 minute', case when n % 10 = 0 then 'error' else 'info' end,
      case n % 3 when 0 then 'hub' when 1 then '1c' else 'moysklad' end, 'bulk', 'ok',
      'Запись ' || n || case when n % 37 = 0 then ', редкая' else '' end, jsonb_build_object('n', n)
    from generate_series(1, ${TOTAL}::int) n`;
  await writeJournal(prisma, [
    {
      level: 'warning',
      system: '1c',
      step: 'create-transfer',
      status: 'retry',
      runId: RUN,
      outboxId: ROW,
      message: '=HYPERLINK("http://x")',
      details: { article: 'ЩИТ-7', quote: '"a";b' },
      payload: { lines: [1] },
    },
    {
      level: 'error',
      system: 'moysklad',
      step: 'create-order',
      status: 'refused',
      runId: RUN,
      message: 'Товар\nне найден: 100%',
    },
  ]);
});
afterAll(() => api.close());

const get = async (path: string) => bodyOf(await api.app.request(path));
const messages = async (query: Record<string, string>) => {
  const { items } = await get(`/api/v1/logs?${new URLSearchParams(query)}`);
  return items.map(({ message }: { message: string }) => message);
};
async function wholeList(query: string): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: Record<string, unknown>[]; next_cursor: string | null } = await get(
      `/api/v1/logs?limit=701${query}${cursor && `&cursor=${cursor}`}`,
    );
    all.push(...page.items);
    cursor = page.next_cursor;
  }
  return all;
}

describe('GET /api/v1/logs', () => {
  it('filters by run, row, level, system, status, step and text', async () => {
    const [refused, retried] = ['Товар\nне найден: 100%', '=HYPERLINK("http://x")'];
    expect(await messages({ run_id: RUN })).toEqual([refused, retried]);
    expect(await messages({ outbox_id: ROW })).toEqual([retried]);
    expect(await messages({ run_id: RUN, level: 'error' })).toEqual([refused]);
    expect(await messages({ level: 'warning' })).toEqual([retried]);
    expect(await messages({ run_id: RUN, system: '1c,hub' })).toEqual([retried]);
    expect(await messages({ q: ROW })).toEqual([retried]);
    expect(await messages({ q: RUN })).toEqual([refused, retried]);
    expect(await messages({ q: newId() })).toEqual([]);
    expect(await messages({ status: 'refused' })).toEqual([refused]);
    expect(await messages({ step: 'create-transfer' })).toEqual([retried]);
    expect(await messages({ q: 'НЕ НАЙДЕН' })).toEqual([refused]);
    expect(await messages({ q: 'щит-7' })).toEqual([retried]);
    expect(await messages({ q: '100%' })).toEqual([refused]);
  });

  it('takes from inclusively and to exclusively, in any zone, also with a plus that the URL lost', async () => {
    const at = (from: string, to: string) => get(`/api/v1/logs?step=bulk&limit=2000&from=${from}&to=${to}`);
    const minute = await at('2026-03-02T06:01:00Z', '2026-03-02T06:02:00Z');
    expect(minute.items).toHaveLength(300);
    expect(await at('2026-03-02T09:01:00+03:00', '2026-03-02T09:02:00%2B03:00')).toEqual(minute);
  });

  it('gives 100 entries unless asked, newest first', async () => {
    const { items } = await get('/api/v1/logs');
    expect(items).toHaveLength(100);
    const order = items.map(({ ts, id }: { ts: string; id: string }) => `${ts} ${id.padStart(12, '0')}`);
    expect(order).toEqual(order.toSorted().toReversed());
  });

  it('pages through everything once, also among equal times', async () => {
    const all = await wholeList('&step=bulk');
    expect(all).toHaveLength(TOTAL);
    expect(new Set(all.map(({ id }) => id)).size).toBe(TOTAL);
  });

  it.each(['Запись 1', 'запись 999', 'ПИСЬ 20', '7', '"n": 1500', 'no such text', 'редкая', '": '])(
    'finds every entry with %s, page by page',
    async (q) => {
      const all = await wholeList('');
      const fits = all.filter(({ message, details }) =>
        `${message} ${details === null ? '' : JSON.stringify(details).replace(/":/g, '": ')}`
          .toLowerCase()
          .includes(q.toLowerCase()),
      );
      const pages = async (cursor?: string): Promise<unknown[]> => {
        const asked = new URLSearchParams({ q, limit: '9', ...(cursor && { cursor }) });
        const { items, next_cursor: next } = await get(`/api/v1/logs?${asked}`);
        return [...items, ...(next === null ? [] : await pages(next))];
      };
      expect(await pages()).toEqual(fits);
    },
  );

  it.each([
    ['from=2026-03-02', 'from'],
    ['to=yesterday', 'to'],
    ['from=2026-13-02T06:00:00Z', 'from'],
    ['level=warn', 'level'],
    ['run_id=7', 'run_id'],
    ['limit=2001', 'limit'],
  ])('answers 422 to ?%s', async (query, name) => {
    const response = await api.app.request(`/api/v1/logs?${query}`);
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({ errors: [{ in: 'query', name }] });
  });
});

describe('GET /api/v1/logs/export', () => {
  it('streams exactly what the list shows, as NDJSON', async () => {
    const response = await api.app.request('/api/v1/logs/export?format=ndjson&system=hub,1c');
    expect(response.headers.get('Content-Type')).toMatch(/^application\/x-ndjson/);
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(await wholeList('&system=hub,1c'));
  });

  it('streams exactly what the list shows, as CSV with a byte order mark', async () => {
    const response = await api.app.request('/api/v1/logs/export?format=csv&step=bulk');
    expect(response.headers.get('Content-Disposition')).toMatch(
      /^attachment; filename="integration-logs-[\dT-]+\.csv"$/,
    );
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const rows = parse(bytes, { bom: true, columns: true }) as Record<string, string>[];
    const list = await wholeList('&step=bulk');
    // By the wall clock of the schedule's zone, with its offset.
    expect(rows.every(({ ts }) => ts?.endsWith('+03:00'))).toBe(true);
    expect(rows.map(({ ts, ...row }) => ({ ...row, ts: new Date(ts ?? '').toISOString() }))).toEqual(
      list.map((entry) => ({
        ...entry,
        run_id: '',
        outbox_id: '',
        payload: '',
        details: JSON.stringify(entry.details),
      })),
    );
  });

  it('keeps formulas, quotes and line breaks from becoming anything else', async () => {
    const text = await (
      await api.app.request(`/api/v1/logs/export?format=csv&run_id=${RUN}&delimiter=semicolon`)
    ).text();
    const [refused, retried] = parse(text, { bom: true, columns: true, delimiter: ';' }) as Record<string, string>[];
    expect(refused?.message).toBe('Товар\nне найден: 100%');
    expect(retried?.message).toBe('\'=HYPERLINK("http://x")');
    expect(JSON.parse(retried?.details ?? '')).toEqual({ article: 'ЩИТ-7', quote: '"a";b' });
  });

  it.each(['=1+1', '+7 900', '-5', '@SUM(A1)', '\tx', '\rx', '\nx'])('puts an apostrophe before %j', (cell) => {
    expect(csvCell(cell)).toBe(`"'${cell}"`);
  });

  it('gives a file with headings only when nothing matches', async () => {
    const response = await api.app.request('/api/v1/logs/export?format=csv&step=none');
    expect(await response.text()).toMatch(/^\uFEFF?id,ts,[\w,]+\r\n$/);
  });

  it('breaks off, over HTTP too, when a later page cannot be read', async () => {
    const { db } = api.deps;
    let pages = 0;
    const failing = new Proxy(db.bulk, {
      get(target, name, receiver) {
        if (name !== 'query') return Reflect.get(target, name, receiver);
        pages += 1;
        return pages > 2 ? () => Promise.reject(new Error('lost')) : target.query.bind(target);
      },
    });
    const server = await startApi(api.appWith({ db: { ...db, bulk: failing } }), { host: '127.0.0.1', port: 0 });
    const response = await fetch(`${server.url}/api/v1/logs/export?format=csv`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    expect(pages).toBe(3);
    await server.stop(1_000);
  });

  it('reads no further page once the reader has gone', async () => {
    const { db } = api.deps;
    let pages = 0;
    const counted = new Proxy(db.bulk, {
      get(target, name, receiver) {
        if (name !== 'query') return Reflect.get(target, name, receiver);
        pages += 1;
        return target.query.bind(target);
      },
    });
    const app = api.appWith({ db: { ...db, bulk: counted } });
    const reader = (await app.request('/api/v1/logs/export?format=csv')).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(pages).toBe(1);
  });

  it('answers 422 without a format', async () => {
    expect((await api.app.request('/api/v1/logs/export')).status).toBe(422);
  });
});

// Last: entries cannot be taken away again.
describe('a journal with very many old entries of one kind', () => {
  it('gives the newest of them, page by page', async () => {
    const { prisma } = api.deps.db;
    const many = 12_000;
    await prisma.$executeRaw`
      insert into integration_logs (ts, level, system, step, status, message)
      select timestamptz '2026-01-01 00:00:00Z' + (n / 7) * interval '1 minute', 'info', 'hub', 'old', 'ok', 'Частая ' || n
      from generate_series(1, ${many}::int) n`;
    for (const limit of [1, 3]) {
      const found: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null && found.length < 9) {
        const page = await get(`/api/v1/logs?q=частая&limit=${limit}${cursor && `&cursor=${cursor}`}`);
        found.push(...page.items.map(({ message }: { message: string }) => message));
        cursor = page.next_cursor;
      }
      expect(found).toEqual(Array.from({ length: 9 }, (_, at) => `Частая ${many - at}`));
    }
  });
});

describe('a search in the journal', () => {
  it('finds the entries of a document by its own key and by the key that the other system gave it', async () => {
    const keys = await createApiFixture();
    const { prisma } = keys.deps.db;
    const found = async (q: string) =>
      (await bodyOf(await keys.app.request(`/api/v1/logs?q=${q}`))).items.map(
        (one: { message: string }) => one.message,
      );
    const [id, runId, key] = [newId(), newId(), newId()];
    const made = { status: 'done', externalKey: key, confirmedAt: new Date() } as const;
    await prisma.run.create({ data: { id: runId, trigger: 'http' } });
    await prisma.outboxRow.create({
      data: { id, runId, kind: 'order', queue: 'moysklad-order', documentKey: documentKey(id, 1), ...made },
    });
    const entry = { level: 'info', system: 'moysklad', step: 'create-order', status: 'ok' } as const;
    await writeJournal(prisma, [
      { ...entry, runId, outboxId: id, message: 'Создан заказ', details: { key, worker: 'w-1' } },
    ]);
    for (const q of [id, documentKey(id, 1), key, key.toUpperCase()]) expect(await found(q)).toEqual(['Создан заказ']);
    // What is the same in every entry, or random, is not searched part by part.
    expect(await found('w-1')).toEqual([]);
    await keys.close();
  });
});

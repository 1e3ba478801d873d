import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { buildProject } from '../chaos/build.ts';
import { startEmbeddedDatabase } from '../src/shared/db/embedded.ts';
import { applyMigrations } from '../src/shared/db/migrations.ts';
import { memoryOf, startCompiled } from './compiled-hub.ts';
import { fillJournal, fillOutbox } from './console-data.ts';
import { openConsole } from './console-visitor.ts';
import { UNUSED } from './unused-settings.ts';

/** How large the tables are made; smaller ones for a quick look. */
const JOURNAL_ROWS = Number(process.env.BENCH_JOURNAL_ROWS ?? 10_000_000);
const OUTBOX_ROWS = Number(process.env.BENCH_OUTBOX_ROWS ?? 1_000_000);
const EXPORT_ROWS = Math.min(1_000_000, JOURNAL_ROWS);
/** Requests of each kind that are measured, after one that is not. */
const TIMES = 30;
const LIMIT_MS = 300;
const LIMIT_MIB = 200;
/** As Dockerfile.api starts the API. */
const AS_IN_THE_IMAGE = '--max-old-space-size=256';

/** The console's pages over large tables: whole answers, from the request to the last byte of HTML. */
export async function run(): Promise<void> {
  // Tables that a bench before this one has filled and left behind.
  const filled = process.env.BENCH_DATABASE_URL;
  if (filled !== undefined) return measure(filled);
  const directory = await mkdtemp(path.join(tmpdir(), 'hub-bench-console-'));
  const postgres = await startEmbeddedDatabase({
    directory,
    temporary: true,
    settings: [
      'shared_buffers=1GB',
      'effective_cache_size=3GB',
      'max_wal_size=8GB',
      'synchronous_commit=off',
      'jit=off',
    ],
  });
  try {
    await applyMigrations(postgres.url);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(`set maintenance_work_mem = '1GB'`);
    console.log(`${OUTBOX_ROWS} documents: ${await seconds(() => fillOutbox(client, OUTBOX_ROWS))}`);
    console.log(
      `${JOURNAL_ROWS} journal entries: ${await seconds(() => fillJournal(client, JOURNAL_ROWS, OUTBOX_ROWS))}`,
    );
    const [{ size }] = (await client.query(`select pg_size_pretty(pg_database_size(current_database())) as size`)).rows;
    await client.end();
    console.log(`database ${size}\n`);
    await measure(postgres.url);
  } finally {
    await postgres.stop();
  }
}

async function measure(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const [{ from }] = (
    await client.query(
      `select ts as from from integration_logs order by ts desc, id desc offset ${EXPORT_ROWS - 1} limit 1`,
    )
  ).rows;
  const { rows } = await client.query<{ key: string }>(
    `select coalesce(external_key, document_key::text) as key from outbox order by document_key limit $1`,
    [TIMES + 1],
  );
  await client.end();
  await measurePages(
    url,
    rows.map(({ key }) => key),
  );
  await measureExport(url, from.toISOString());
}

/** A number for each request, so that none asks for what the one before it has warmed. */
const somewhere = (n: number, rows: number) => (n * 7919 + 13) % rows;
const article = (n: number) => `АРТ-${String(somewhere(n, 50_000)).padStart(6, '0')}`;
const number = (n: number) => `00-${String(somewhere(n, OUTBOX_ROWS)).padStart(8, '0')}`;

const casesOf = (keys: string[]): Record<string, (n: number) => string> => ({
  'journal, first page': () => '/console/journal',
  'journal, level': (n) => `/console/journal?level=${['error', 'warning', 'debug'][n % 3]}`,
  'journal, system': (n) => `/console/journal?system=${['1c', 'moysklad', 'hub'][n % 3]}`,
  'journal, status': (n) => `/console/journal?status=${['refused', 'unknown', 'retry', 'ok'][n % 4]}`,
  'journal, step': (n) => `/console/journal?step=${['snapshot', 'create-order', 'operator'][n % 3]}`,
  'journal, several filters': (n) =>
    `/console/journal?level=warning,error&system=moysklad&status=${['refused', 'retry'][n % 2]}`,
  'journal, filters that nothing fits': () => '/console/journal?system=moysklad&step=create-transfer',
  'journal, an hour a year ago': (n) =>
    `/console/journal?from=2025-06-${String(1 + (n % 28)).padStart(2, '0')}T10:00&to=2025-06-${String(1 + (n % 28)).padStart(2, '0')}T11:00`,
  'journal, article': (n) => `/console/journal?q=${encodeURIComponent(article(n))}`,
  'journal, document number': (n) => `/console/journal?q=${encodeURIComponent(number(n))}`,
  'journal, a word that one in 100 000 has': () => `/console/journal?q=${encodeURIComponent('на повтор')}`,
  'journal, a word that none has': () => `/console/journal?q=${encodeURIComponent('выключатель')}`,
  'journal, a word that half of it has': () => `/console/journal?q=${encodeURIComponent('перемещение')}`,
  'documents, first page': () => '/console/documents',
  'documents, state': (n) => `/console/documents?status=${['failed', 'unknown', 'done', 'held'][n % 4]}`,
  'documents, cause': (n) => `/console/documents?cause=cause-${n % 20}`,
  'documents, route': (n) =>
    `/console/documents?${new URLSearchParams({ donor: 'Бестужевых', recipient: `Магазин ${n % 9}` })}`,
  'documents, recipient and state': (n) =>
    `/console/documents?${new URLSearchParams({ recipient: `Магазин ${n % 9}`, status: ['failed', 'unknown', 'done'][n % 3]! })}`,
  'documents, article': (n) => `/console/documents?q=${encodeURIComponent(article(n))}`,
  'documents, number': (n) => `/console/documents?q=${encodeURIComponent(number(n))}`,
  'documents, warehouse': (n) => `/console/documents?q=${encodeURIComponent(`Магазин ${n % 9}`)}`,
  'documents, warehouse and state': (n) =>
    `/console/documents?${new URLSearchParams({ q: `Магазин ${n % 9}`, status: ['failed', 'unknown', 'done'][n % 3]! })}`,
  'documents, key': (n) => `/console/documents?q=${keys[n % keys.length]}`,
  'documents, a word that none has': () => `/console/documents?q=${encodeURIComponent('выключатель')}`,
  'documents, a word that all have': () => `/console/documents?q=${encodeURIComponent('кабель')}`,
  overview: () => '/console',
});

async function measurePages(url: string, keys: string[]): Promise<void> {
  const visitor = await openConsole(url);
  const table: Record<string, string | number>[] = [];
  try {
    for (const [name, pathOf] of Object.entries(casesOf(keys))) {
      const times: number[] = [];
      for (let n = 0; n <= TIMES; n += 1) {
        const startedMs = performance.now();
        const answer = await visitor.get(pathOf(n));
        const text = await answer.text();
        const ms = performance.now() - startedMs;
        if (answer.status !== 200)
          console.log(`${pathOf(n)}: ${answer.status} after ${Math.round(ms)} ms, ${text.length} bytes`);
        if (n > 0) times.push(ms);
      }
      times.sort((a, b) => a - b);
      const at = (share: number) => Math.round(times[Math.ceil(share * times.length) - 1] ?? 0);
      table.push({
        page: name,
        'p50, ms': at(0.5),
        'p95, ms': at(0.95),
        'max, ms': at(1),
        limit: at(0.95) <= LIMIT_MS ? 'kept' : `MISSED (${LIMIT_MS})`,
      });
    }
  } finally {
    await visitor.close();
  }
  console.table(table);
}

/** What the compiled API needs at most while it streams, in a process for each format. */
async function measureExport(url: string, from: string): Promise<void> {
  const build = await buildProject();
  try {
    for (const format of ['ndjson', 'csv']) {
      const settings = { ...UNUSED, DATABASE_URL: url, PORT: '0', NODE_OPTIONS: AS_IN_THE_IMAGE };
      const api = startCompiled(build, ['--only', 'api'], settings);
      try {
        const { url: address } = await api.printed('api.listening');
        const idle = await memoryOf(api.child, 'VmHWM');
        const query = new URLSearchParams({ format, from });
        const startedMs = performance.now();
        const { rows, bytes } = await readAll(await fetch(`${String(address)}/api/v1/logs/export?${query}`));
        const took = (performance.now() - startedMs) / 1000;
        const most = await memoryOf(api.child, 'VmHWM');
        console.log(
          `export ${format}: ${rows} rows, ${Math.round(bytes / 1e6)} MB in ${took.toFixed(1)} s; the API had ${idle} MiB before it and ${most} MiB at most: ${most <= LIMIT_MIB ? 'kept' : `MISSED (${LIMIT_MIB})`}`,
        );
      } finally {
        await api.stop();
      }
    }
  } finally {
    await build.remove();
  }
}

/** Lines and bytes of an answer, none of which is kept. */
async function readAll(answer: Response): Promise<{ rows: number; bytes: number }> {
  if (answer.body === null || answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  let [rows, bytes] = [0, 0];
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    for (const byte of chunk) if (byte === 10) rows += 1;
  }
  return { rows, bytes };
}

async function seconds(work: () => Promise<unknown>): Promise<string> {
  const startedMs = performance.now();
  await work();
  return `${((performance.now() - startedMs) / 1000).toFixed(0)} s`;
}

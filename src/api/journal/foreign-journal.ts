import pg from 'pg';
import { z } from 'zod';
import type { Clock } from '../../shared/clock/clock.ts';
import { guardedPool } from '../../shared/db/guarded-client.ts';
import type { Log } from '../../shared/log/log.ts';
import type { JournalFilter, JournalPage } from '../queries/journal.ts';
import { shareAnswer } from '../shared-answer.ts';
import { COLUMNS, type Column, type JournalSource, type ShownEntry } from './journal-source.ts';

const TABLE = 'integration_logs';
/** A foreign database is somebody else's: few connections, and no statement that goes on when nobody waits for it. */
const CONNECTIONS = 3;
const STATEMENT_MS = 2_400;
const CONNECT_MS = 2_000;
const SHAPE_KEEP_MS = 30_000;

/** What others have called the same thing. Of those that are there, each entry is told by the first that it has filled in. */
const NAMES: Record<Column, readonly string[]> = {
  id: ['id', 'log_id'],
  ts: ['ts', 'created_at', 'timestamp', 'logged_at', 'event_time', 'time'],
  level: ['level', 'severity', 'log_level'],
  system: ['system', 'external_system', 'source', 'service'],
  step: ['step', 'process_name', 'operation', 'action', 'stage', 'event'],
  status: ['status', 'state', 'result'],
  run_id: ['run_id', 'correlation_id', 'batch_id', 'request_id'],
  outbox_id: ['outbox_id', 'document_id'],
  message: ['message', 'msg', 'text', 'description', 'error_message'],
  details: ['details', 'detail', 'meta', 'context', 'extra'],
  payload: ['payload', 'data', 'body', 'request_payload'],
};

/** What others have written for the same thing, beside the word itself. */
const SYNONYMS: Record<string, readonly string[]> = {
  warning: ['warn'],
  error: ['critical', 'fatal'],
  hub: ['internal'],
  ok: ['success', 'completed'],
  failed: ['error'],
};

/** `sql` gives the column's value, of PostgreSQL's `type`. */
type Shape = Partial<Record<Column, { sql: string; type: string }>>;

export interface ForeignJournal extends JournalSource {
  close(): Promise<void>;
}

/** The `integration_logs` of another database, read only: an older one, or another program's. Opens no connection yet. */
export function openForeignJournal(url: string, { clock, log }: { clock: Clock; log: Log }): ForeignJournal {
  const told = (error: Error) => log.warn({ event: 'foreign-journal.connection', error: error.message });
  const pool = guardedPool(
    {
      connectionString: url,
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      query_timeout: STATEMENT_MS + 500,
      application_name: 'hub console',
      options: '-c default_transaction_read_only=on -c timezone=UTC',
    },
    told,
  );
  const shape = shareAnswer(clock, SHAPE_KEEP_MS, () => readShape(pool));

  async function read(known: Shape, filter: JournalFilter, page: JournalPage): Promise<ShownEntry[]> {
    const values: unknown[] = [];
    const give = (value: unknown) => `$${values.push(value)}`;
    const where = conditions(known, filter, give);
    const place = page.after ?? page.before;
    if (place !== undefined) where.push(placeCondition(known, place, page.after === undefined ? '>' : '<', give));
    const order = [known.ts && `${known.ts.sql} desc nulls last`, known.id && `${known.id.sql} desc`];
    const by = order.filter((one) => one !== undefined);
    const sql = `select ${COLUMNS.map((column) => selected(known, column)).join(', ')} from ${TABLE}
      ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
      ${by.length > 0 ? `order by ${by.join(', ')}` : ''} limit ${give(page.limit)}`;
    const { rows } = await pool.query(sql, values);
    return z
      .array(row)
      .parse(rows)
      .map(({ details, payload, ...rest }) => ({
        ...rest,
        details: fromText(details),
        payload: fromText(payload),
      }));
  }

  return {
    async list(filter, page) {
      const known = await shape();
      return Object.keys(known).length === 0 ? [] : read(known, filter, page);
    },
    async find(id) {
      const known = await shape();
      if (known.id === undefined) return null;
      const values = [id];
      const sql = `select ${COLUMNS.map((column) => selected(known, column)).join(', ')} from ${TABLE} where ${known.id.sql}::text = $1 limit 1`;
      const [found] = z.array(row).parse((await pool.query(sql, values)).rows);
      return found === undefined
        ? null
        : { ...found, details: fromText(found.details), payload: fromText(found.payload) };
    },
    async absent() {
      const known = await shape();
      return COLUMNS.filter((column) => known[column] === undefined);
    },
    placeOf: ({ ts, id }) => [ts ?? '', id ?? ''],
    close: () => pool.end(),
  };
}

const text = z.string().nullable();
const row = z.object(Object.fromEntries(COLUMNS.map((column) => [column, text])) as Record<Column, typeof text>);

async function readShape(pool: pg.Pool): Promise<Shape> {
  const { rows } = await pool.query(
    `select column_name as name, udt_name as type from information_schema.columns
     where table_name = $1 and table_schema = any(current_schemas(false))`,
    [TABLE],
  );
  const there = z.array(z.object({ name: z.string(), type: z.string() })).parse(rows);
  const shape: Shape = {};
  for (const column of COLUMNS) {
    const found = NAMES[column]
      .map((name) => there.find((one) => one.name === name))
      .filter((one) => one !== undefined)
      .filter(({ type }) => column !== 'ts' || TIMES.includes(type));
    // An entry has one id, by an index.
    const merged = merge(column === 'id' ? found.slice(0, 1) : found);
    if (merged !== undefined) shape[column] = merged;
  }
  return shape;
}

const TIMES = ['date', 'timestamp', 'timestamptz'];

/** A table that has grown has two columns for one thing, the newer one empty in old entries. Of one kind they are read as one. */
function merge(found: readonly { name: string; type: string }[]): { sql: string; type: string } | undefined {
  const [first] = found;
  if (first === undefined) return undefined;
  const times = TIMES.includes(first.type);
  const same = found.filter(({ type }) => (times ? TIMES.includes(type) : type === first.type));
  const type = times ? TIMES[Math.max(...same.map((one) => TIMES.indexOf(one.type)))]! : first.type;
  const names = same.map(({ name }) => pg.escapeIdentifier(name));
  return { sql: names.length === 1 ? names[0]! : `coalesce(${names.join(', ')})`, type };
}

/** Every column as text; a time in UTC with all its digits, so that it can be a place to go on from. */
function selected(known: Shape, column: Column): string {
  const found = known[column];
  if (found === undefined) return `null::text as ${column}`;
  if (column !== 'ts') return `${found.sql}::text as ${column}`;
  return `to_char(${found.sql}${found.type === 'timestamptz' ? " at time zone 'UTC'" : ''}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ts`;
}

/** What filters by a column that is not there is left out. */
function conditions(known: Shape, filter: JournalFilter, give: (value: unknown) => string): string[] {
  const where: string[] = [];
  const on = (column: Column, condition: (name: string) => string) => {
    const found = known[column];
    if (found !== undefined) where.push(condition(found.sql));
  };
  const anyOf = (column: Column, chosen: readonly string[] | undefined) => {
    const words = chosen?.flatMap((word) => [word, ...(SYNONYMS[word] ?? [])]);
    if (words !== undefined) on(column, (sql) => `lower(${sql}::text) = any(${give(words)}::text[])`);
  };
  const { from, to } = filter;
  if (from !== undefined) on('ts', (sql) => `${sql} >= ${give(from)}`);
  if (to !== undefined) on('ts', (sql) => `${sql} < ${give(to)}`);
  anyOf('level', filter.level);
  anyOf('system', filter.system);
  anyOf('status', filter.status);
  if (filter.step !== undefined) on('step', (sql) => `${sql}::text = ${give(filter.step)}`);
  if (filter.runId !== undefined) on('run_id', (sql) => `${sql}::text = ${give(filter.runId)}`);
  if (filter.outboxId !== undefined) on('outbox_id', (sql) => `${sql}::text = ${give(filter.outboxId)}`);
  if (filter.q !== undefined) {
    const part = give(`%${filter.q.replace(/[\\%_]/g, '\\$&')}%`);
    const places = [known.message, known.details].flatMap((one) =>
      one === undefined ? [] : [`${one.sql}::text ilike ${part}`],
    );
    if (places.length > 0) where.push(`(${places.join(' or ')})`);
  }
  return where;
}

function placeCondition(
  known: Shape,
  [ts, id]: readonly [string, string],
  sign: '<' | '>',
  give: (value: unknown) => string,
): string {
  const pairs = [
    known.ts && ts !== '' ? [known.ts.sql, `${give(ts)}::${known.ts.type}`] : null,
    known.id && id !== '' ? [known.id.sql, `${give(id)}::${known.id.type}`] : null,
  ].filter((one) => one !== null);
  // Nothing to go on from: the table can only be shown from its beginning.
  if (pairs.length === 0) return 'false';
  return `(${pairs.map(([name]) => name).join(', ')}) ${sign} (${pairs.map(([, value]) => value).join(', ')})`;
}

/** JSON where it is JSON, else the text itself. */
function fromText(value: string | null): unknown {
  if (value === null) return null;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

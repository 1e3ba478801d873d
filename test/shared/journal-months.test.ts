import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { applyMigrations, migrationsDirectory } from '../../src/shared/db/migrations.ts';
import { dropOldParts, MONTHS_AHEAD, makeMonths, oldParts } from '../../src/shared/journal/months.ts';
import { createEmptyCopy, createTestDatabase, dropDatabase, type TestDatabase } from '../support/database.ts';
import { addMonths } from '../support/journal.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const query = async (sql: string, values: unknown[] = []) =>
  (await database.db.pool.query(sql, values)).rows as Record<string, unknown>[];
const deps = () => ({ db: database.db, clock: systemClock });

interface Part {
  part: string;
  low: Date | null;
  high: Date | null;
}
const parts = async () => (await query('select part::text, low, high from hub_journal_parts()')) as unknown as Part[];

/** The first instant of the month that is so many after this one, in UTC. */
function month(more: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + more, 1));
}
const named = (more: number) => `integration_logs_${month(more).toISOString().slice(0, 7).replace('-', '_')}`;

const add = async (ts: Date | string, message = 'm') =>
  (
    await query(
      `insert into integration_logs (ts, level, system, step, status, message) values ($1, 'info', 'hub', 's', 'ok', $2) returning id`,
      [ts, message],
    )
  )[0]!.id as string;
const partOf = async (id: string) =>
  (await query('select tableoid::regclass::text as part from integration_logs where id = $1', [id]))[0]?.part;

describe('the months of the journal', () => {
  it('are there from the start: this one and three more, by UTC, without a gap before, between or after', async () => {
    const found = await parts();
    expect(found.map(({ part }) => part)).toEqual([
      'integration_logs_past',
      ...[0, 1, 2, 3].map(named),
      'integration_logs_future',
    ]);
    expect(found[0]).toMatchObject({ low: null, high: month(0) });
    for (const [index, { low }] of found.slice(1).entries()) expect(low).toEqual(found[index]!.high);
    expect(found.at(-1)).toMatchObject({ low: month(MONTHS_AHEAD + 1), high: null });
  });

  it('are made ahead of time, once, by however many processes ask at the same moment', async () => {
    const later = month(5);
    const ask = () => query('select hub_journal_partitions($1, $2) as made', [MONTHS_AHEAD, later]);
    const made = (await Promise.all([ask(), ask(), ask()])).flat().map((row) => row.made);
    expect(made.sort()).toEqual([0, 0, 5]);
    expect((await parts()).map(({ part }) => part)).toEqual([
      'integration_logs_past',
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map(named),
      'integration_logs_future',
    ]);
    expect(await makeMonths(deps())).toBe(0);
  });

  it('let every entry in, whatever its time says, and what came before its month is there when the month is made', async () => {
    const ids = {
      now: await add(new Date()),
      far: await add('2099-05-05T00:00:00Z'),
      ancient: await add('1970-01-01T00:00:00Z'),
      soon: await add(month(5), 'the first instant of its month'),
      before: await add(new Date(month(6).getTime() - 1), 'the last instant of that month'),
    };
    expect(await partOf(ids.now)).toBe(named(0));
    expect(await partOf(ids.ancient)).toBe('integration_logs_past');
    expect(await partOf(ids.far)).toBe('integration_logs_future');
    expect(await partOf(ids.soon)).toBe('integration_logs_future');
    await query('select hub_journal_partitions($1, $2)', [0, month(5)]);
    expect(await partOf(ids.soon)).toBe(named(5));
    expect(await partOf(ids.before)).toBe(named(5));
    expect(await partOf(ids.far)).toBe('integration_logs_future');
    expect((await query('select count(*)::int as count from integration_logs'))[0]!.count).toBe(5);
  });

  it('change nothing for whoever writes by the generated client', async () => {
    const { prisma } = database.db;
    const data = { level: 'info', system: 'hub', step: 's', status: 'ok', message: 'm' };
    const one = await prisma.integrationLog.create({ data });
    const many = await prisma.integrationLog.createManyAndReturn({ data: [data, data] });
    expect(many.map(({ id }) => id)).toEqual([one.id + 1n, one.id + 2n]);
    expect(await prisma.integrationLog.findFirst({ where: { id: one.id } })).toEqual(one);
  });

  it('are not made while somebody has the journal in use, hold nobody up for it, and come when it is free', async () => {
    await query('drop table integration_logs_future');
    await query(`select hub_journal_part('integration_logs_future', $1, null)`, [month(MONTHS_AHEAD + 1)]);
    await query(`drop table ${named(MONTHS_AHEAD)}, integration_logs_future`);
    await query(`select hub_journal_part('integration_logs_future', $1, null)`, [month(MONTHS_AHEAD)]);
    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    let waits = 0;
    try {
      await reader.query('begin');
      await reader.query('select count(*) from integration_logs');
      const clock = {
        ...systemClock,
        async sleep() {
          waits += 1;
          // Nobody is waiting in front of those who write.
          await add(new Date());
          await reader.query('commit');
        },
      };
      expect(await makeMonths({ db: database.db, clock })).toBe(1);
    } finally {
      await reader.end();
    }
    expect(waits).toBe(1);
  });
});

describe('the journal is append-only', () => {
  /** Past the code, as any program with a connection could. */
  async function refuseAll(): Promise<string[]> {
    const tables = ['integration_logs', ...(await parts()).map(({ part }) => part)];
    for (const table of tables) {
      const rows = Number((await query(`select count(*) from ${table}`))[0]!.count);
      expect(rows, `${table} has an entry that could be changed`).toBeGreaterThan(0);
      await expect(query(`update ${table} set message = 'x'`)).rejects.toThrow('append-only: UPDATE');
      await expect(query(`update ${table} set ts = ts + interval '1 year'`)).rejects.toThrow('append-only: UPDATE');
      await expect(query(`delete from ${table}`)).rejects.toThrow('append-only: DELETE');
      await expect(query(`truncate ${table}`)).rejects.toThrow('append-only: TRUNCATE');
    }
    return tables;
  }

  async function fillAll(): Promise<void> {
    for (const { low, high } of await parts()) await add(low ?? new Date(high!.getTime() - 1));
  }

  it('as a whole, in every part, in parts that were made later, and in those that took the place of a dropped one', async () => {
    await fillAll();
    expect(await refuseAll()).toHaveLength(7);
    await query('select hub_journal_partitions(0, $1)', [month(6)]);
    await addMonths(database.db, 3);
    await query('select hub_journal_drop($1)', [month(-1)]);
    await fillAll();
    expect(await refuseAll()).toHaveLength(1 + 2 + 8);
  });
});

describe('old parts of the journal', () => {
  it('go as a whole when their last entry is too old, and not before; this month never', async () => {
    await addMonths(database.db, 5);
    const ids = await Promise.all([-7, -3, -2, -1, 0].map((more) => add(month(more))));
    const within = new Date(month(-2).getTime() + 86_400_000);
    expect(await oldParts(deps(), within)).toEqual([
      { name: 'integration_logs_past', entries: 1 },
      { name: named(-5), entries: 0 },
      { name: named(-4), entries: 0 },
      { name: named(-3), entries: 1 },
    ]);
    await dropOldParts(deps(), within);
    expect(await Promise.all(ids.map(partOf))).toEqual([undefined, undefined, named(-2), named(-1), named(0)]);
    expect((await parts()).slice(0, 2)).toMatchObject([
      { part: 'integration_logs_past', high: month(-2) },
      { part: named(-2) },
    ]);
    expect(await oldParts(deps(), within)).toEqual([]);
    await dropOldParts(deps(), month(12));
    expect(await Promise.all(ids.map(partOf))).toEqual([undefined, undefined, undefined, undefined, named(0)]);
    // Late news of a time that is gone still find a place.
    expect(await partOf(await add(month(-3)))).toBe('integration_logs_past');
  });
});

describe('a database that has the journal of before', () => {
  let url: string;
  let earlier: string;
  let client: pg.Client;
  beforeAll(async () => {
    earlier = await mkdtemp(path.join(tmpdir(), 'hub-migrations-'));
    await cp(migrationsDirectory(), earlier, { recursive: true });
    await rm(path.join(earlier, '0015_partitions'), { recursive: true });
  });
  afterAll(() => rm(earlier, { recursive: true, force: true }));
  beforeEach(async () => {
    url = await createEmptyCopy('template0');
    await applyMigrations(url, earlier);
    client = new pg.Client({ connectionString: url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await dropDatabase(url);
  });

  const rows = async (sql: string) => (await client.query(sql)).rows as Record<string, unknown>[];
  const entries = 'select id::text, ts, message, details from integration_logs order by integration_logs.id';
  const indexes = `
    select indexrelid::regclass::text as name, indisvalid as valid from pg_index
    where indrelid = 'integration_logs'::regclass order by 1`;

  it('keeps every entry, its id and its indexes, in the table where they stand, and goes on counting', async () => {
    await client.query(`
      insert into integration_logs (ts, level, system, step, status, message, details)
      select now() - n * interval '9 days', 'info', 'hub', 's', 'ok', 'Запись ' || n, jsonb_build_object('n', n) from generate_series(1, 300) n
      union all select now() + interval '70 days', 'info', 'hub', 's', 'ok', 'A fast clock', null
      union all select now() + interval '50 years', 'info', 'hub', 's', 'ok', 'A very fast clock', null`);
    const before = { entries: await rows(entries), indexes: await rows(indexes) };
    const [{ table }] = (await rows(`select pg_relation_filenode('integration_logs') as table`)) as [{ table: number }];
    expect(await applyMigrations(url)).toContain('0015_partitions');

    expect(await rows(entries)).toEqual(before.entries);
    expect(await rows(indexes)).toEqual(before.indexes);
    expect(before.indexes.map(({ name }) => name)).toContain('integration_logs_text_idx');
    expect(await rows(`select pg_relation_filenode('integration_logs_past') as table`)).toEqual([{ table }]);
    expect(
      await rows(
        'select tableoid::regclass::text as part, count(*)::int from integration_logs group by 1 order by 2, 1',
      ),
    ).toEqual([
      { part: expect.stringMatching(/_\d{4}_\d{2}$/), count: 1 },
      { part: 'integration_logs_future', count: 1 },
      { part: 'integration_logs_past', count: 300 },
    ]);
    const next = `insert into integration_logs (level, system, step, status, message) values ('info', 'hub', 's', 'ok', 'm') returning id::text`;
    expect(await rows(next)).toEqual([{ id: '303' }]);
    for (const table of ['integration_logs', 'integration_logs_past']) {
      for (const act of [`update ${table} set message = 'x'`, `delete from ${table}`, `truncate ${table}`]) {
        await expect(client.query(act)).rejects.toThrow('append-only');
      }
    }
  });

  it('drops it as one when all of it is too old', async () => {
    await client.query(`
      insert into integration_logs (ts, level, system, step, status, message)
      select now() - n * interval '200 days', 'info', 'hub', 's', 'ok', 'm' from generate_series(0, 9) n`);
    await applyMigrations(url);
    // Its newest entry is of this month.
    expect(await rows(`select hub_journal_drop(now() + interval '10 years') as dropped`)).toEqual([{ dropped: 0 }]);
    expect((await rows(entries)).length).toBe(10);
  });

  it('has the parts of a fresh one where there was no entry', async () => {
    await applyMigrations(url);
    expect(await rows('select part::text, low, high from hub_journal_parts()')).toEqual(await parts());
  });
});

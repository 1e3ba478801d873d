import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EntryRow,
  type JournalFilter,
  type JournalPage,
  listJournal,
  placeOf,
} from '../../src/api/queries/journal.ts';
import type { Prisma, Tx } from '../../src/shared/db/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { addMonths } from '../support/journal.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await addMonths(database.db, 13);
  // A few a day for more than a year, of four kinds; statistics, as a table has that is vacuumed.
  await database.db.pool.query(`
    insert into integration_logs (ts, level, system, step, status, message)
    select now() - n * interval '1 hour', (array['info', 'error'])[1 + n % 2], (array['hub', '1c'])[1 + n / 2 % 2], 's', 'ok',
      'Запись ' || n from generate_series(0, 24 * 390) n`);
  await database.db.pool.query('vacuum analyze integration_logs');
});
afterAll(() => database.drop());

interface Plan {
  'Relation Name'?: string;
  'Actual Loops'?: number;
  Plans?: Plan[];
}

/** Parts of the journal that a page opened: those that were not left out by the planner, nor never got to. */
async function opened(
  filter: JournalFilter,
  page: Partial<JournalPage> = {},
): Promise<{ rows: EntryRow[]; parts: string[] }> {
  const { db } = database;
  const parts = new Set<string>();
  const note = (plan: Plan): void => {
    if (plan['Relation Name'] !== undefined && plan['Actual Loops'] !== 0) parts.add(plan['Relation Name']);
    for (const inner of plan.Plans ?? []) note(inner);
  };
  const explaining = {
    async $queryRaw(sql: Prisma.Sql) {
      const explained = await db.pool.query(`explain (analyze, format json) ${sql.text}`, sql.values);
      note(explained.rows[0]['QUERY PLAN'][0].Plan);
      return db.prisma.$queryRaw(sql);
    },
  } as unknown as Tx;
  const rows = await listJournal({ ...db, prisma: explaining } as never, filter, { limit: 50, ...page });
  return { rows, parts: [...parts].sort() };
}

const days = (count: number) => new Date(Date.now() - count * 86_400_000);
const nameOf = (at: Date) => `integration_logs_${at.toISOString().slice(0, 7).replace('-', '_')}`;
/** Months that an instant's page may end in: its own, or the one before. */
const around = (at: Date) => [nameOf(new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - 1))), nameOf(at)];
const isComing = (part: string) => part > nameOf(new Date());

describe('a page of the journal opens', () => {
  it('this month and those to come, not those of before', async () => {
    const { rows, parts } = await opened({});
    expect(rows).toHaveLength(50);
    expect(parts.filter((part) => !isComing(part) && !around(new Date()).includes(part))).toEqual([]);
  });

  it.each<[string, JournalFilter]>([
    ['everything', {}],
    ['a choice of facets', { level: ['error'], system: ['1c'] }],
    ['one that nothing fits', { level: ['warning'] }],
  ])('the month of the place it goes on from, or one next to it, of %s', async (_, filter) => {
    const place = placeOf(
      (await opened({ ...filter, to: days(200) }, { limit: 1 })).rows[0] ?? ({ ts: days(200), id: '1' } as EntryRow),
    );
    const older = await opened(filter, { after: place });
    const mostly = Object.keys(filter).length === 0 ? around(days(201)) : null;
    if (mostly !== null) expect(older.parts.filter((part) => !mostly.includes(part))).toEqual([]);
    expect(older.parts.filter((part) => part > nameOf(days(199)) && part !== 'integration_logs_past')).toEqual([]);
    const newer = await opened({ ...filter, to: days(190) }, { before: place });
    expect(newer.parts.filter((part) => !around(days(190)).includes(part))).toEqual([]);
  });

  it('the months of its period alone, whatever else is chosen', async () => {
    const period = { from: days(300), to: days(299) };
    for (const filter of [
      {},
      { level: ['error'] },
      { level: ['warning'] },
      { q: 'Запись 71' },
      { outboxId: crypto.randomUUID() },
    ]) {
      const { parts } = await opened({ ...period, ...filter });
      expect(parts.filter((part) => !around(days(299)).includes(part))).toEqual([]);
    }
  });

  it('no more than it needs, and has the same entries as without months', async () => {
    const all = await opened({ level: ['error'] }, { limit: 10_000 });
    expect(all.rows.map(({ message }) => message)).toEqual(
      Array.from({ length: 390 * 12 }, (_, n) => `Запись ${n * 2 + 1}`),
    );
    const pages: string[] = [];
    let after: ReturnType<typeof placeOf> | undefined;
    do {
      const { rows } = await opened({ level: ['error'] }, { limit: 1000, ...(after && { after }) });
      pages.push(...rows.map(({ message }) => message));
      after = rows.length === 0 ? undefined : placeOf(rows.at(-1)!);
    } while (after !== undefined);
    expect(pages).toEqual(all.rows.map(({ message }) => message));
  });
});

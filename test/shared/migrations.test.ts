import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applyMigrations,
  describeDiagnosis,
  diagnoseMigrations,
  migrationsDirectory,
} from '../../src/shared/db/migrations.ts';
import { openSchemaEngine } from '../../src/shared/db/schema-engine.ts';
import { createEmptyCopy, dropDatabase } from '../support/database.ts';

let url: string;
let directory: string;
const first = '0001_init';

beforeEach(async () => {
  url = await createEmptyCopy('template0');
  directory = await mkdtemp(path.join(tmpdir(), 'hub-migrations-'));
  await cp(migrationsDirectory(), directory, { recursive: true });
});
afterEach(async () => {
  await dropDatabase(url);
  await rm(directory, { recursive: true, force: true });
});

const run = async (database: string, sql: string) => {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
};

/** The tables that the Prisma schema describes, as the engine would create them from nothing. */
async function schemaAsSql(): Promise<string> {
  const content = await readFile(path.join(migrationsDirectory(), '../schema.prisma'), 'utf8');
  const { engine, close } = await openSchemaEngine(url, content);
  try {
    const { stdout } = (await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    } as never)) as { stdout: string };
    return stdout;
  } finally {
    await close();
  }
}

const addMigration = async (name: string, sql: string) => {
  await cp(path.join(directory, first), path.join(directory, name), { recursive: true });
  await writeFile(path.join(directory, name, 'migration.sql'), sql);
};

describe('migrations', () => {
  it('are applied from empty, once, by however many processes start at the same moment', async () => {
    expect((await diagnoseMigrations(url, directory)).pending).toContain(first);
    const applied = await Promise.all([applyMigrations(url, directory), applyMigrations(url, directory)]);
    expect(applied.flat().filter((name) => name === first)).toHaveLength(1);
    expect(describeDiagnosis(await diagnoseMigrations(url, directory))).toEqual([]);
  });

  it('agree with the Prisma schema, column by column and index by index', async () => {
    await applyMigrations(url);
    const plain = await createEmptyCopy('template0');
    try {
      await run(plain, await schemaAsSql());
      // Partial indexes and those over an expression are ours: Prisma has no word for them, nor for a table's parts.
      const shape = `
        select 'column' as what, table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable || ' '
               || coalesce(column_default, '') || coalesce(numeric_scale::text, '') as is
        from information_schema.columns where table_schema = 'public' and table_name <> '_prisma_migrations'
          and not (select relispartition from pg_class where oid = table_name::regclass)
        union all
        select 'index', replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
        from pg_index join pg_class on pg_class.oid = indrelid
        where relnamespace = 'public'::regnamespace and relname <> '_prisma_migrations' and indpred is null and indexprs is null
          and not relispartition
        union all
        select 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace and contype in ('f', 'p', 'u') and conrelid::regclass::text <> '_prisma_migrations'
          and not (select relispartition from pg_class where oid = conrelid)
        order by 1, 2`;
      expect(await run(url, shape)).toEqual(await run(plain, shape));
    } finally {
      await dropDatabase(plain);
    }
  });

  it('name a file that was edited after it was applied', async () => {
    await applyMigrations(url, directory);
    await writeFile(path.join(directory, first, 'migration.sql'), 'select 1;');
    const diagnosis = await diagnoseMigrations(url, directory);
    expect(diagnosis.edited).toEqual([first]);
    expect(describeDiagnosis(diagnosis)[0]).toMatch(/edited: 0001_init\. .*new migration/);
  });

  it('name a migration that the database has and this release has not', async () => {
    await addMigration('0900_newer', 'create table newer (id int);');
    await applyMigrations(url, directory);
    const diagnosis = await diagnoseMigrations(url);
    expect(diagnosis.missing).toEqual(['0900_newer']);
    expect(describeDiagnosis(diagnosis)[0]).toMatch(/missing here: 0900_newer/);
  });

  it('name a migration that broke off, leave nothing of it behind, and refuse to go on', async () => {
    await applyMigrations(url, directory);
    await addMigration('0900_broken', 'create table half (id int); select broken;');
    await expect(applyMigrations(url, directory)).rejects.toThrow(/broken/);
    expect((await diagnoseMigrations(url, directory)).failed).toEqual(['0900_broken']);
    expect(await run(url, "select to_regclass('half') as half")).toEqual([{ half: null }]);
    await expect(applyMigrations(url, directory)).rejects.toThrow();
  });
});

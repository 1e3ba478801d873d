import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { guardedClient } from './guarded-client.ts';
import { LOCKS } from './locks.ts';
import { openSchemaEngine } from './schema-engine.ts';

/** What is wrong with the migration history; every list empty and `pending` empty: up to date. */
export interface MigrationDiagnosis {
  pending: string[];
  /** Started and broken off: the database may be half changed. */
  failed: string[];
  /** Applied, but the file has been changed since. */
  edited: string[];
  /** Applied to the database, but without a file here: an older release, or another branch. */
  missing: string[];
}

const noFilters = { externalTables: [], externalEnums: [] };

/**
 * Applies the migrations that the database lacks, in one process at a time. Returns their names.
 * A failed migration of an earlier try makes it throw, as `prisma migrate deploy` does.
 */
export async function applyMigrations(url: string, directory = migrationsDirectory()): Promise<string[]> {
  // Cut while it waits, the lock's next statement tells.
  const lock = new (guardedClient(() => undefined))({ connectionString: url });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [LOCKS.migrations]);
    const { engine, close } = await openSchemaEngine(url, null);
    try {
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: await loadMigrations(directory),
        filters: noFilters,
      });
      return appliedMigrationNames;
    } finally {
      await close();
    }
  } finally {
    await lock.end();
  }
}

/** Compares the database's history (`_prisma_migrations`, the CLI's own table) with the files. Changes nothing. */
export async function diagnoseMigrations(url: string, directory = migrationsDirectory()): Promise<MigrationDiagnosis> {
  const { engine, close } = await openSchemaEngine(url, null);
  try {
    const found = await engine.diagnoseMigrationHistory({
      migrationsList: await loadMigrations(directory),
      optInToShadowDatabase: false,
      filters: noFilters,
    });
    const history = found.history;
    return {
      failed: found.failedMigrationNames,
      edited: found.editedMigrationNames,
      pending:
        history?.diagnostic === 'databaseIsBehind' || history?.diagnostic === 'historiesDiverge'
          ? history.unappliedMigrationNames
          : [],
      missing:
        history?.diagnostic === 'migrationsDirectoryIsBehind' || history?.diagnostic === 'historiesDiverge'
          ? history.unpersistedMigrationNames
          : [],
    };
  } finally {
    await close();
  }
}

/** Sentences for people: what is wrong and how to mend it. Empty when all is well. */
export function describeDiagnosis(diagnosis: MigrationDiagnosis): string[] {
  const lines: string[] = [];
  const list = (names: string[]) => names.join(', ');
  if (diagnosis.failed.length > 0) {
    lines.push(
      `failed: ${list(diagnosis.failed)}. A migration broke off half way. Look at _prisma_migrations.logs, undo what it did, delete its row there, then run \`npm run hub -- migrate\`.`,
    );
  }
  if (diagnosis.edited.length > 0) {
    lines.push(
      `edited: ${list(diagnosis.edited)}. The file differs from what was applied. Restore it from the release that applied it; put changes into a new migration.`,
    );
  }
  if (diagnosis.missing.length > 0) {
    lines.push(
      `missing here: ${list(diagnosis.missing)}. The database is newer than this program, or belongs to another branch. Start the release that has them, or point DATABASE_URL elsewhere.`,
    );
  }
  if (diagnosis.pending.length > 0) {
    lines.push(`not applied yet: ${list(diagnosis.pending)}. Run \`npm run hub -- migrate\`.`);
  }
  return lines;
}

/** `prisma/migrations`, both from the sources and from the built images. */
export function migrationsDirectory(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const root = here.includes(`${path.sep}dist${path.sep}`) ? '../../../..' : '../../..';
  return path.resolve(here, root, 'prisma/migrations');
}

async function loadMigrations(directory: string) {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return {
    baseDir: directory,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(path.join(directory, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.sort().map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await readFile(path.join(directory, name, 'migration.sql'), 'utf8') },
        },
      })),
    ),
  };
}

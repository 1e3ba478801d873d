import type { Config } from '../shared/config/config.ts';
import type { Database } from '../shared/db/database.ts';
import { applyMigrations, describeDiagnosis, diagnoseMigrations } from '../shared/db/migrations.ts';
import type { Log } from '../shared/log/log.ts';

/** The database cannot be used as it is; the message says what is wrong and how to mend it. */
export class DatabaseNotReady extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatabaseNotReady';
  }
}

/**
 * Diagnoses the migration history, applies what is missing where the configuration says so, and diagnoses again. What
 * is wrong after that stops the process in production and is a warning in development.
 */
export async function prepareDatabase(
  config: Pick<Config, 'environment' | 'database'>,
  db: Database,
  log: Log,
): Promise<void> {
  let diagnosis = await diagnoseMigrations(db.url).catch((error: unknown) => {
    throw new DatabaseNotReady(
      `The database does not answer at ${withoutPassword(db.url)}: ${rootMessage(error)}. Check DATABASE_URL, that PostgreSQL runs, and that it lets this user in.`,
      error,
    );
  });
  const damaged = diagnosis.failed.length + diagnosis.edited.length + diagnosis.missing.length > 0;
  if (config.database.migrateOnStart && !damaged && diagnosis.pending.length > 0) {
    const applied = await applyMigrations(db.url);
    log.info({ event: 'migrations.applied', applied });
    diagnosis = await diagnoseMigrations(db.url);
  }
  const problems = describeDiagnosis(diagnosis);
  if (problems.length === 0) return;
  const message = `The database's migrations are not in order:\n  ${problems.join('\n  ')}`;
  if (config.environment === 'production') throw new DatabaseNotReady(message);
  log.warn({ event: 'migrations.problem', problems });
}

/** A connection string that may be shown. */
export function withoutPassword(url: string): string {
  const parsed = new URL(url);
  if (parsed.password !== '') parsed.password = '***';
  return parsed.toString();
}

function rootMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current.message.split('\n')[0]! || current.name : String(current);
}

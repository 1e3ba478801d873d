import { readConfig } from '../shared/config/config.ts';
import { environment } from '../shared/config/environment.ts';
import { applyMigrations, describeDiagnosis, diagnoseMigrations } from '../shared/db/migrations.ts';
import { silentLog } from '../shared/log/log.ts';
import { createLifecycle } from '../workers/lifecycle.ts';
import { openConfiguredDatabase } from './services.ts';

/** `hub migrate`: applies what is missing, then tells how the history stands. Exit code 1 when it is not in order. */
export async function migrate(): Promise<void> {
  const config = readConfig(environment(), 'database');
  const lifecycle = createLifecycle(silentLog);
  const db = await openConfiguredDatabase(config, lifecycle, silentLog);
  try {
    const applied = await applyMigrations(db.url);
    console.log(applied.length === 0 ? 'Nothing to apply.' : `Applied: ${applied.join(', ')}`);
    const problems = describeDiagnosis(await diagnoseMigrations(db.url));
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) process.exitCode = 1;
  } catch (error) {
    for (const problem of describeDiagnosis(await diagnoseMigrations(db.url))) console.error(problem);
    console.error(`The migration was not applied: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    await lifecycle.stop(10_000);
  }
}

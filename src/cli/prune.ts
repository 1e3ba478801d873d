import { previewPrune, pruneOld } from '../jobs/prune/pass.ts';
import type { Pruned } from '../jobs/prune/pruned.ts';
import { systemClock } from '../shared/clock/clock.ts';
import { readConfig } from '../shared/config/config.ts';
import { environment } from '../shared/config/environment.ts';
import { createLog } from '../shared/log/log.ts';
import { createLifecycle } from '../workers/lifecycle.ts';
import { prepareDatabase } from './prepare-database.ts';
import { openConfiguredDatabase } from './services.ts';

/** `hub prune`: drops now what is older than RETENTION_DAYS and matters no more, and prints what went; `dryRun`: what would go. */
export async function prune({ dryRun = false }: { dryRun?: boolean }): Promise<void> {
  const config = readConfig(environment(), 'database');
  const log = createLog({ level: 'error', pretty: Boolean(process.stderr.isTTY), name: 'prune', destination: 2 });
  const lifecycle = createLifecycle(log);
  try {
    const db = await openConfiguredDatabase(config, lifecycle, log);
    await prepareDatabase(config, db, log);
    const deps = { db, clock: systemClock, log, config };
    const pruned = dryRun ? await previewPrune(deps) : await pruneOld(deps);
    if (pruned === null)
      console.log('Another process is dropping right now; what goes is in its log and in the journal.');
    else tell(pruned, dryRun);
  } finally {
    await lifecycle.stop(10_000);
  }
}

function tell({ before, parts, runs, leftovers }: Pruned, dryRun: boolean): void {
  console.log(
    before === null
      ? 'RETENTION_DAYS=0: journal, runs and documents are kept for good.'
      : `Too old is what happened before ${before.toISOString()}.`,
  );
  const rows = [
    ...parts.map(({ name, entries }) => ({ what: `journal: ${name}`, rows: entries })),
    ...Object.entries(runs).map(([what, count]) => ({ what, rows: count })),
    ...leftovers.map(({ table, rows: count }) => ({ what: table, rows: count })),
  ].filter((row) => row.rows > 0 || row.what.startsWith('journal'));
  if (rows.length === 0) {
    console.log(dryRun ? 'Nothing would go.' : 'Nothing had to go.');
    return;
  }
  console.log(dryRun ? 'Would go:' : 'Gone:');
  console.table(rows);
}

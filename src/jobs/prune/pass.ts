import { z } from 'zod';
import type { Clock } from '../../shared/clock/clock.ts';
import type { Config } from '../../shared/config/config.ts';
import type { Database } from '../../shared/db/database.ts';
import { LOCKS } from '../../shared/db/locks.ts';
import { tryLock } from '../../shared/db/try-lock.ts';
import { writeJournal } from '../../shared/journal/journal.ts';
import { dropOldParts, makeMonths, oldParts } from '../../shared/journal/months.ts';
import type { Log } from '../../shared/log/log.ts';
import { countLeftovers, deleteLeftovers, type Leftover } from './leftovers.ts';
import { countOldRuns, deleteOldRuns, oldestKept, type RunsCount } from './old-runs.ts';
import { type Pruned, prunedMessage } from './pruned.ts';

export interface PruneDeps {
  db: Database;
  clock: Clock;
  log: Log;
  config: Pick<Config, 'retention'>;
  checkpoint?: (name: string) => Promise<void> | void;
}

/**
 * Makes the journal's coming months, and drops what is older than the setting says and matters no more: months of the
 * journal, runs with their documents, what tables of a short life have left behind. In small transactions, so that it
 * may be stopped or killed anywhere and goes on another time. NULL when another process is at it.
 */
export async function pruneOld(deps: PruneDeps, signal?: AbortSignal): Promise<Pruned | null> {
  const { db, log } = deps;
  const locked = await tryLock(db.pool, LOCKS.prune, () => pass(deps, signal));
  if (locked === null) log.info({ event: 'prune.busy' });
  return locked?.value ?? null;
}

/** What `pruneOld` would drop now. Changes nothing. */
export async function previewPrune({ db, config }: Pick<PruneDeps, 'db' | 'config'>): Promise<Pruned> {
  const { days } = config.retention;
  const before = days === null ? null : await daysAgo(db, days);
  return {
    before,
    parts: before === null ? [] : await oldParts({ db }, before),
    runs: days === null ? NO_RUNS : await countOldRuns(db, await oldestKept(db, days)),
    leftovers: await countLeftovers(db, days),
  };
}

const NO_RUNS: RunsCount = { runs: 0, lines: 0, documents: 0 };

async function pass(deps: PruneDeps, signal?: AbortSignal): Promise<Pruned> {
  const { db, log, config, checkpoint } = deps;
  const { days } = config.retention;
  const startedMs = performance.now();
  const made = await makeMonths(deps, signal);
  if (made > 0) log.info({ event: 'journal.months-made', made });
  const pruned: Pruned = { before: null, parts: [], runs: { ...NO_RUNS }, leftovers: [] };
  try {
    if (days !== null) {
      const before = await daysAgo(db, days);
      pruned.before = before;
      await deleteOldRuns(db, await oldestKept(db, days), { deleted: countRuns, signal });
      await checkpoint?.('prune.runs-deleted');
      const parts = await oldParts(deps, before);
      if (parts.length > 0) {
        await dropOldParts(deps, before, signal);
        pruned.parts = parts;
        log.info({ event: 'prune.journal-dropped', parts });
      }
    }
    await deleteLeftovers(db, days, { deleted: countLeftover, signal });
  } finally {
    await tell(deps, pruned, Math.round(performance.now() - startedMs));
  }
  return pruned;

  function countRuns(batch: RunsCount): void {
    for (const what of ['runs', 'lines', 'documents'] as const) pruned.runs[what] += batch[what];
    log.info({ event: 'prune.runs-deleted', ...batch });
  }

  function countLeftover({ table, rows }: Leftover): void {
    const known = pruned.leftovers.find((one) => one.table === table);
    if (known === undefined) pruned.leftovers.push({ table, rows });
    else known.rows += rows;
  }
}

/** Says in the journal what went, if anything, also when the pass broke off. */
async function tell({ db, log, config }: PruneDeps, pruned: Pruned, ms: number): Promise<void> {
  log.info({ event: 'prune.done', ...pruned.runs, parts: pruned.parts.length, leftovers: pruned.leftovers, ms });
  const message = prunedMessage(pruned, config.retention.days);
  if (message === null) return;
  const { before, parts, runs, leftovers } = pruned;
  const details = { days: config.retention.days, before: before?.toISOString() ?? null, parts, ...runs, leftovers };
  await writeJournal(db.prisma, [{ level: 'info', system: 'hub', step: 'prune', status: 'ok', message, details }]);
}

/** By the database's clock, as everything is stamped. */
async function daysAgo({ prisma }: Pick<Database, 'prisma'>, days: number): Promise<Date> {
  const rows = await prisma.$queryRaw`select clock_timestamp() - ${days} * interval '1 day' as before`;
  return z.array(z.object({ before: z.date() })).parse(rows)[0]!.before;
}

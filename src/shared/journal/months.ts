import { z } from 'zod';
import type { Clock } from '../clock/clock.ts';
import type { Database } from '../db/database.ts';

/** Months that are made before they begin, so that a maintenance queue which nobody serves for a while costs nothing. */
export const MONTHS_AHEAD = 3;

/** PostgreSQL waits 2 s for whoever uses the journal; then it is tried again, so often. */
const TRIES = 5;
const PAUSE_MS = 3_000;
const LOCK_NOT_AVAILABLE = '55P03';

export interface JournalDeps {
  db: Pick<Database, 'pool'>;
  clock: Clock;
}

/** A part of the journal: one month, or «past», all that is older than the first one. */
export interface JournalPart {
  name: string;
  entries: number;
}

/** Makes the months that the journal will need. Returns how many it made: mostly none. Safe in any number of processes. */
export async function makeMonths({ db, clock }: JournalDeps, signal?: AbortSignal): Promise<number> {
  return patiently(clock, signal, async () => {
    const { rows } = await db.pool.query('select hub_journal_partitions($1) as made', [MONTHS_AHEAD]);
    return z.array(z.object({ made: z.number() })).parse(rows)[0]!.made;
  });
}

/** The parts of the journal that are older than `before` as a whole, and how much is in each. */
export async function oldParts({ db }: Pick<JournalDeps, 'db'>, before: Date): Promise<JournalPart[]> {
  const { rows } = await db.pool.query('select part::text as name from hub_journal_parts() where high <= $1', [before]);
  const parts: JournalPart[] = [];
  for (const { name } of z.array(z.object({ name: z.string() })).parse(rows)) {
    // A name that PostgreSQL gave, quoted where it needs to be.
    const counted = await db.pool.query(`select count(*)::float8 as entries from ${name}`);
    parts.push({ name, ...z.array(z.object({ entries: z.number() })).parse(counted.rows)[0]! });
  }
  // «Past» is always there, and mostly empty.
  return parts.filter(({ name, entries }) => entries > 0 || !name.endsWith('_past'));
}

/** Drops these and nothing else that is younger than `before`. For a moment nobody else reads or writes the journal. */
export async function dropOldParts({ db, clock }: JournalDeps, before: Date, signal?: AbortSignal): Promise<void> {
  await patiently(clock, signal, () => db.pool.query('select hub_journal_drop($1)', [before]));
}

/** Somebody who has the journal open for long, a backup or an export, is waited for without holding up those who write. */
async function patiently<T>(clock: Clock, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE || tried === TRIES) throw error;
      await clock.sleep(PAUSE_MS, signal);
    }
  }
}

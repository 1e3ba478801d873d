import { gather } from '../shared/async/gather.ts';
import type { Database, Tx } from '../shared/db/database.ts';
import type { OutsideSystem } from '../shared/errors/outcome.ts';
import { type JournalEntry, writeJournal } from '../shared/journal/journal.ts';
import { areDone, beginWaiting, endDone, type JobOfRow, type Made } from '../shared/outbox/attempt-batch.ts';
import type { Begun } from '../shared/outbox/attempt-store.ts';
import { noteUp } from '../shared/outbox/system-gate.ts';

/** Attempts in one batch. */
const MOST = 200;

/** A document that a system has confirmed. */
export interface MadeAttempt extends Made {
  system: OutsideSystem;
}

/**
 * Where the attempts of one process begin and end. Each is its own, but what happens at the same time is written in the same
 * transaction: at a hundred attempts at once a document costs a fraction of a commit.
 */
export interface AttemptDesk {
  /** True where the row's document is made already, as that of an order which went in another's array is. */
  isDone(outboxId: string): Promise<boolean>;
  /** Begins a row that simply waits; NULL: it is anything else, and `beginAttempt` says what. */
  begin(job: JobOfRow): Promise<Begun | null>;
  /** Records the document with its journal entry. False: this process no longer held the row. */
  record(made: MadeAttempt): Promise<boolean>;
  /** Records documents that were made together. Gives the ids of those that this process still held. */
  recordAll(made: readonly MadeAttempt[]): Promise<Set<string>>;
}

export function createAttemptDesk(deps: { db: Database; owner: string; leaseMs: number }): AttemptDesk {
  const { db, owner } = deps;
  const recordAll = async (made: readonly MadeAttempt[]) => {
    const { kept, someDown } = await endDone(db.quick, owner, made);
    if (someDown) await db.transaction((tx) => noteThatUp(tx, made, kept));
    return kept;
  };
  return {
    isDone: gather((outboxIds: readonly string[]) => areDone(db.quick, outboxIds), { most: MOST }),
    begin: gather((jobs: readonly JobOfRow[]) => beginWaiting(db.quick, jobs, deps), { most: MOST }),
    record: gather(
      async (made: readonly MadeAttempt[]) => {
        const kept = await recordAll(made);
        return made.map(({ document }) => kept.has(document.id));
      },
      { most: MOST },
    ),
    recordAll,
  };
}

/** Records documents as `AttemptDesk.record` does, in a transaction of the caller's. Gives the ids of those that were still held. */
export async function recordMade(tx: Tx, owner: string, made: readonly MadeAttempt[]): Promise<Set<string>> {
  const { kept, someDown } = await endDone(tx, owner, made);
  if (someDown) await noteThatUp(tx, made, kept);
  return kept;
}

async function noteThatUp(tx: Tx, made: readonly MadeAttempt[], kept: Set<string>): Promise<void> {
  const heard = new Set(made.filter(({ document }) => kept.has(document.id)).map(({ system }) => system));
  for (const system of heard) {
    const downSince = await noteUp(tx, system);
    if (downSince !== null) await writeJournal(tx, [recovered(system, downSince)]);
  }
}

const systemNames: Record<OutsideSystem, string> = { '1c': '1С', moysklad: 'МойСклад' };

/** The journal's word that a system answers again. */
export function recovered(system: OutsideSystem, since: Date): JournalEntry {
  return {
    level: 'info',
    system,
    step: 'gate',
    status: 'ok',
    message: `${systemNames[system]} снова отвечает (не отвечал с ${since.toISOString()})`,
    details: { down_since: since.toISOString() },
  };
}

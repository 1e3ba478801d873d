import type { Database, Tx } from '../shared/db/database.ts';
import type { OutsideSystem } from '../shared/errors/outcome.ts';
import type { JournalEntry } from '../shared/journal/journal.ts';
import type { Log } from '../shared/log/log.ts';
import type { BegunRow } from '../shared/outbox/attempt-store.ts';
import type { SentLine } from '../shared/outbox/sent-lines.ts';
import type { AttemptDesk } from './attempt-desk.ts';
import type { Quarantine } from './quarantine.ts';

export interface AttemptDeps {
  db: Database;
  log: Log;
  /** Names this process in leases. */
  owner: string;
  /** How long a lease lasts without renewal; a third of it between renewals. */
  leaseMs: number;
  /** Tries before a row comes to rest as failed (or stays unknown). */
  maxAttempts: number;
  /** Where they begin and end; one for all attempts of this process. */
  desk: AttemptDesk;
  /** Who works in this process; one for all its attempts. */
  quarantine: Quarantine;
  /** Aborted when this process cannot vouch for its work any more: from then on it tells no bad end. */
  abandoned?: AbortSignal;
  /** Called at named points of an attempt; tests kill the process there. */
  checkpoint?: (name: string) => Promise<void> | void;
}

/** What an attempt may do and must say. */
export interface AttemptWork {
  system: OutsideSystem;
  step: string;
  /** What was written outside and answered so far, for the journal; NULL: nothing. */
  payload?: () => unknown;
  /** Does the outside work. What it returns is recorded together with `done`. */
  work(attempt: {
    row: BegunRow;
    /** What its document is to hold. */
    lines: SentLine[];
    /** True as soon as an earlier try may have reached the other system. */
    lookFirst: boolean;
    signal: AbortSignal;
    /** To be told of every step. `….looked` says that the other system was asked, and holds no document or this one. */
    reached(step: string): Promise<void>;
  }): Promise<Recorded>;
}

export interface Recorded {
  externalKey: string | null;
  externalNumber: string | null;
  externalUrl: string | null;
  posted: boolean | null;
  /** `level` left out: info. */
  entry: Pick<JournalEntry, 'message' | 'details'> & Partial<Pick<JournalEntry, 'level'>>;
  /** Written in the transaction that records the end; run rows, lines and the like. */
  alongside?: (tx: Tx) => Promise<void>;
}

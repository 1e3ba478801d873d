import type { Database } from '../../shared/db/database.ts';
import { findEntry, type JournalFilter, type JournalPage, listJournal, placeOf } from '../queries/journal.ts';

/** An entry as it is shown: of a foreign table a column may be absent, which is NULL here. */
export interface ShownEntry {
  id: string | null;
  /** ISO 8601 in UTC. */
  ts: string | null;
  level: string | null;
  system: string | null;
  step: string | null;
  status: string | null;
  run_id: string | null;
  outbox_id: string | null;
  message: string | null;
  details: unknown;
  payload: unknown;
}

export const COLUMNS = [
  'id',
  'ts',
  'level',
  'system',
  'step',
  'status',
  'run_id',
  'outbox_id',
  'message',
  'details',
  'payload',
] as const satisfies readonly (keyof ShownEntry)[];

export type Column = (typeof COLUMNS)[number];

/** Where the journal is read from: the hub's own table, or another database's. */
export interface JournalSource {
  /** Newest first. */
  list(filter: JournalFilter, page: JournalPage): Promise<ShownEntry[]>;
  /** NULL: there is no such entry. */
  find(id: string): Promise<ShownEntry | null>;
  /** Columns that the table lacks: they are shown as absent, and what filters by them is left out. */
  absent(): Promise<readonly Column[]>;
  /** Where a page ends or begins. */
  placeOf(entry: ShownEntry): readonly [string, string];
}

/** The hub's own journal. */
export function ownJournal(db: Database): JournalSource {
  const shown = (row: Awaited<ReturnType<typeof listJournal>>[number]): ShownEntry => ({
    ...row,
    ts: row.ts.toISOString(),
  });
  return {
    list: async (filter, page) => (await listJournal(db, filter, page)).map(shown),
    async find(id) {
      if (!/^\d{1,18}$/.test(id)) return null;
      const row = await findEntry(db, id);
      return row === null ? null : shown(row);
    },
    absent: async () => [],
    placeOf: ({ ts, id }) => placeOf({ ts: new Date(ts ?? 0), id: id ?? '' } as Parameters<typeof placeOf>[0]),
  };
}

import { Prisma, type Tx } from '../db/database.ts';

/** One entry of the journal. Messages are Russian sentences for people; `details` are facts, `payload` what was sent or read. */
export interface JournalEntry {
  level: 'debug' | 'info' | 'warning' | 'error';
  system: 'hub' | '1c' | 'moysklad';
  /** What was being done, kebab-case: trigger, snapshot, plan, create-transfer, create-order, relay, operator … */
  step: string;
  status: 'ok' | 'started' | 'retry' | 'refused' | 'unknown' | 'not-now' | 'skipped' | 'failed';
  runId?: string | null;
  outboxId?: string | null;
  message: string;
  details?: Record<string, unknown>;
  payload?: unknown;
}

/** What a person did to a document. */
export const operatorEntry = (
  act: Required<Pick<JournalEntry, 'runId' | 'outboxId' | 'message' | 'details'>>,
): JournalEntry => ({ level: 'info', system: 'hub', step: 'operator', status: 'ok', ...act });

/** The columns that an entry fills, and the same as fields of a JSON record. */
export const ENTRY_COLUMNS = Prisma.sql`level, system, step, status, run_id, outbox_id, message, details, payload`;
export const ENTRY_FIELDS = Prisma.sql`
  level text, system text, step text, status text, run_id uuid, outbox_id uuid, message text, details jsonb, payload jsonb`;

/** Entries as records with these fields. */
export const entryRows = (entries: readonly JournalEntry[]) =>
  entries.map((entry) => ({
    level: entry.level,
    system: entry.system,
    step: entry.step,
    status: entry.status,
    run_id: entry.runId ?? null,
    outbox_id: entry.outboxId ?? null,
    message: entry.message,
    details: entry.details ?? null,
    payload: entry.payload ?? null,
  }));

/** Appends entries in one statement, inside the caller's transaction where there is one. */
export async function writeJournal(tx: Tx, entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.$executeRaw`
    insert into integration_logs (${ENTRY_COLUMNS})
    select ${ENTRY_COLUMNS} from jsonb_to_recordset(${JSON.stringify(entryRows(entries))}::jsonb) as t(${ENTRY_FIELDS})`;
}

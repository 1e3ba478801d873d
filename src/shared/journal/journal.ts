import type { Tx } from '../db/database.ts';

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

/** Appends entries in one statement, inside the caller's transaction where there is one. */
export async function writeJournal(tx: Tx, entries: JournalEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map((entry) => ({
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
  await tx.$executeRaw`
    insert into integration_logs (level, system, step, status, run_id, outbox_id, message, details, payload)
    select level, system, step, status, run_id, outbox_id, message, details, payload
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as t(level text, system text, step text, status text, run_id uuid, outbox_id uuid, message text, details jsonb, payload jsonb)`;
}

import type { Tx } from '../shared/db/database.ts';
import { AtRest, HandBack } from '../shared/errors/hand-back.ts';
import {
  findOutcome,
  type OutcomeError,
  type OutsideSystem,
  outcomeUnknown,
  refused,
  retryLater,
} from '../shared/errors/outcome.ts';
import { writeJournal } from '../shared/journal/journal.ts';
import { type BegunRow, endAttempt } from '../shared/outbox/attempt-store.ts';
import { deliveryOf } from '../shared/outbox/ids.ts';
import { splitRow } from '../shared/outbox/split.ts';
import type { JobContext } from '../shared/queue/job.ts';
import { attempts } from '../shared/telemetry/meters.ts';
import type { AttemptDeps, AttemptWork } from './attempt-contract.ts';

/** A row whose work has killed its process this often, with no end told in between, is parked for a person. */
export const POISON_CRASHES = 3;

/**
 * Records that a try did not make its document, with the journal, in one transaction. Always throws: what the worker
 * is to do now.
 */
export async function endBadly(
  deps: AttemptDeps,
  row: BegunRow,
  what: AttemptWork,
  error: unknown,
  context: JobContext,
): Promise<never> {
  const outcome = findOutcome(error) ?? unexpected(error, what.system, row.kind);
  const stopping = context.signal.aborted;
  const parked = row.crashes >= POISON_CRASHES;
  const spend = !stopping && !parked && outcome.outcome !== 'not-now';
  const usedUp = spend && row.attempts + 1 >= deps.maxAttempts;
  const rests = outcome.outcome === 'refused' || usedUp;
  // Work that was cut off may have got through, whatever it made of the cut.
  const maybeMade =
    row.kind !== 'scan' &&
    (outcome.mayExist ??
      (row.maybe_made || outcome.outcome === 'unknown' || (stopping && outcome.outcome === 'retry')));
  const status = maybeMade ? 'unknown' : rests ? 'failed' : 'queued';
  const kept = await deps.db.transaction(async (tx) => {
    const ended = await endAttempt(tx, row.id, deps.owner, {
      status,
      spend,
      errorCode: outcome.code,
      errorMessage: outcome.message,
      maybeMade,
      restedUnder: rests ? deliveryOf(context) : null,
    });
    if (!ended) return false;
    if (row.kind === 'scan') await noteOnRun(tx, row.run_id, rests, outcome);
    const parts = status === 'failed' && outcome.divisible ? await splitRow(tx, row.id) : [];
    // Not-now is journalled once, when the queue is halted, not once for each document that waits.
    if (!rests && (outcome.outcome === 'not-now' || stopping)) return true;
    await writeJournal(tx, [
      {
        level: rests && parts.length === 0 ? 'error' : 'warning',
        system: what.system,
        step: what.step,
        status:
          outcome.outcome === 'refused' ? 'refused' : status === 'unknown' ? 'unknown' : rests ? 'failed' : 'retry',
        runId: row.run_id,
        outboxId: row.id,
        message:
          outcome.outcome !== 'refused' && usedUp
            ? `Попытки исчерпаны (${row.attempts + 1}). ${outcome.message}`
            : `${outcome.message}${parts.length === 0 ? '' : splitInto(parts)}`,
        details: {
          code: outcome.code,
          attempt: row.attempts + 1,
          worker: deps.owner,
          ...(parts.length === 0 ? {} : { parts }),
          ...outcome.details,
        },
        payload: what.payload?.() ?? null,
      },
    ]);
    return true;
  });
  deps.log.warn({
    event: kept ? 'attempt.ended' : 'attempt.lease-lost',
    outboxId: row.id,
    step: what.step,
    outcome: outcome.outcome,
    code: outcome.code,
    status,
  });
  // Another process works for the row by now: what this one saw decides nothing.
  if (!kept) throw new HandBack('busy', deps.leaseMs);
  attempts.inc({ step: what.step, outcome: rests ? 'at-rest' : stopping ? 'handed-back' : outcome.outcome });
  if (rests) throw new AtRest(outcome.code, outcome.message, error);
  if (stopping) throw new HandBack('stopping', 0);
  throw outcome;
}

/** What became of a document that was taken apart. */
function splitInto(parts: number[]): string {
  return ` Документ разделён (строк: ${parts.join(' и ')}), чтобы одна строка не держала остальные.`;
}

/** A run shows why it waits or failed, not only its outbox row. */
async function noteOnRun(tx: Tx, runId: string, rests: boolean, outcome: OutcomeError): Promise<void> {
  await tx.run.update({
    where: { id: runId },
    data: {
      errorCode: outcome.code,
      errorMessage: outcome.message,
      phase: null,
      ...(rests ? { status: 'failed', finishedAt: new Date() } : { status: 'queued' }),
    },
  });
}

/** The journal keeps every death of a process on a row; the row itself only counts those without an end between. */
export async function noteCrash(
  tx: Tx,
  row: BegunRow,
  { system, step }: AttemptWork,
  crashedOwner: string,
): Promise<void> {
  await writeJournal(tx, [
    {
      level: 'warning',
      system,
      step,
      status: 'unknown',
      runId: row.run_id,
      outboxId: row.id,
      message: `Процесс ${crashedOwner} начал эту работу и пропал, не сообщив результата (${row.crashes} из ${POISON_CRASHES} подряд).`,
      details: { code: 'process-lost', crashes: row.crashes, starts: row.starts, worker: crashedOwner },
    },
  ]);
}

export function poison(row: BegunRow, system: OutsideSystem): OutcomeError {
  return refused({
    code: 'poison',
    system,
    message: `Процесс пропадал ${row.crashes} раза подряд, работая над этим документом. Документ отложен, чтобы не мешать остальным; повторить может человек, когда причина найдена (журнал документа и логи процессов).`,
    details: { crashes: row.crashes, starts: row.starts },
  });
}

/** Nobody knows where a document's work broke, so it may have got through; a scan makes nothing outside. */
function unexpected(error: unknown, system: OutsideSystem, kind: BegunRow['kind']): OutcomeError {
  const name = error instanceof Error ? error.name : typeof error;
  return (kind === 'scan' ? retryLater : outcomeUnknown)({
    code: 'unexpected-error',
    system,
    message: `Непредвиденная ошибка хаба (${name}). Попытка будет повторена; подробности в логе процесса.`,
    details: { error: error instanceof Error ? error.message.slice(0, 500) : String(error) },
    cause: error,
  });
}

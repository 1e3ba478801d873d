import { AtRest, HandBack } from '../shared/errors/hand-back.ts';
import { type Begin, type BegunRow, beginAttempt } from '../shared/outbox/attempt-store.ts';
import type { JobContext } from '../shared/queue/job.ts';
import { attempts } from '../shared/telemetry/meters.ts';
import { noteOnSpan } from '../shared/telemetry/span.ts';
import type { AttemptDeps, AttemptWork, Recorded } from './attempt-contract.ts';
import { type MadeAttempt, recordMade } from './attempt-desk.ts';
import { endBadly, noteCrash, POISON_CRASHES, poison } from './attempt-failure.ts';
import { keepLeases } from './lease.ts';

export type { AttemptDeps, AttemptWork, Recorded } from './attempt-contract.ts';

/** A large plan is written in this transaction too, after waiting for another scan's. */
const RECORDING = { timeoutMs: 180_000 };

/**
 * One try for one outbox row, under a lease: begins it, keeps the lease while `work` goes on, and records the end
 * together with the journal in one transaction. Returns when there is nothing (more) to do; else throws what the
 * worker's outcome map understands: `OutcomeError`, `AtRest` or `HandBack`.
 */
export async function attempt(
  deps: AttemptDeps,
  outboxId: string,
  context: JobContext,
  what: AttemptWork,
): Promise<void> {
  const leave = await takePlace(() => deps.quarantine.enter(context.signal));
  try {
    const plainly = await deps.desk.begin({ outboxId, jobId: context.jobId });
    const begin = plainly ?? (await beginAndNote(deps, outboxId, context, what, false));
    if (begin.state !== 'suspect') return await go(deps, outboxId, context, what, begin);
  } finally {
    leave();
  }
  const leaveAlone = await takePlace(() => deps.quarantine.enterAlone(context.signal));
  try {
    deps.log.warn({ event: 'attempt.alone', outboxId, step: what.step });
    await go(deps, outboxId, context, what, await beginAndNote(deps, outboxId, context, what, true));
  } finally {
    leaveAlone();
  }
}

/** A worker that stops while a job waits for its place has not touched the row. */
async function takePlace(wait: () => Promise<() => void>): Promise<() => void> {
  try {
    return await wait();
  } catch {
    throw new HandBack('stopping', 0);
  }
}

/** The death of the process before is in the journal as soon as the row is taken over from it. */
async function beginAndNote(
  { db, owner, leaseMs }: AttemptDeps,
  outboxId: string,
  { jobId, attemptsMade }: JobContext,
  what: AttemptWork,
  alone: boolean,
): Promise<Begin> {
  return db.transaction(async (tx) => {
    const begin = await beginAttempt(tx, { outboxId, jobId, attemptsMade, owner, leaseMs, alone });
    if (begin.state === 'begun' && begin.crashedOwner !== null) {
      await noteCrash(tx, begin.row, what, begin.crashedOwner);
    }
    return begin;
  });
}

async function go(
  deps: AttemptDeps,
  outboxId: string,
  context: JobContext,
  what: AttemptWork,
  begin: Begin,
): Promise<void> {
  const { db, owner, leaseMs, checkpoint } = deps;
  if (begin.state === 'nothing-to-do') {
    deps.log.info({ event: 'attempt.nothing-to-do', outboxId, status: begin.status });
    return;
  }
  if (begin.state === 'busy') throw new HandBack('busy', begin.waitMs);
  if (begin.state === 'suspect') throw new HandBack('busy', leaseMs);
  if (begin.state === 'at-rest') throw new AtRest(begin.code, begin.message);
  const { row, lines, lookFirst } = begin;
  noteOnSpan({ 'hub.run_id': row.run_id, 'hub.outbox_id': outboxId, 'hub.step': what.step, 'hub.start': row.starts });
  if (row.crashes >= POISON_CRASHES) return endBadly(deps, row, what, poison(row, what.system), context);
  await checkpoint?.('attempt.begun');

  const lease = keepLeases(deps, [outboxId], context.signal);
  const startedMs = performance.now();
  let looked = false;
  const reached = async (step: string) => {
    looked ||= step.endsWith('.looked');
    await checkpoint?.(step);
  };
  let recorded: Recorded;
  try {
    recorded = await what.work({ row, lines, lookFirst, signal: lease.signal, reached });
  } catch (error) {
    await lease.release();
    // Told nothing, the row counts this start as a death of its process, which it was.
    if (deps.abandoned?.aborted) throw error;
    await endBadly(deps, { ...row, maybe_made: row.maybe_made && !looked }, what, error, context);
    throw error; // endBadly always throws; this line tells the compiler so
  }
  await lease.release();
  await checkpoint?.('attempt.worked');
  const ms = Math.round(performance.now() - startedMs);
  const { alongside } = recorded;
  const made = madeBy(recorded, row, what, { ms, worker: owner });
  const kept =
    alongside === undefined
      ? await deps.desk.record(made)
      : await db.transaction(async (tx) => {
          const ended = (await recordMade(tx, owner, [made])).has(outboxId);
          if (ended) await alongside(tx);
          return ended;
        }, RECORDING);
  deps.log.info({ event: kept ? 'attempt.done' : 'attempt.lease-lost', outboxId, step: what.step, ms });
  if (!kept) throw new HandBack('busy', leaseMs);
  attempts.inc({ step: what.step, outcome: 'done' });
  if (recorded.externalNumber !== null) noteOnSpan({ 'hub.document_number': recorded.externalNumber });
  await checkpoint?.('attempt.recorded');
}

function madeBy(recorded: Recorded, row: BegunRow, { system, step, payload }: AttemptWork, facts: object): MadeAttempt {
  const { externalKey, externalNumber, externalUrl, posted, entry } = recorded;
  return {
    system,
    document: { id: row.id, kind: row.kind, key: externalKey, number: externalNumber, url: externalUrl, posted },
    entry: {
      ...({ level: 'info', system, step, status: 'ok', runId: row.run_id, outboxId: row.id } as const),
      ...(entry.level && { level: entry.level }),
      message: entry.message,
      details: { ...entry.details, ...facts, start: row.starts },
      payload: payload?.() ?? null,
    },
  };
}

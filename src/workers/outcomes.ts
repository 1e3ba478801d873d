import { DelayedError, type Job, type Queue, UnrecoverableError, Worker } from 'bullmq';
import type { Database } from '../shared/db/database.ts';
import { AtRest, HandBack } from '../shared/errors/hand-back.ts';
import { findOutcome, type OutcomeError } from '../shared/errors/outcome.ts';
import { writeJournal } from '../shared/journal/journal.ts';
import type { Log } from '../shared/log/log.ts';
import { noteDown } from '../shared/outbox/system-gate.ts';

/** BullMQ counts attempts too; the outbox row is the one that decides, so BullMQ's limit is never the first. */
export const BULLMQ_ATTEMPTS = 1_000;

const FIRST_BACKOFF_MS = 2_000;
const LONGEST_BACKOFF_MS = 5 * 60_000;

/**
 * Pause before the next try: doubled from 2 s up to 5 min, spread over its upper half so that documents which failed
 * together do not come back together; never earlier than the other system asked for.
 */
export function backoffMs(attemptsMade: number, error: unknown, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, attemptsMade - 1));
  const spread = Math.round(whole / 2 + random() * (whole / 2));
  return Math.max(spread, findOutcome(error)?.retryAfterMs ?? 0);
}

export interface OutcomeDeps {
  db: Database;
  queue: Queue;
  log: Log;
}

/**
 * The one place that says to BullMQ how a try ended: returns the error to throw from the processor.
 *
 * - refused, or tries used up → `UnrecoverableError`: the job fails once and for all, with the reason in Bull Board.
 * - retry, unknown → the error itself: BullMQ counts it and backs off.
 * - not now → the whole queue waits (`rateLimit`), the job goes back without spending an attempt.
 * - handed back → delayed, without spending an attempt.
 */
export async function toBullMq(deps: OutcomeDeps, job: Job, token: string | undefined, error: unknown): Promise<Error> {
  if (error instanceof AtRest) {
    await say(job, error.message);
    const refusal = new UnrecoverableError(`${error.code}: ${error.message}`);
    // Bull Board shows the stack; a refusal by another system has none that would tell a person anything.
    refusal.stack = refusal.message;
    return refusal;
  }
  if (error instanceof HandBack) {
    await job.moveToDelayed(Date.now() + error.delayMs, token);
    return new DelayedError(error.message);
  }
  const outcome = findOutcome(error);
  if (outcome?.outcome === 'not-now') {
    const waitMs = await haltQueue(deps, outcome);
    await say(job, `${outcome.message} Очередь ждёт ${Math.ceil(waitMs / 1000)} с.`);
    await deps.queue.rateLimit(waitMs);
    return Worker.RateLimitError();
  }
  await say(job, outcome?.message ?? String(error));
  return error instanceof Error ? error : new Error(String(error));
}

/** How long the queue waits. A spent budget names its own time; a system that is down is probed ever more rarely. */
async function haltQueue({ db, queue, log }: OutcomeDeps, outcome: OutcomeError): Promise<number> {
  const system = outcome.system ?? '1c';
  if (outcome.retryAfterMs !== undefined) return Math.max(250, outcome.retryAfterMs);
  return db.transaction(async (tx) => {
    const down = await noteDown(tx, system, outcome);
    if (down.fell) {
      await writeJournal(tx, [
        {
          level: 'error',
          system,
          step: 'gate',
          status: 'not-now',
          message: `${outcome.message} Очередь «${queue.name}» ждёт; попытки документов не расходуются.`,
          details: { code: outcome.code, queue: queue.name, ...outcome.details },
        },
      ]);
      log.warn({ event: 'gate.closed', system, code: outcome.code, queue: queue.name });
    }
    return down.waitMs;
  });
}

/** A line under the job in Bull Board; that it can't be written is no reason to lose the outcome. */
async function say(job: Job, line: string): Promise<void> {
  await job.log(line).catch(() => undefined);
}

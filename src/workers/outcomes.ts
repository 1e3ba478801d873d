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

/** Queues whose jobs are about one system or the other: one that is down must not keep the other's jobs waiting. */
const OF_SEVERAL_SYSTEMS = new Set<string>(['maintenance']);

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
 * - not now → the whole queue waits (`rateLimit`), the job goes back without spending an attempt. In a queue whose jobs are about
 *   different systems only this job waits.
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
    const waitMs = await noteAndWait(deps, outcome);
    const alone = OF_SEVERAL_SYSTEMS.has(deps.queue.name);
    await say(job, `${outcome.message} ${alone ? 'Задание' : 'Очередь'} ждёт ${Math.ceil(waitMs / 1000)} с.`);
    if (alone) {
      await job.moveToDelayed(Date.now() + waitMs, token);
      return new DelayedError(outcome.message);
    }
    await deps.queue.rateLimit(waitMs);
    return Worker.RateLimitError();
  }
  await say(job, outcome?.message ?? String(error));
  return error instanceof Error ? error : new Error(String(error));
}

/**
 * How long to wait. A system that only wants fewer requests names its own time. One that is down, or does not let us in,
 * is told of and probed ever more rarely, and never before the time that it named.
 */
async function noteAndWait({ db, queue, log }: OutcomeDeps, outcome: OutcomeError): Promise<number> {
  const system = outcome.system ?? '1c';
  const { retryAfterMs = 0 } = outcome;
  if (outcome.busy) return Math.max(250, retryAfterMs);
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
    return Math.max(down.waitMs, retryAfterMs);
  });
}

/** A line under the job in Bull Board; that it can't be written is no reason to lose the outcome. */
async function say(job: Job, line: string): Promise<void> {
  await job.log(line).catch(() => undefined);
}

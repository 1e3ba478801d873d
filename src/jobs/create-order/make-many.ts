import type { Config } from '../../shared/config/config.ts';
import { AtRest, HandBack } from '../../shared/errors/hand-back.ts';
import { findOutcome, OutcomeError } from '../../shared/errors/outcome.ts';
import type { MadeOrder, MoySklad } from '../../shared/moysklad/port.ts';
import { type ClaimedOrder, giveBack } from '../../shared/outbox/array-store.ts';
import type { BegunRow } from '../../shared/outbox/attempt-store.ts';
import { jobId } from '../../shared/outbox/ids.ts';
import type { JobContext } from '../../shared/queue/job.ts';
import type { AttemptDeps, AttemptWork } from '../attempt-contract.ts';
import { endBadly } from '../attempt-failure.ts';
import { createExchangeBook, type ExchangeBook } from '../exchanges.ts';
import { keepLeases } from '../lease.ts';
import { knownBarcodes } from './known-barcodes.ts';
import { madeEntry } from './made.ts';
import { orderCommand } from './order-command.ts';
import { traceArray } from './trace-array.ts';

export interface MakeManyDeps extends AttemptDeps {
  moysklad: Pick<MoySklad, 'makeOrders'>;
  config: Pick<Config, 'moysklad'>;
}

/** What an array came to for one of its rows: its order is recorded; it is to be made by itself; or what its job is to throw. */
export type ArrayEnd = 'made' | 'alone' | { thrown: unknown };

/** The job that sends an array. */
export interface Leader {
  outboxId: string;
  context: JobContext;
}

/** The job of a row in an array. */
export const jobOf = (row: BegunRow, { outboxId, context }: Leader): string =>
  row.id === outboxId ? context.jobId : jobId(row.id, row.generation);

const WHAT = { system: 'moysklad', step: 'create-order' } as const;

/**
 * Makes the orders of these rows in one request. Each row keeps its own lease, document, outcome and journal. Tells how each ended, by
 * its job. `waiting`: jobs that have been delivered and wait for this.
 */
export async function makeMany(
  deps: MakeManyDeps,
  orders: readonly ClaimedOrder[],
  leader: Leader,
  waiting: ReadonlyMap<string, JobContext>,
): Promise<Map<string, ArrayEnd>> {
  const { moysklad, checkpoint } = deps;
  await checkpoint?.('attempt.begun');
  const startedMs = performance.now();
  const startedAt = new Date();
  const rows = orders.map(({ row }) => row);
  const lease = keepLeases(deps, rows.map(idOf), leader.context.signal);
  const book = createExchangeBook();
  const telling = { deps, leader, waiting, book };
  let results: (MadeOrder | OutcomeError)[];
  try {
    const barcodesOf = await knownBarcodes(deps, rows.map(idOf));
    const commands = orders.map(({ row, lines }) => orderCommand(row, lines, barcodesOf));
    const onStep = (step: string) => checkpoint?.(`order.${step}`);
    results = await moysklad.makeOrders(commands, { signal: lease.signal, onExchange: book.note, onStep });
  } catch (error) {
    await lease.release();
    if (deps.abandoned?.aborted) throw error;
    return await endAllBadly(telling, rows, error);
  }
  await lease.release();
  await checkpoint?.('attempt.worked');
  const kept = await recordDone(deps, rows, results, book, Math.round(performance.now() - startedMs));
  traceArray(kept, leader.outboxId, startedAt);
  await checkpoint?.('attempt.recorded');
  const made = new Set(kept.map(({ row }) => row.id));
  const failures = rows.flatMap((row, index) => {
    const result = results[index]!;
    return result instanceof OutcomeError ? [{ row, error: result }] : [];
  });
  return new Map([
    // One that was made and is not held any more: whoever begins it next finds its document.
    ...rows.map((row): [string, ArrayEnd] => [jobOf(row, leader), made.has(row.id) ? 'made' : 'alone']),
    ...(await endEach(telling, failures)),
  ]);
}

/** The made ones, each with its journal entry and goods. Returns those that were still held. */
async function recordDone(
  { desk, owner, log }: MakeManyDeps,
  rows: BegunRow[],
  results: (MadeOrder | OutcomeError)[],
  book: ExchangeBook,
  ms: number,
): Promise<{ row: BegunRow; made: MadeOrder }[]> {
  const made = rows.flatMap((row, index) => {
    const result = results[index]!;
    return result instanceof OutcomeError ? [] : [{ row, made: result }];
  });
  if (made.length === 0) return [];
  const held = await desk.recordAll(
    made.map(({ row, made: document }) => {
      const { key, number, url } = document;
      const { level, message, details } = madeEntry(row, document, 1);
      return {
        system: WHAT.system,
        document: { id: row.id, kind: row.kind, key, number, url, posted: null },
        entry: {
          ...({ level, ...WHAT, status: 'ok', runId: row.run_id, outboxId: row.id, message } as const),
          details: { ...details, ms, start: row.starts, worker: owner, together: rows.length },
          payload: book.payload(row.document_key),
        },
      };
    }),
  );
  const kept = made.filter(({ row }) => held.has(row.id));
  log.info({ event: 'array.done', made: kept.length, lost: made.length - kept.length, of: rows.length, ms });
  return kept;
}

interface Telling {
  deps: MakeManyDeps;
  leader: Leader;
  waiting: ReadonlyMap<string, JobContext>;
  book: ExchangeBook;
}

/**
 * The request as a whole came to nothing. Where it surely made no document, the rows are as they were: new again where
 * the system is down, else each goes by itself, for what is refused together says nothing of the single orders.
 */
async function endAllBadly(
  telling: Telling,
  rows: readonly BegunRow[],
  error: unknown,
): Promise<Map<string, ArrayEnd>> {
  const { deps, leader } = telling;
  const outcome = findOutcome(error);
  const surelyNot = outcome?.mayExist !== true && ['not-now', 'refused'].includes(outcome?.outcome ?? '');
  if (outcome === undefined || leader.context.signal.aborted || !surelyNot) {
    return endEach(
      telling,
      rows.map((row) => ({ row, error })),
    );
  }
  const { code, message } = outcome;
  const down = outcome.outcome === 'not-now';
  await deps.db.transaction((tx) => giveBack(tx, deps.owner, rows.map(idOf), { anew: down, code, message }));
  deps.log.warn({ event: 'array.given-back', rows: rows.length, code, outcome: outcome.outcome });
  return new Map(rows.map((row) => [jobOf(row, leader), down ? { thrown: outcome } : 'alone']));
}

/** Ends each row as its own attempt would. */
async function endEach(
  { deps, leader, waiting, book }: Telling,
  failures: { row: BegunRow; error: unknown }[],
): Promise<Map<string, ArrayEnd>> {
  const ends = new Map<string, ArrayEnd>();
  for (const { row, error } of failures) {
    const job = jobOf(row, leader);
    const work: AttemptWork = {
      ...WHAT,
      payload: () => book.payload(row.document_key),
      work: () => Promise.reject(new Error('Its work is done')),
    };
    const { signal, attemptsMade } = leader.context;
    // A job that has not been delivered yet: its first delivery is the one that this end answers.
    const own = job === leader.context.jobId ? attemptsMade : (waiting.get(job)?.attemptsMade ?? 0);
    try {
      await endBadly(deps, row, work, error, { jobId: job, attemptsMade: own, signal });
    } catch (thrown) {
      // A database that is away ends the telling: leases lapse, and every row is looked for by its key.
      if (!isEnd(thrown)) throw thrown;
      ends.set(job, { thrown });
    }
  }
  return ends;
}

const isEnd = (thrown: unknown): boolean =>
  thrown instanceof AtRest || thrown instanceof HandBack || findOutcome(thrown) !== undefined;

const idOf = ({ id }: BegunRow) => id;

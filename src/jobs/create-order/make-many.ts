import type { Config } from '../../shared/config/config.ts';
import { HandBack } from '../../shared/errors/hand-back.ts';
import { findOutcome, OutcomeError } from '../../shared/errors/outcome.ts';
import type { MadeOrder, MoySklad } from '../../shared/moysklad/port.ts';
import { claimOrders, giveBack } from '../../shared/outbox/array-store.ts';
import type { BegunRow } from '../../shared/outbox/attempt-store.ts';
import { jobId } from '../../shared/outbox/ids.ts';
import { linesOfMany } from '../../shared/outbox/sent-lines.ts';
import type { JobContext } from '../../shared/queue/job.ts';
import type { AttemptDeps, AttemptWork } from '../attempt-contract.ts';
import { recordMade } from '../attempt-desk.ts';
import { endBadly } from '../attempt-failure.ts';
import { createExchangeBook, type ExchangeBook } from '../exchanges.ts';
import { keepLeases } from '../lease.ts';
import { knownBarcodes } from './known-barcodes.ts';
import { madeEntry, noteGoods } from './made.ts';
import { orderCommand } from './order-command.ts';
import { traceArray } from './trace-array.ts';

export interface MakeManyDeps extends AttemptDeps {
  moysklad: Pick<MoySklad, 'makeOrders'>;
  /** `arraySize`: orders in one array; less than 2: never. */
  config: Pick<Config, 'moysklad'>;
}

/** With fewer waiting an array saves too little to be worth that one lost answer leaves them all unknown. */
const ENOUGH = 10;
const RECORDING = { timeoutMs: 180_000 };
const WHAT = { system: 'moysklad', step: 'create-order' } as const;

/**
 * Makes the order of this row, and of others that wait, in one request. Each row keeps its own lease, document, outcome
 * and journal; the jobs of the others find them done. False: too few wait, or this one is not new; then it is made
 * by itself. Throws what the worker's outcome map understands, of this row alone.
 */
export async function makeMany(deps: MakeManyDeps, outboxId: string, context: JobContext): Promise<boolean> {
  const { db, owner, leaseMs, log, checkpoint, quarantine } = deps;
  const { arraySize } = deps.config.moysklad;
  if (arraySize < 2) return false;
  const leave = await quarantine.enter(context.signal).catch(() => {
    throw new HandBack('stopping', 0);
  });
  try {
    const claim = { outboxId, jobId: context.jobId, owner, leaseMs, least: ENOUGH, most: arraySize };
    const rows = await db.transaction((tx) => claimOrders(tx, claim));
    if (rows.length === 0) return false;
    log.info({ event: 'array.begun', rows: rows.length });
    await checkpoint?.('attempt.begun');
    await sendAndRecord(deps, rows, outboxId, context);
    return true;
  } finally {
    leave();
  }
}

async function sendAndRecord(deps: MakeManyDeps, rows: BegunRow[], outboxId: string, context: JobContext) {
  const { db, moysklad, checkpoint } = deps;
  const startedMs = performance.now();
  const startedAt = new Date();
  const lease = keepLeases(deps, rows.map(idOf), context.signal);
  const book = createExchangeBook();
  let results: (MadeOrder | OutcomeError)[];
  try {
    const lines = await linesOfMany(db.prisma, rows.map(idOf));
    const barcodesOf = await knownBarcodes(deps, rows.map(idOf));
    const commands = rows.map((row) => orderCommand(row, lines.get(row.id) ?? [], barcodesOf));
    const onStep = (step: string) => checkpoint?.(`order.${step}`);
    results = await moysklad.makeOrders(commands, { signal: lease.signal, onExchange: book.note, onStep });
  } catch (error) {
    await lease.release();
    if (deps.abandoned?.aborted) throw error;
    return await endAllBadly(deps, rows, outboxId, context, error, book);
  }
  await lease.release();
  await checkpoint?.('attempt.worked');
  const made = await recordDone(deps, rows, results, book, Math.round(performance.now() - startedMs));
  traceArray(made, outboxId, startedAt);
  await checkpoint?.('attempt.recorded');
  const failures = rows.flatMap((row, index) => {
    const result = results[index]!;
    return result instanceof OutcomeError ? [{ row, error: result }] : [];
  });
  await endEach(deps, failures, outboxId, context, book);
}

/** The made ones, each with its journal entry and goods, in one transaction. Returns those that were still held. */
async function recordDone(
  { db, owner, log }: MakeManyDeps,
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
  const kept = await db.transaction(async (tx) => {
    const kept = await recordMade(
      tx,
      owner,
      made.map(({ row, made: document }) => {
        const { key, number, url } = document;
        const { level, message, details } = madeEntry(row, document, 1);
        return {
          system: WHAT.system,
          document: { id: row.id, key, number, url, posted: null },
          entry: {
            ...({ level, ...WHAT, status: 'ok', runId: row.run_id, outboxId: row.id, message } as const),
            details: { ...details, ms, start: row.starts, worker: owner, together: rows.length },
            payload: book.payload(row.document_key),
          },
        };
      }),
    );
    await noteGoods(tx, [...kept]);
    const mine = made.filter(({ row }) => kept.has(row.id));
    return mine;
  }, RECORDING);
  log.info({ event: 'array.done', made: kept.length, lost: made.length - kept.length, of: rows.length, ms });
  return kept;
}

/**
 * The request as a whole came to nothing. Where it surely made no document, the rows are as they were: new again where
 * the system is down, else each goes by itself, for what is refused together says nothing of the single orders.
 */
async function endAllBadly(
  deps: MakeManyDeps,
  rows: BegunRow[],
  outboxId: string,
  context: JobContext,
  error: unknown,
  book: ExchangeBook,
): Promise<void> {
  const outcome = findOutcome(error);
  const ids = rows.map(idOf);
  const surelyNot = outcome?.mayExist !== true && ['not-now', 'refused'].includes(outcome?.outcome ?? '');
  if (outcome !== undefined && !context.signal.aborted && surelyNot) {
    const down = outcome.outcome === 'not-now';
    await deps.db.transaction((tx) =>
      giveBack(tx, deps.owner, ids, { anew: down, code: outcome.code, message: outcome.message }),
    );
    deps.log.warn({ event: 'array.given-back', rows: rows.length, code: outcome.code, outcome: outcome.outcome });
    if (down) throw outcome;
    throw new HandBack('busy', 1);
  }
  await endEach(
    deps,
    rows.map((row) => ({ row, error })),
    outboxId,
    context,
    book,
  );
}

/** Ends each row as its own attempt would; throws what this job's own row came to, when all are told. */
async function endEach(
  deps: MakeManyDeps,
  failures: { row: BegunRow; error: unknown }[],
  outboxId: string,
  context: JobContext,
  book: ExchangeBook,
): Promise<void> {
  let own: { thrown: unknown } | undefined;
  for (const { row, error } of failures) {
    const work: AttemptWork = {
      ...WHAT,
      payload: () => book.payload(row.document_key),
      work: () => Promise.reject(new Error('Its work is done')),
    };
    // The other rows' own jobs have not been delivered yet: that first delivery is the one that this end answers.
    const delivery =
      row.id === outboxId ? context : { ...context, jobId: jobId(row.id, row.generation), attemptsMade: 0 };
    try {
      await endBadly(deps, row, work, error, delivery);
    } catch (thrown) {
      if (row.id === outboxId) own = { thrown };
      // A database that is away ends the telling: leases lapse, and every row is looked for by its key.
      else if (
        findOutcome(thrown) === undefined &&
        !(thrown instanceof Error && ['AtRest', 'HandBack'].includes(thrown.name))
      ) {
        throw thrown;
      }
    }
  }
  if (own !== undefined) throw own.thrown;
}

const idOf = ({ id }: BegunRow) => id;

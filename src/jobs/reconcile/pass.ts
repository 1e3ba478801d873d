import type { Clock } from '../../shared/clock/clock.ts';
import type { Config } from '../../shared/config/config.ts';
import type { Database } from '../../shared/db/database.ts';
import { LOCKS } from '../../shared/db/locks.ts';
import { tryLock } from '../../shared/db/try-lock.ts';
import { HandBack } from '../../shared/errors/hand-back.ts';
import type { OutsideSystem } from '../../shared/errors/outcome.ts';
import { writeJournal } from '../../shared/journal/journal.ts';
import type { Log } from '../../shared/log/log.ts';
import type { MoySklad } from '../../shared/moysklad/port.ts';
import type { OneC } from '../../shared/onec/port.ts';
import { noteUp } from '../../shared/outbox/system-gate.ts';
import { recovered } from '../attempt-desk.ts';
import { apply } from './apply.ts';
import type { Finding, WatchedRow } from './findings.ts';
import { judgeOrder, judgeUnmadeOrder } from './judge-order.ts';
import { judgeTransfer } from './judge-transfer.ts';
import { readWatched } from './rows.ts';

export interface ReconcileDeps {
  db: Database;
  onec: Pick<OneC, 'readTransfers'>;
  moysklad: Pick<MoySklad, 'readOrders' | 'findOrders'>;
  clock: Clock;
  log: Log;
  config: Pick<Config, 'documents' | 'reconcile'>;
  checkpoint?: (name: string) => Promise<void> | void;
}

export interface Pass {
  system: OutsideSystem;
  /** Documents that were compared. */
  documents: number;
  findings: { row: WatchedRow; finding: Finding }[];
}

type Judge = (row: WatchedRow) => Finding[];

/**
 * Compares every open document of one system with what that system holds, and writes what follows, document by
 * document. Everything is read before anything is written, so a system that does not answer changes nothing.
 * NULL when another process is at it. Throws the adapter's `OutcomeError`, or `HandBack` when `signal` stops it.
 */
export async function reconcileSystem(
  deps: ReconcileDeps,
  system: OutsideSystem,
  signal?: AbortSignal,
): Promise<Pass | null> {
  const { db, log } = deps;
  const startedMs = performance.now();
  const locked = await tryLock(db.pool, LOCKS[`reconcile-${system}`], () => pass(deps, system, signal));
  if (locked === null) {
    log.info({ event: 'reconcile.busy', system });
    return null;
  }
  const { documents, findings } = locked.value;
  const ms = Math.round(performance.now() - startedMs);
  log.info({ event: 'reconcile.done', system, documents, findings: findings.length, ms });
  return locked.value;
}

async function pass(deps: ReconcileDeps, system: OutsideSystem, signal?: AbortSignal): Promise<Pass> {
  const { db, checkpoint } = deps;
  const rows = await readWatched(db.prisma, system === '1c' ? 'transfer' : 'order');
  if (rows.length === 0) return { system, documents: 0, findings: [] };
  const judge = system === '1c' ? await lookIn1C(deps, rows, signal) : await lookInMoySklad(deps, rows, signal);
  await checkpoint?.('reconcile.read');

  const findings: Pass['findings'] = [];
  for (const row of rows) {
    if (signal?.aborted) throw new HandBack('stopping', 0);
    // Most documents are as they were: only those that are not cost a transaction.
    if (judge(row).length === 0) continue;
    for (const finding of await apply(db, system, row, judge)) findings.push({ row, finding });
    await checkpoint?.('reconcile.applied');
  }
  await tell(deps, { system, documents: rows.length, findings });
  return { system, documents: rows.length, findings };
}

async function lookIn1C({ onec, config }: ReconcileDeps, rows: WatchedRow[], signal?: AbortSignal): Promise<Judge> {
  // A base may have given the document a key of its own.
  const keyOf = (row: WatchedRow) => (row.externalKey ?? row.documentKey).toLowerCase();
  const seen = await onec.readTransfers(rows.map(keyOf), { ...(signal && { signal }) });
  return (row) => judgeTransfer(row, seen.get(keyOf(row)) ?? null, config.documents.posting);
}

async function lookInMoySklad(
  { moysklad, clock, config }: ReconcileDeps,
  rows: WatchedRow[],
  signal?: AbortSignal,
): Promise<Judge> {
  const options = { ...(signal && { signal }) };
  const made = rows.flatMap((row) => (row.status === 'done' && row.externalKey !== null ? [row.externalKey] : []));
  const unmade = rows.filter((row) => row.status !== 'done').map((row) => row.id);
  const orders = await moysklad.readOrders(made, options);
  const marked = await moysklad.findOrders(unmade, options);
  const transit = { transitMs: config.reconcile.transitMs, now: clock.now() };
  return (row) =>
    row.status === 'done'
      ? judgeOrder(row, orders.get(row.externalKey ?? '') ?? null, transit)
      : judgeUnmadeOrder(row, marked.get(row.id) ?? []);
}

/** Says in the journal what a pass came to, if anything; and that the system answers again, if it did not. */
async function tell({ db }: ReconcileDeps, { system, documents, findings }: Pass): Promise<void> {
  await db.transaction(async (tx) => {
    const downSince = await noteUp(tx, system);
    const asked = findings.filter(({ finding }) => finding.change.kind === 'question' && finding.change.code !== null);
    const changes = findings.length - asked.length;
    await writeJournal(tx, [
      ...(downSince === null ? [] : [recovered(system, downSince)]),
      ...(findings.length === 0
        ? []
        : [
            {
              level: asked.length > 0 ? ('warning' as const) : ('info' as const),
              system,
              step: 'reconcile',
              status: 'ok' as const,
              message: `Сверка с ${system === '1c' ? '1С' : 'МойСклад'}: документов ${documents}, изменений ${changes}, вопросов к человеку ${asked.length}`,
              details: { documents, changes, questions: asked.length },
            },
          ]),
    ]);
  });
}

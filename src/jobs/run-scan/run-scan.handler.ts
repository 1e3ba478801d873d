import { z } from 'zod';
import type { Config } from '../../shared/config/config.ts';
import type { Database, Tx } from '../../shared/db/database.ts';
import { writeJournal } from '../../shared/journal/journal.ts';
import type { OneC, Snapshot } from '../../shared/onec/port.ts';
import { lockPlanning } from '../../shared/outbox/planning-lock.ts';
import { suspicious } from '../../shared/planning/common-sense.ts';
import { groupDocuments } from '../../shared/planning/documents.ts';
import { applyEdits } from '../../shared/planning/edits.ts';
import { plan as makePlan } from '../../shared/planning/planner.ts';
import type { Plan } from '../../shared/planning/types.ts';
import type { Handler } from '../../shared/queue/job.ts';
import { WHOLE_SCOPE } from '../../shared/runs/compare-runs.ts';
import { readActiveSnoozes, wakeSnoozes } from '../../shared/snooze/active.ts';
import { type AttemptDeps, attempt } from '../attempt.ts';
import { lapsedEntries, wishesOf } from './carry-edits.ts';
import { type CatchUpDeps, catchUp } from './catch-up.ts';
import { chooseWarehouses, withWholeOnly } from './choose-warehouses.ts';
import { holdEdited } from './hold-edited.ts';
import { readLedger } from './ledger.ts';
import { warningsOf } from './left-out.ts';
import { learnApprovals, learnLimits, readHistory } from './limit-memory.ts';
import { withMinimumOrders } from './minimum-orders.ts';
import { planDigest } from './plan-digest.ts';
import { createProgressWriter } from './progress.ts';
import { rememberItems } from './remember-items.ts';
import { previewReplaced, replaceEarlier } from './replace-earlier.ts';
import type { runScan } from './run-scan.job.ts';
import { screenDocuments, suspicionWarnings } from './screen.ts';
import { doubtEntries, doubtWarnings, rememberTrusted, type Trust, trustSnapshot } from './trust.ts';
import { writePlan } from './write-plan.ts';

export interface RunScanDeps extends AttemptDeps, Omit<CatchUpDeps, 'log' | 'checkpoint'> {
  db: Database;
  onec: Pick<OneC, 'readSnapshot' | 'readTransfers'>;
  config: Pick<Config, 'warehouses' | 'documents' | 'planning' | 'safety' | 'schedule' | 'reconcile'>;
}

/**
 * Reconcile → snapshot → plan → documents to be made. Reading happens outside any transaction; planning and writing in
 * one, under the planning lock, with the ledger read inside it.
 */
export const createRunScan =
  (deps: RunScanDeps): Handler<typeof runScan> =>
  ({ outboxId }, context) =>
    attempt(deps, outboxId, context, {
      system: '1c',
      step: 'scan',
      async work({ row, signal }) {
        const { db, onec, config } = deps;
        const run = await db.prisma.run.update({
          where: { id: row.run_id },
          data: { status: 'running', startedAt: new Date(), phase: 'reading', errorCode: null, errorMessage: null },
        });
        const unreconciled = await catchUp(deps, signal);
        const snapshotStartedAt = await databaseTime(db.prisma);
        const progress = createProgressWriter(db.prisma, run.id);
        let snapshot: Snapshot;
        try {
          snapshot = await onec.readSnapshot({
            signal,
            onProgress: progress.note,
            choose: (seen) => chooseWarehouses({ ...config.warehouses, asked: run.warehouse }, seen),
          });
        } finally {
          await progress.close();
        }
        await deps.checkpoint?.('scan.read');
        const trust = await trustSnapshot(db.prisma, { run, snapshot, config });
        await db.prisma.run.update({ where: { id: run.id }, data: { phase: 'planning', snapshotStartedAt } });
        return {
          externalKey: null,
          externalNumber: null,
          externalUrl: null,
          posted: null,
          entry: {
            message: `Остатки прочитаны: складов ${snapshot.recipients.length + snapshot.donors.length}, товаров ${snapshot.items.length}, лимитов ${snapshot.limits.length}`,
            details: { left_out: snapshot.leftOut },
          },
          alongside: (tx) => planAndWrite(tx, { run, snapshot, trust, unreconciled, snapshotStartedAt, config }),
        };
      },
    });

interface Planning {
  run: { id: string; dryRun: boolean; force: boolean; warehouse: string | null };
  snapshot: Snapshot;
  trust: Trust;
  /** What could not be reconciled before, as warnings. */
  unreconciled: string[];
  snapshotStartedAt: Date;
  config: RunScanDeps['config'];
}

async function planAndWrite(tx: Tx, planning: Planning): Promise<void> {
  const { run, snapshot, trust, unreconciled, snapshotStartedAt, config } = planning;
  await lockPlanning(tx);
  const recipientKeys = trust.recipients.map((one) => one.key);
  // Before the ledger is read: a failed row that somebody retries at this moment is either replaced here, or is on its
  // way again and then counted below, as is one that fails between the two. Never neither.
  const replaced = await (run.dryRun ? previewReplaced : replaceEarlier)(tx, recipientKeys);
  if (!run.dryRun) await wakeSnoozes(tx, { runId: run.id, timezone: config.schedule.timezone });
  const fresh = makePlan({
    policy: config.planning.policy,
    recipients: trust.recipients,
    donors: withWholeOnly(snapshot.donors, config.warehouses).map((donor) => ({
      ...donor,
      unreadable: trust.unreadable.has(donor.key),
    })),
    items: snapshot.items,
    limits: withMinimumOrders(snapshot.limits, snapshot.items, config.planning.minimumOrders),
    unknownMinimums: snapshot.unknownMinimums,
    snoozes: run.force ? [] : await readActiveSnoozes(tx, config.schedule.timezone),
    stock: snapshot.stock,
    open: await readLedger(tx, snapshotStartedAt, { recipientKeys, replaced: replaced.ids }),
  });
  const { plan, lapsed } = applyEdits(fresh, wishesOf(replaced.lines));
  const screened = await screenPlan(tx, plan, planning);
  const held = config.documents.approval === 'manual';
  const waiting = held ? screened.documents : holdEdited(screened.documents, plan);
  const documents = run.dryRun ? [] : waiting;
  const entries = await writePlan(tx, { runId: run.id, snapshot, plan, documents, held });
  const counts = { ...countPlan(plan), documents: documents.length, superseded: replaced.rows };
  await writeJournal(tx, [
    {
      level: 'info',
      system: 'hub',
      step: 'plan',
      status: 'ok',
      runId: run.id,
      message: `План готов: потребностей ${counts.needs}, перемещений ${counts.transfers}, заказов ${counts.orders}, уже ожидается ${counts.covered}${run.dryRun ? '; пробный расчёт, документы не создаются' : ''}`,
      details: counts,
    },
    ...doubtEntries(run.id, trust),
    ...entries,
    ...(run.dryRun
      ? []
      : lapsedEntries(lapsed, { runId: run.id, lines: replaced.lines, recipients: snapshot.recipients })),
  ]);
  await rememberWarehouses(tx, snapshot);
  await rememberItems(tx, snapshot, { whole: run.warehouse === null });
  if (!run.dryRun) await rememberTrusted(tx, run.id, trust);
  await tx.run.update({
    where: { id: run.id },
    data: {
      status: 'completed',
      phase: null,
      counts,
      progress: {},
      warnings: [...unreconciled, ...doubtWarnings(trust), ...screened.warnings, ...warningsOf(snapshot.leftOut)],
      planDigest: planDigest(plan),
      scope: run.warehouse === null ? WHOLE_SCOPE : (snapshot.recipients[0]?.key ?? null),
      snapshotStartedAt,
      finishedAt: new Date(),
    },
  });
}

/** The documents of a plan, each with why it should wait, if it should. A run of all recipients learns their limits here. */
async function screenPlan(tx: Tx, plan: Plan, { run, snapshot, trust, config }: Planning) {
  const planned = new Set(trust.recipients.map(({ key }) => key));
  const limits = snapshot.limits.filter(({ warehouseKey }) => planned.has(warehouseKey));
  await learnApprovals(tx);
  const history = await readHistory(tx, plan, limits);
  const documents = groupDocuments(plan, config.documents.scope);
  const suspicion = suspicious({ plan, documents }, history, config.safety);
  // A run of one warehouse sees no other's limits to compare a new one with.
  if (!run.dryRun && run.warehouse === null) await learnLimits(tx, history, config.safety);
  const names = new Map(snapshot.items.map(({ key, name }) => [key, name]));
  return {
    documents: screenDocuments(documents, {
      suspicion,
      unreadable: snapshot.donors.filter(({ key }) => trust.unreadable.has(key)),
      itemName: (key) => names.get(key) ?? key,
    }),
    warnings: suspicionWarnings(suspicion, { plan, snapshot }),
  };
}

/** What the plan holds, before any document is made: lines by outcome, and documents of each kind at scope `item`. */
function countPlan(plan: Plan) {
  const counts = { needs: 0, transfers: 0, orders: 0, covered: 0, unmet: 0 };
  for (const line of plan.lines) {
    if (line.outcome === 'covered') counts.covered += 1;
    else if (line.outcome === 'unmet') counts.unmet += 1;
    else counts.needs += 1;
    counts.transfers += line.takes.length;
    counts.orders += line.order > 0 ? 1 : 0;
  }
  return counts;
}

async function rememberWarehouses(tx: Tx, snapshot: Snapshot): Promise<void> {
  const role = new Map<string, string>();
  for (const one of snapshot.recipients) role.set(one.key, 'recipient');
  for (const one of snapshot.donors) role.set(one.key, 'donor');
  const rows = snapshot.warehouses.map((one) => ({ key: one.key, name: one.name, role: role.get(one.key) ?? 'other' }));
  await tx.$executeRaw`
    insert into known_warehouses (key, name, role, seen_at)
    select key, name, role, clock_timestamp() from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t(key uuid, name text, role text)
    on conflict (key) do update set name = excluded.name, seen_at = excluded.seen_at,
      role = case when excluded.role = 'other' then known_warehouses.role else excluded.role end`;
  await tx.$executeRaw`delete from known_warehouses where key <> all(${rows.map((row) => row.key)}::uuid[])`;
}

/** The database's clock: the one that also stamps confirmations, so the two can be compared. */
async function databaseTime(tx: Tx): Promise<Date> {
  const [row] = z.array(z.object({ now: z.date() })).parse(await tx.$queryRaw`select clock_timestamp() as now`);
  return row!.now;
}

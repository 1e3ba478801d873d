import { z } from 'zod';
import type { Database, Tx } from '../db/database.ts';
import { operatorEntry, writeJournal } from '../journal/journal.ts';
import { statusNames } from './operations.ts';

export interface RunOperation {
  runId: string;
  actor: string;
  /** Only these documents: those that the person saw. Left out: all of the run that are held now. */
  outboxIds?: readonly string[];
}

export interface RunResult {
  outcome: 'done' | 'skipped' | 'not-found';
  /** The documents that were decided, by id: no other. */
  done: string[];
  /** Documents that were asked for by id and stayed as they were. */
  skipped: { id: string; status: string | null; reason: string }[];
  /** Russian sentence: why nothing was done. */
  reason: string | null;
}

/** Lets all held documents of a run go, or those of them that are named. */
export const approveRun = (db: Database, operation: RunOperation) =>
  decideRun(db, operation, {
    action: 'approve',
    said: 'Документ утверждён вместе с расчётом и поставлен в очередь',
    async step(tx, ids) {
      await tx.$executeRaw`update outbox set status = 'pending' where id = any(${ids}::uuid[])`;
      await tx.$executeRaw`select pg_notify('hub_outbox', '')`;
    },
  });

/** Says no to all held documents of a run, or to those of them that are named. The next scan may propose them again. */
export const rejectRun = (db: Database, operation: RunOperation) =>
  decideRun(db, operation, {
    action: 'reject',
    said: 'Документ отклонён вместе с расчётом',
    async step(tx, ids) {
      await tx.$executeRaw`update outbox set status = 'cancelled' where id = any(${ids}::uuid[])`;
      await tx.$executeRaw`
        update outbox_lines set closed_at = clock_timestamp(), closed_reason = 'rejected'
        where outbox_id = any(${ids}::uuid[]) and closed_at is null`;
    },
  });

interface Decision {
  action: 'approve' | 'reject';
  said: string;
  step(tx: Tx, ids: string[]): Promise<void>;
}

const outboxRow = z.object({ id: z.string(), status: z.string() });

/** One transaction and one audit entry with the ids; each document has its own line in the journal. */
async function decideRun(db: Database, operation: RunOperation, what: Decision): Promise<RunResult> {
  const { runId, actor, outboxIds } = operation;
  return db.transaction(async (tx) => {
    if ((await tx.run.count({ where: { id: runId } })) === 0) {
      return { outcome: 'not-found', done: [], skipped: [], reason: null };
    }
    // In the order of ids, as a scan that replaces them locks them too.
    const held = z.array(outboxRow).parse(
      await tx.$queryRaw`
        select id, status::text from outbox
        where run_id = ${runId}::uuid and status = 'held' and (${outboxIds === undefined} or id = any(${[...(outboxIds ?? [])]}::uuid[]))
        order by id for update`,
    );
    const done = held.map((row) => row.id);
    const skipped = await notHeld(tx, operation, new Set(done));
    const reason = done.length > 0 ? null : 'Нет документов этого расчёта, которые ждут утверждения';
    if (done.length > 0) {
      await what.step(tx, done);
      await writeJournal(
        tx,
        done.map((outboxId) =>
          operatorEntry({
            runId,
            outboxId,
            message: `${what.said} (${actor})`,
            details: { action: what.action, actor, before: 'held' },
          }),
        ),
      );
    }
    await tx.operatorAction.create({
      data: {
        actor,
        action: what.action,
        runId,
        outcome: done.length > 0 ? 'done' : 'skipped',
        details: { done, skipped: skipped.map(({ id }) => id), ...(reason === null ? {} : { reason }) },
      },
    });
    return { outcome: done.length > 0 ? 'done' : 'skipped', done, skipped, reason };
  });
}

async function notHeld(
  tx: Tx,
  { runId, outboxIds = [] }: RunOperation,
  done: Set<string>,
): Promise<RunResult['skipped']> {
  const others = [...new Set(outboxIds)].filter((id) => !done.has(id));
  if (others.length === 0) return [];
  const rows = z
    .array(outboxRow)
    .parse(
      await tx.$queryRaw`select id, status::text from outbox where run_id = ${runId}::uuid and id = any(${others}::uuid[])`,
    );
  const statusOf = new Map(rows.map((row) => [row.id, row.status]));
  return others.map((id) => {
    const status = statusOf.get(id) ?? null;
    const reason =
      status === null ? 'В этом расчёте такого документа нет' : `Не ждёт утверждения: ${statusNames[status] ?? status}`;
    return { id, status, reason };
  });
}

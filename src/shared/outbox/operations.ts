import { z } from 'zod';
import { type Database, Prisma, type Tx } from '../db/database.ts';
import { operatorEntry, writeJournal } from '../journal/journal.ts';
import { endRunsOf } from './cancelled-runs.ts';

export interface OperationResult {
  outcome: 'done' | 'skipped' | 'not-found';
  /** The row's status after the act. */
  status: string | null;
  /** Russian sentence: why nothing was done. */
  reason: string | null;
}

export interface Operation {
  outboxId: string;
  actor: string;
}

/** Lets a held row go. */
export const approveRow = (db: Database, operation: Operation) =>
  act(db, operation, {
    action: 'approve',
    allowed: ['held'],
    step: (tx, id) => tx.$executeRaw`update outbox set status = 'pending' where id = ${id}::uuid and status = 'held'`,
    done: 'Документ утверждён и поставлен в очередь',
    refusal: (status) => `Утвердить можно только документ, который ждёт утверждения; этот: ${statusNames[status]}`,
  });

/**
 * Puts a failed or unknown row back with a new generation and fresh attempts. The document keeps its key, so a
 * document that was made after all is found, not made again.
 */
export const retryRow = (db: Database, operation: Operation) =>
  act(db, operation, {
    action: 'retry',
    allowed: ['failed', 'unknown'],
    step: (tx, id) =>
      tx.$executeRaw`
        update outbox set status = 'pending', generation = generation + 1, attempts = 0, crashes = 0, lease_owner = null, lease_until = null
        where id = ${id}::uuid and status in ('failed', 'unknown')`,
    done: 'Документ отправлен на повтор',
    refusal: (status) =>
      `Повторить можно только документ с ошибкой или с неизвестным исходом; этот: ${statusNames[status]}`,
  });

/** Gives a document up that was surely not made. What may already exist outside is not cancelled by wishing. */
export const cancelRow = (db: Database, operation: Operation) =>
  act(db, operation, {
    action: 'cancel',
    allowed: ['held', 'pending', 'queued', 'failed'],
    onlyUnmade: true,
    step: (tx, id) =>
      tx.$executeRaw`
        with cancelled as (
          update outbox set status = 'cancelled', lease_owner = null, lease_until = null
          where id = ${id}::uuid and status in ('held', 'pending', 'queued', 'failed') and not maybe_made returning id
        ),
        runs as (${endRunsOf(Prisma.sql`select id from cancelled`)})
        update outbox_lines set closed_at = clock_timestamp(), closed_reason = 'cancelled'
        where outbox_id in (select id from cancelled) and closed_at is null`,
    done: 'Документ отменён человеком',
    refusal: (status) => `Отменить можно только то, что ещё не отправлено; этот документ: ${statusNames[status]}`,
  });

/** Says no to a held document, for this plan only: the next scan may propose it again. */
export const rejectRow = (db: Database, operation: Operation) =>
  act(db, operation, {
    action: 'reject',
    allowed: ['held'],
    step: (tx, id) =>
      tx.$executeRaw`
        with rejected as (
          update outbox set status = 'cancelled' where id = ${id}::uuid and status = 'held' returning id
        )
        update outbox_lines set closed_at = clock_timestamp(), closed_reason = 'rejected'
        where outbox_id in (select id from rejected) and closed_at is null`,
    done: 'Документ отклонён человеком',
    refusal: (status) => `Отклонить можно только документ, который ждёт утверждения; этот: ${statusNames[status]}`,
  });

/** What people call a row's status. */
export const statusNames: Record<string, string> = {
  held: 'ждёт утверждения',
  pending: 'ждёт очереди',
  queued: 'в очереди',
  sending: 'отправляется',
  unknown: 'исход неизвестен',
  done: 'создан',
  failed: 'не создан',
  cancelled: 'отменён',
  superseded: 'заменён новым расчётом',
};

interface Act {
  action: 'approve' | 'retry' | 'cancel' | 'reject';
  allowed: string[];
  /** True: refused while an earlier try may have made the document. */
  onlyUnmade?: boolean;
  step(tx: Tx, outboxId: string): Promise<number>;
  done: string;
  refusal(status: string): string;
}

async function act(db: Database, { outboxId, actor }: Operation, what: Act): Promise<OperationResult> {
  return db.transaction(async (tx) => {
    const [row] = z
      .array(z.object({ status: z.string(), run_id: z.string(), maybe_made: z.boolean() }))
      .parse(
        await tx.$queryRaw`select status::text, run_id, maybe_made from outbox where id = ${outboxId}::uuid for update`,
      );
    if (row === undefined) return { outcome: 'not-found', status: null, reason: null };
    const maybeMade = what.onlyUnmade === true && row.maybe_made;
    const allowed = what.allowed.includes(row.status) && !maybeMade;
    const reason = allowed ? null : what.refusal(maybeMade ? 'unknown' : row.status);
    if (allowed) {
      await what.step(tx, outboxId);
      await tx.$executeRaw`select pg_notify('hub_outbox', '')`;
      await writeJournal(tx, [
        operatorEntry({
          runId: row.run_id,
          outboxId,
          message: `${what.done} (${actor})`,
          details: { action: what.action, actor, before: row.status },
        }),
      ]);
    }
    await tx.operatorAction.create({
      data: {
        actor,
        action: what.action,
        runId: row.run_id,
        outboxId,
        outcome: allowed ? 'done' : 'skipped',
        details: { before: row.status, ...(reason === null ? {} : { reason }) },
      },
    });
    const now = await tx.outboxRow.findUniqueOrThrow({ where: { id: outboxId }, select: { status: true } });
    return { outcome: allowed ? 'done' : 'skipped', status: now.status, reason };
  });
}

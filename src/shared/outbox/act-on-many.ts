import { z } from 'zod';
import { type Database, Prisma, type Tx } from '../db/database.ts';
import { operatorEntry, writeJournal } from '../journal/journal.ts';
import { endRunsOf } from './cancelled-runs.ts';
import { statusNames } from './operations.ts';

export interface ManyOperation {
  actor: string;
  /** The documents that the person saw: no other is touched, whatever has come to stand beside them since. */
  outboxIds: readonly string[];
}

export interface ManyResult {
  /** By id, in their order. */
  done: string[];
  skipped: { id: string; status: string | null; reason: string }[];
}

/** Puts failed and unknown rows of a list back, as `retryRow` does one. */
export const retryRows = (db: Database, operation: ManyOperation) =>
  actOnMany(db, operation, {
    action: 'retry',
    said: 'Документ отправлен на повтор вместе с другими',
    allows: ({ status }) => status === 'failed' || status === 'unknown',
    async step(tx, ids) {
      await tx.$executeRaw`
        update outbox set status = 'pending', generation = generation + 1, attempts = 0, crashes = 0, lease_owner = null, lease_until = null
        where id = any(${ids}::uuid[])`;
      await tx.$executeRaw`select pg_notify('hub_outbox', '')`;
    },
  });

/** Gives up rows of a list that were surely not made, as `cancelRow` does one. */
export const cancelRows = (db: Database, operation: ManyOperation) =>
  actOnMany(db, operation, {
    action: 'cancel',
    said: 'Документ отменён человеком вместе с другими',
    allows: ({ status, maybe_made }) => ['held', 'pending', 'queued', 'failed'].includes(status) && !maybe_made,
    async step(tx, ids) {
      await tx.$executeRaw`
        update outbox set status = 'cancelled', lease_owner = null, lease_until = null where id = any(${ids}::uuid[])`;
      await tx.$executeRaw`${endRunsOf(Prisma.sql`select unnest(${ids}::uuid[])`)}`;
      await tx.$executeRaw`
        update outbox_lines set closed_at = clock_timestamp(), closed_reason = 'cancelled'
        where outbox_id = any(${ids}::uuid[]) and closed_at is null`;
    },
  });

const row = z.object({ id: z.string(), status: z.string(), run_id: z.string(), maybe_made: z.boolean() });

type Row = z.output<typeof row>;

interface ManyAct {
  action: 'retry' | 'cancel';
  said: string;
  allows(found: Row): boolean;
  step(tx: Tx, ids: string[]): Promise<void>;
}

/** One transaction and one audit entry with the ids; each document has its own line in the journal. */
function actOnMany(db: Database, { actor, outboxIds }: ManyOperation, what: ManyAct): Promise<ManyResult> {
  const asked = [...new Set(outboxIds)];
  return db.transaction(async (tx) => {
    // In the order of ids, as everybody who locks several does.
    const rows = z.array(row).parse(
      await tx.$queryRaw`
        select id, status::text, run_id, maybe_made from outbox where id = any(${asked}::uuid[]) order by id for update`,
    );
    const chosen = rows.filter(what.allows);
    const done = chosen.map(({ id }) => id);
    const seen = new Map(rows.map((one) => [one.id, one]));
    const skipped = asked
      .filter((id) => !done.includes(id))
      .map((id) => {
        const { status = null, maybe_made = false } = seen.get(id) ?? {};
        const state = statusNames[status ?? ''] ?? 'такого документа нет';
        return { id, status, reason: maybe_made ? `${state}, может быть создан` : state };
      });
    if (done.length > 0) {
      await what.step(tx, done);
      await writeJournal(
        tx,
        chosen.map(({ id, run_id, status }) =>
          operatorEntry({
            runId: run_id,
            outboxId: id,
            message: `${what.said} (${actor})`,
            details: { action: what.action, actor, before: status, together: done.length },
          }),
        ),
      );
    }
    await tx.operatorAction.create({
      data: {
        actor,
        action: what.action,
        outcome: done.length > 0 ? 'done' : 'skipped',
        details: { done, skipped },
      },
    });
    return { done, skipped };
  });
}

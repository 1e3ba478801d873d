import type { Database } from '../db/database.ts';
import { writeJournal } from '../journal/journal.ts';
import { carried } from '../telemetry/carried.ts';
import { inSpan } from '../telemetry/span.ts';
import { documentKey, newId } from './ids.ts';

export interface RunRequest {
  trigger: 'http' | 'schedule' | 'cli' | 'console' | 'demo';
  /** Who asked, for the journal; NULL for the schedule. */
  requestedBy: string | null;
  /** 1C key or name, as given; NULL scans every recipient. */
  warehouse: string | null;
  dryRun: boolean;
  /** A person says: the snapshot is right although it looks partial, and snoozes do not count. Left out: false. */
  force?: boolean;
  /** The schedule's instant: a slot gives one run however many processes ask. */
  slot?: Date;
}

/**
 * Writes the run and its outbox row in one transaction, with the operator's action where a person asked; the relay does the rest. Never touches the queue store.
 * `created` is false when the slot had its run already.
 */
export async function requestRun(db: Database, request: RunRequest): Promise<{ runId: string; created: boolean }> {
  return inSpan('request run', { facts: { 'hub.trigger': request.trigger } }, async (span) => {
    const answer = await writeRequest(db, request);
    span.note({ 'hub.run_id': answer.runId, 'hub.created': answer.created });
    return answer;
  });
}

async function writeRequest(db: Database, request: RunRequest): Promise<{ runId: string; created: boolean }> {
  const traceparent = carried();
  const runId = newId();
  const outboxId = newId();
  return db.transaction(async (tx) => {
    const inserted = await tx.$executeRaw`
      insert into runs (id, trigger, requested_by, warehouse, dry_run, force, slot)
      values (${runId}::uuid, ${request.trigger}, ${request.requestedBy}, ${request.warehouse}, ${request.dryRun}, ${request.force ?? false}, ${request.slot ?? null})
      on conflict (slot) do nothing`;
    if (inserted === 0) {
      const existing = await tx.run.findUniqueOrThrow({ where: { slot: request.slot ?? new Date(0) } });
      return { runId: existing.id, created: false };
    }
    await tx.$executeRaw`
      insert into outbox (id, kind, run_id, queue, document_key, traceparent)
      values (${outboxId}::uuid, 'scan', ${runId}::uuid, 'scan', ${documentKey(outboxId, 1)}::uuid, ${traceparent})`;
    await writeJournal(tx, [
      {
        level: 'info',
        system: 'hub',
        step: 'trigger',
        status: 'ok',
        runId,
        outboxId,
        message: `Запрошена проверка остатков${request.warehouse === null ? ' по всем складам' : ` по складу «${request.warehouse}»`}${request.dryRun ? ' (пробная)' : ''}${request.force ? ', без проверки полноты и без учёта отложенного' : ''}: ${triggerNames[request.trigger]}`,
        details: {
          trigger: request.trigger,
          dry_run: request.dryRun,
          force: request.force ?? false,
          requested_by: request.requestedBy,
        },
      },
    ]);
    if (request.requestedBy !== null) {
      await tx.operatorAction.create({
        data: {
          actor: request.requestedBy,
          action: 'trigger',
          runId,
          outboxId,
          outcome: 'done',
          details: {
            trigger: request.trigger,
            warehouse: request.warehouse,
            dry_run: request.dryRun,
            force: request.force ?? false,
          },
        },
      });
    }
    return { runId, created: true };
  });
}

const triggerNames: Record<RunRequest['trigger'], string> = {
  http: 'запрос по HTTP',
  schedule: 'по расписанию',
  cli: 'из командной строки',
  console: 'из консоли',
  demo: 'демонстрация',
};

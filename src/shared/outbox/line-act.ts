import { z } from 'zod';
import type { Database, Tx } from '../db/database.ts';
import { operatorEntry, writeJournal } from '../journal/journal.ts';
import { formatMilli, toMilli } from '../planning/quantity.ts';
import { type OperationResult, statusNames } from './operations.ts';

export interface LineOperation {
  outboxId: string;
  /** `line_number` in the document; those of a held document never change. */
  lineNumber: number;
  actor: string;
}

const lockedLine = z.object({
  id: z.string(),
  runLineId: z.string(),
  senderKey: z.string().nullable(),
  itemKey: z.string(),
  characteristicKey: z.string(),
  itemName: z.string(),
  article: z.string(),
  unit: z.string(),
  quantity: z.string().transform(toMilli),
  planned: z.string().transform(toMilli).nullable(),
  editReason: z.string().nullable(),
  approved: z.boolean(),
  closed: z.boolean(),
});

/** A line of a document whose row is locked until the transaction ends. */
export type LockedLine = z.output<typeof lockedLine> & { runId: string };

/**
 * `refused`: a Russian sentence that says why nothing was done; `field` where it is about a value that was given.
 * `done`: what was done, for the journal.
 */
export type LineVerdict =
  | { refused: string; field?: 'quantity' | 'reason' }
  | { done: string; details?: Record<string, unknown> };

export interface LineResult extends OperationResult {
  /** The given value that was refused; NULL where the line's state was the reason. */
  field: 'quantity' | 'reason' | null;
}

export interface LineAct {
  action: 'approve' | 'reject' | 'edit';
  /** Infinitive for the refusal: «Утвердить», «Отклонить», «Изменить». */
  verb: string;
  /** Changes the open line of a held document, or refuses. */
  decide(tx: Tx, line: LockedLine): Promise<LineVerdict>;
}

/**
 * One person's act on one line of a held document, in one transaction with its audit and its journal. When every line
 * is decided the document goes: with its approved lines into the queue, or, where none is left, as cancelled.
 */
export async function actOnLine(db: Database, operation: LineOperation, what: LineAct): Promise<LineResult> {
  const { outboxId, lineNumber, actor } = operation;
  return db.transaction(async (tx) => {
    const [row] = z
      .array(z.object({ status: z.string(), run_id: z.string() }))
      .parse(await tx.$queryRaw`select status::text, run_id from outbox where id = ${outboxId}::uuid for update`);
    const line = row === undefined ? undefined : await readLine(tx, operation);
    if (row === undefined || line === undefined)
      return { outcome: 'not-found', status: null, reason: null, field: null };

    const verdict = await judge(tx, { ...line, runId: row.run_id }, row.status, what);
    const done = 'done' in verdict;
    const status = done && what.action !== 'edit' ? await letGo(tx, outboxId) : row.status;
    if (done) {
      await writeJournal(tx, [
        operatorEntry({
          runId: row.run_id,
          outboxId,
          message: `Строка ${lineNumber} (${line.article} ${line.itemName}, ${formatMilli(line.quantity, 'ru')} ${line.unit}): ${verdict.done}${outcomeNames[status] ?? ''} (${actor})`,
          details: {
            action: what.action,
            actor,
            line: lineNumber,
            before: row.status,
            after: status,
            ...verdict.details,
          },
        }),
      ]);
    }
    await tx.operatorAction.create({
      data: {
        actor,
        action: what.action,
        runId: row.run_id,
        outboxId,
        outcome: done ? 'done' : 'skipped',
        details: { line: lineNumber, before: row.status, ...(done ? verdict.details : { reason: verdict.refused }) },
      },
    });
    if (done) return { outcome: 'done', status, reason: null, field: null };
    return { outcome: 'skipped', status, reason: verdict.refused, field: verdict.field ?? null };
  });
}

const outcomeNames: Record<string, string> = {
  pending: '; все строки решены, документ поставлен в очередь',
  cancelled: '; строк не осталось, документ отменён',
};

async function judge(tx: Tx, line: LockedLine, status: string, { verb, decide }: LineAct): Promise<LineVerdict> {
  if (status !== 'held') {
    return {
      refused: `${verb} строку можно только у документа, который ждёт утверждения; этот: ${statusNames[status] ?? status}`,
    };
  }
  if (line.closed) return { refused: `${verb} строку нельзя: она уже отклонена` };
  return decide(tx, line);
}

/** In the transaction that decided a line: what becomes of the document. Returns its status. */
async function letGo(tx: Tx, outboxId: string): Promise<string> {
  const [left] = z.array(z.object({ open: z.number(), undecided: z.number() })).parse(
    await tx.$queryRaw`
      select count(*)::int as open, (count(*) filter (where approved_at is null))::int as undecided
      from outbox_lines where outbox_id = ${outboxId}::uuid and closed_at is null`,
  );
  const status = left!.open === 0 ? 'cancelled' : left!.undecided === 0 ? 'pending' : 'held';
  if (status === 'held') return status;
  await tx.$executeRaw`update outbox set status = ${status}::outbox_status where id = ${outboxId}::uuid`;
  if (status === 'pending') await tx.$executeRaw`select pg_notify('hub_outbox', '')`;
  return status;
}

async function readLine(tx: Tx, { outboxId, lineNumber }: LineOperation) {
  const rows = await tx.$queryRaw`
    select l.id, l.run_line_id as "runLineId", l.sender_key as "senderKey", l.item_key as "itemKey",
           l.characteristic_key as "characteristicKey", l.item_name as "itemName", l.article, r.unit,
           l.quantity::text as quantity, l.planned_quantity::text as planned, l.edit_reason as "editReason",
           l.approved_at is not null as approved, l.closed_at is not null as closed
    from outbox_lines l join run_lines r on r.id = l.run_line_id
    where l.outbox_id = ${outboxId}::uuid and l.line_number = ${lineNumber}`;
  return z.array(lockedLine).parse(rows)[0];
}

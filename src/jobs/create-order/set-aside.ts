import type { Tx } from '../../shared/db/database.ts';
import { writeJournal } from '../../shared/journal/journal.ts';
import type { BegunRow } from '../../shared/outbox/attempt-store.ts';
import { documentKey, newId } from '../../shared/outbox/ids.ts';

export interface SetAside {
  row: BegunRow;
  /** Who holds the lease. */
  owner: string;
  /** Ids of the lines that were refused: some of the document's, never all. */
  lineIds: string[];
  /** How many lines the document had. */
  of: number;
  refusal: { code: string; message: string; details: Record<string, unknown> };
}

/**
 * Moves refused lines to a failed document of their own, so that the others can be ordered. For a document that surely
 * does not exist: what may have been ordered already must stay with its row. False when the lease was lost meanwhile.
 */
export async function setAside(tx: Tx, { row, owner, lineIds, of, refusal }: SetAside): Promise<boolean> {
  const held = await tx.$queryRaw<unknown[]>`
    select 1 from outbox
    where id = ${row.id}::uuid and status = 'sending' and lease_owner = ${owner} for update`;
  if (held.length === 0) return false;
  const id = newId();
  await tx.$executeRaw`
    insert into outbox (id, kind, status, run_id, document_key, queue, sender_key, sender_name, recipient_key, recipient_name,
      error_code, error_message, traceparent)
    select ${id}::uuid, kind, 'failed', run_id, ${documentKey(id, 1)}::uuid, queue, sender_key, sender_name, recipient_key,
      recipient_name, ${refusal.code}, ${refusal.message}, traceparent
    from outbox where id = ${row.id}::uuid`;
  await tx.$executeRaw`
    update outbox_lines l set outbox_id = ${id}::uuid, line_number = moved.number
    from (
      select id, row_number() over (order by line_number) as number from outbox_lines
      where outbox_id = ${row.id}::uuid and id = any(${lineIds}::uuid[])
    ) moved
    where l.id = moved.id`;
  const entry = { system: 'moysklad', step: 'create-order', status: 'refused', runId: row.run_id } as const;
  await writeJournal(tx, [
    {
      ...entry,
      level: 'warning',
      outboxId: row.id,
      message: `Строк, которых нельзя заказать: ${lineIds.length} из ${of}. Они выделены в отдельный документ с ошибкой, остальные заказываются. ${refusal.message}`,
      details: { code: refusal.code, moved_to: id, lines: lineIds.length },
    },
    {
      ...entry,
      level: 'error',
      outboxId: id,
      message: refusal.message,
      details: { ...refusal.details, code: refusal.code, moved_from: row.id, lines: lineIds.length },
    },
  ]);
  return true;
}

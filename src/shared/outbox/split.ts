import { z } from 'zod';
import type { Tx } from '../db/database.ts';
import { documentKey, newId } from './ids.ts';

/**
 * Takes a refused document of several lines apart, so that one line which cannot be made does not keep the others from it:
 * each half tries by itself, and is halved in its turn. One bad line of a thousand costs some twenty documents; should
 * every line be bad, each ends as a document of its own, as at scope `item`. The row must be `failed` and surely not
 * made; it becomes `superseded`, its lines closed as `split`, and the new rows are `pending` under keys of their own: all in
 * the caller's transaction, so that the ledger never misses a line or has it twice. Returns how many lines each new
 * document has; nothing for a document of one line.
 */
export async function splitRow(tx: Tx, outboxId: string): Promise<number[]> {
  const lines = z.array(z.object({ id: z.string() })).parse(
    await tx.$queryRaw`
        select id from outbox_lines where outbox_id = ${outboxId}::uuid and closed_at is null order by line_number`,
  );
  if (lines.length < 2) return [];
  const middle = Math.ceil(lines.length / 2);
  const parts = [lines.slice(0, middle), lines.slice(middle)].map((part) => ({ id: newId(), part }));
  const rows = parts.map(({ id }) => ({ id, document_key: documentKey(id, 1) }));
  await tx.$executeRaw`
    insert into outbox (id, kind, status, run_id, document_key, queue, sender_key, sender_name, recipient_key, recipient_name,
      traceparent)
    select p.id, o.kind, 'pending', o.run_id, p.document_key, o.queue, o.sender_key, o.sender_name, o.recipient_key, o.recipient_name,
      o.traceparent
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as p(id uuid, document_key uuid)
    cross join outbox o where o.id = ${outboxId}::uuid`;
  const copies = parts.flatMap(({ id, part }) =>
    part.map((line, at) => ({ id: newId(), line_id: line.id, outbox_id: id, line_number: at + 1 })),
  );
  // Every column of the line goes along, also what a person edited in it.
  await tx.$executeRaw`
    insert into outbox_lines
    select (jsonb_populate_record(l, jsonb_build_object('id', p.id, 'outbox_id', p.outbox_id, 'line_number', p.line_number))).*
    from jsonb_to_recordset(${JSON.stringify(copies)}::jsonb) as p(id uuid, line_id uuid, outbox_id uuid, line_number int)
    join outbox_lines l on l.id = p.line_id`;
  await tx.$executeRaw`
    update outbox_lines set closed_at = clock_timestamp(), closed_reason = 'split'
    where outbox_id = ${outboxId}::uuid and closed_at is null`;
  await tx.$executeRaw`update outbox set status = 'superseded' where id = ${outboxId}::uuid`;
  return parts.map(({ part }) => part.length);
}

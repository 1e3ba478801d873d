import { z } from 'zod';
import { Prisma, type Tx } from '../../shared/db/database.ts';
import { toMilli } from '../../shared/planning/quantity.ts';

const replacedLine = z.object({
  id: z.string(),
  outboxId: z.string(),
  recipientKey: z.string(),
  senderKey: z.string().nullable(),
  itemKey: z.string(),
  itemName: z.string(),
  characteristicKey: z.string(),
  quantity: z.string().transform(toMilli),
  planned: z.string().transform(toMilli).nullable(),
  by: z.string().nullable(),
  at: z.date().nullable(),
  reason: z.string().nullable(),
  forced: z.boolean(),
});

/** A line of a held or failed document that a new plan takes the place of. */
export type ReplacedLine = z.output<typeof replacedLine>;

export interface Replaced {
  /** How many documents are superseded. */
  rows: number;
  /** The documents that were looked at, whatever became of them. */
  ids: string[];
  lines: ReplacedLine[];
}

/**
 * Replaces what was planned before and not made: held and failed documents for the recipients that this plan covers in
 * full. A held document of which a person approved some lines goes out with those lines; only the others are replaced.
 * Locks in the order of ids, as whoever approves many documents at once does.
 */
export async function replaceEarlier(tx: Tx, recipientKeys: string[]): Promise<Replaced> {
  const locked = await tx.$queryRaw<{ id: string }[]>`
    select id from outbox
    where status in ('held', 'failed') and kind in ('transfer', 'order') and recipient_key = any(${recipientKeys}::uuid[])
    order by id for update`;
  const ids = locked.map((row) => row.id);
  const lines = await readReplaced(tx, ids);
  await tx.$executeRaw`
    update outbox_lines set closed_at = clock_timestamp(), closed_reason = 'superseded'
    where id = any(${lines.map(({ id }) => id)}::uuid[])`;
  const released = await tx.$executeRaw`
    update outbox set status = 'pending'
    where id = any(${ids}::uuid[]) and status = 'held'
      and id = any(array(select l.outbox_id from ${linesOf(ids)} where l.closed_at is null))`;
  if (released > 0) await tx.$executeRaw`select pg_notify('hub_outbox', '')`;
  const rows = await tx.$executeRaw`
    update outbox set status = 'superseded' where id = any(${ids}::uuid[]) and status in ('held', 'failed')`;
  return { rows, ids, lines };
}

/** What `replaceEarlier` would replace, for a dry run: nothing is changed or locked. */
export async function previewReplaced(tx: Tx, recipientKeys: string[]): Promise<Replaced> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from outbox
    where status in ('held', 'failed') and kind in ('transfer', 'order') and recipient_key = any(${recipientKeys}::uuid[])`;
  const ids = rows.map((row) => row.id);
  return { rows: 0, ids, lines: await readReplaced(tx, ids) };
}

/**
 * Each document's lines by its id: `offset 0` leaves PostgreSQL no other way. Where it has counted nothing yet it took another, and
 * went through all open lines again for each document.
 */
const linesOf = (outboxIds: string[]) => Prisma.sql`
  unnest(${outboxIds}::uuid[]) as document(id)
    cross join lateral (select * from outbox_lines where outbox_id = document.id offset 0) l`;

async function readReplaced(tx: Tx, outboxIds: string[]): Promise<ReplacedLine[]> {
  const rows = await tx.$queryRaw`
    select l.id, l.outbox_id as "outboxId", l.recipient_key as "recipientKey", l.sender_key as "senderKey",
           l.item_key as "itemKey", l.item_name as "itemName", l.characteristic_key as "characteristicKey",
           l.quantity::text as quantity, l.planned_quantity::text as planned, l.edited_by as by, l.edited_at as at,
           l.edit_reason as reason, l.edit_forced as forced
    from ${linesOf(outboxIds)} join outbox o on o.id = l.outbox_id
    where l.closed_at is null and (o.status = 'failed' or l.approved_at is null)
    order by l.id`;
  return z.array(replacedLine).parse(rows);
}

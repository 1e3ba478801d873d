import { z } from 'zod';
import { Prisma } from '../db/database.ts';

const decimal = z.string();

/** A line of a document as it is sent, with the numbers that it came of. Quantities are decimals as text, in the item's unit. */
const sentLine = z.object({
  id: z.string(),
  itemKey: z.string(),
  characteristicKey: z.string(),
  itemName: z.string(),
  article: z.string(),
  code: z.string(),
  quantity: decimal,
  unit: z.string(),
  minimum: decimal,
  maximum: decimal.nullable(),
  free: decimal,
  onOrder: decimal,
  hubExpected: decimal,
});
export type SentLine = z.output<typeof sentLine>;

/** What `linesColumn` gives. */
export const sentLines = z.array(sentLine);

/**
 * The lines of `outbox`, in order, as one column: those that are sent, or were. A line that was closed before its document was sent,
 * while the document itself lived on (rejected by a person, superseded), is no part of it.
 */
export const linesColumn = (outboxId: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  select coalesce(json_agg(json_build_object(
    'id', l.id, 'itemKey', l.item_key, 'characteristicKey', l.characteristic_key, 'itemName', l.item_name, 'article', l.article,
    'code', l.code, 'quantity', l.quantity::text, 'unit', r.unit, 'minimum', r.minimum::text, 'maximum', r.maximum::text,
    'free', r.free::text, 'onOrder', r.on_order::text, 'hubExpected', r.hub_expected::text) order by l.line_number), '[]')
  from outbox_lines l join run_lines r on r.id = l.run_line_id
  where l.outbox_id = ${outboxId} and (l.closed_reason is null or l.closed_reason not in ('rejected', 'superseded'))) as lines`;

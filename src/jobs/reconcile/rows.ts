import { z } from 'zod';
import { Prisma, type Tx } from '../../shared/db/database.ts';
import { toMilli } from '../../shared/planning/quantity.ts';
import type { WatchedRow } from './findings.ts';

/** How long a document that was deleted or cancelled is still looked at, in case somebody brings it back. */
const GIVEN_UP_DAYS = 14;

const milli = z.string().transform(toMilli);

const row = z.object({
  id: z.string(),
  runId: z.string(),
  kind: z.enum(['transfer', 'order']),
  status: z.enum(['done', 'failed', 'unknown']),
  documentKey: z.string(),
  externalKey: z.string().nullable(),
  externalNumber: z.string().nullable(),
  senderKey: z.string().nullable(),
  senderName: z.string().nullable(),
  recipientKey: z.string(),
  recipientName: z.string(),
  posted: z.boolean().nullable(),
  questionCode: z.string().nullable(),
  lineCount: z.coerce.number(),
  lines: z.array(
    z.object({
      id: z.string(),
      itemKey: z.string(),
      characteristicKey: z.string(),
      itemName: z.string(),
      article: z.string(),
      unit: z.string(),
      quantity: milli,
      received: milli,
      open: z.boolean(),
      goodsKey: z.string().nullable(),
      shipments: z.array(z.object({ at: z.string(), shipped: z.number() })),
    }),
  ),
  settled: z.array(z.object({ goodsKey: z.string().nullable(), quantity: milli })),
});

/**
 * The rows whose documents are to be compared: done with a line that is open or was given up lately; failed; unknown and
 * left to a person. Their other lines are settled and not read.
 */
export function readWatched(tx: Tx, kind: 'transfer' | 'order'): Promise<WatchedRow[]> {
  return read(tx, Prisma.sql`o.kind = ${kind}::outbox_kind`);
}

/** One of them, locked until the transaction ends; NULL when it is no such row any more. */
export async function lockWatched(tx: Tx, id: string): Promise<WatchedRow | null> {
  // In a statement of its own: a row that was waited for is then read as it is after the wait.
  await tx.$executeRaw`select 1 from outbox where id = ${id}::uuid for update`;
  return (await read(tx, Prisma.sql`o.id = ${id}::uuid`))[0] ?? null;
}

async function read(tx: Tx, which: Prisma.Sql): Promise<WatchedRow[]> {
  const rows = await tx.$queryRaw`
    select o.id, o.run_id as "runId", o.kind::text as kind, o.status::text as status, o.document_key as "documentKey",
           o.external_key as "externalKey", o.external_number as "externalNumber", o.sender_key as "senderKey",
           o.sender_name as "senderName", o.recipient_key as "recipientKey", coalesce(o.recipient_name, '') as "recipientName",
           o.posted, o.question_code as "questionCode",
           (select count(*) from outbox_lines
            where outbox_id = o.id and coalesce(closed_reason, '') not in ('rejected', 'superseded')) as "lineCount",
           jsonb_agg(jsonb_build_object(
             'id', l.id, 'itemKey', l.item_key, 'characteristicKey', l.characteristic_key, 'itemName', l.item_name,
             'article', l.article, 'unit', r.unit, 'quantity', l.quantity::text, 'received', l.received::text,
             'open', l.closed_at is null, 'shipments', l.shipments,
             'goodsKey', coalesce(l.goods_key, case when k.status = 'found' then k.entity_id end)
           ) order by l.line_number) as lines,
           (select coalesce(jsonb_agg(jsonb_build_object('goodsKey', s.goods_key, 'quantity', s.quantity::text)), '[]')
            from outbox_lines s where s.outbox_id = o.id and s.closed_reason in ('received', 'shipped')) as settled
    from outbox o
    join outbox_lines l on l.outbox_id = o.id
    join run_lines r on r.id = l.run_line_id
    left join item_links k on k.item_key = l.item_key and k.characteristic_key = l.characteristic_key
    where ${which}
      and (o.status in ('done', 'failed') or (o.status = 'unknown' and o.rested_under is not null))
      and (l.closed_at is null or (o.status = 'done' and l.closed_reason in ('deleted', 'cancelled')
           and l.closed_at > clock_timestamp() - ${GIVEN_UP_DAYS} * interval '1 day'))
    group by o.id
    order by o.id`;
  return z.array(row).parse(rows);
}

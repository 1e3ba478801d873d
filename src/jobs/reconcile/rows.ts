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
  return read(tx, { rows: Prisma.sql`o.kind = ${kind}::outbox_kind`, lines: Prisma.sql`true` });
}

/** One of them, locked until the transaction ends; NULL when it is no such row any more. */
export async function lockWatched(tx: Tx, id: string): Promise<WatchedRow | null> {
  // In a statement of its own: a row that was waited for is then read as it is after the wait.
  await tx.$executeRaw`select 1 from outbox where id = ${id}::uuid for update`;
  const which = { rows: Prisma.sql`true`, lines: Prisma.sql`outbox_id = ${id}::uuid` };
  return (await read(tx, which))[0] ?? null;
}

/**
 * From the lines that are watched to their rows, and each row's lines by its id: `offset 0` and `filter` leave PostgreSQL no other
 * way. Where it has counted nothing yet it took another, and went through all open lines again for each row.
 */
async function read(tx: Tx, which: { rows: Prisma.Sql; lines: Prisma.Sql }): Promise<WatchedRow[]> {
  const watched = Prisma.sql`
    (closed_at is null or (closed_reason in ('deleted', 'cancelled')
      and closed_at > clock_timestamp() - ${GIVEN_UP_DAYS} * interval '1 day'))`;
  const rows = await tx.$queryRaw`
    select o.id, o.run_id as "runId", o.kind::text as kind, o.status::text as status, o.document_key as "documentKey",
           o.external_key as "externalKey", o.external_number as "externalNumber", o.sender_key as "senderKey",
           o.sender_name as "senderName", o.recipient_key as "recipientKey", coalesce(o.recipient_name, '') as "recipientName",
           o.posted, o.question_code as "questionCode", own.*
    from (select distinct outbox_id as id from outbox_lines where ${which.lines} and ${watched}) with_lines
    cross join lateral (select * from outbox where id = with_lines.id offset 0) o
    cross join lateral (
      select
        jsonb_agg(jsonb_build_object(
          'id', id, 'itemKey', item_key, 'characteristicKey', characteristic_key, 'itemName', item_name, 'article', article,
          'unit', (select unit from run_lines where id = l.run_line_id),
          'quantity', quantity::text, 'received', received::text, 'open', closed_at is null, 'shipments', shipments,
          'goodsKey', coalesce(goods_key, (
            select entity_id from item_links k
            where k.item_key = l.item_key and k.characteristic_key = l.characteristic_key and k.status = 'found'))
        ) order by line_number) filter (where ${watched} and (closed_at is null or o.status = 'done')) as lines,
        count(*) filter (where coalesce(closed_reason, '') not in ('rejected', 'superseded')) as "lineCount",
        coalesce(
          jsonb_agg(jsonb_build_object('goodsKey', goods_key, 'quantity', quantity::text))
            filter (where closed_reason in ('received', 'shipped')),
          '[]') as settled
      from outbox_lines l where outbox_id = o.id
    ) own
    where ${which.rows} and own.lines is not null
      and (o.status in ('done', 'failed') or (o.status = 'unknown' and o.rested_under is not null))
    order by o.id`;
  return z.array(row).parse(rows);
}

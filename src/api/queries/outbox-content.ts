import { z } from 'zod';
import { type Database, Prisma } from '../../shared/db/database.ts';

const line = z.object({
  id: z.string(),
  article: z.string(),
  item_name: z.string(),
  quantity: z.number(),
  unit: z.string(),
});
export type ContentLine = Omit<z.output<typeof line>, 'id'>;

/** Lines that the document is to be made with; of one that was made, all of them. */
const MEANT = Prisma.sql`(l.closed_at is null or o.status = 'done')`;

/** What stands in each of these documents, in the order of their lines. */
export async function linesOf(
  { prisma }: Pick<Database, 'prisma'>,
  ids: readonly string[],
): Promise<Map<string, ContentLine[]>> {
  const rows = z.array(line).parse(
    await prisma.$queryRaw`
      select o.id, l.article, l.item_name, l.quantity::float8, r.unit
      from outbox o join outbox_lines l on l.outbox_id = o.id join run_lines r on r.id = l.run_line_id
      where o.id = any(${[...ids]}::uuid[]) and ${MEANT} order by o.id, l.line_number`,
  );
  const found = new Map<string, ContentLine[]>();
  for (const { id, ...rest } of rows) found.set(id, [...(found.get(id) ?? []), rest]);
  return found;
}

const total = z.object({
  kind: z.string(),
  sender_name: z.string().nullable(),
  recipient_name: z.string().nullable(),
  documents: z.number(),
  lines: z.number(),
  quantities: z.array(z.object({ unit: z.string(), quantity: z.number() })),
  /** Kopecks at the last known prices of МойСклад; NULL: none is known. */
  sum: z.number().nullable(),
  /** Lines without a known price. */
  unpriced: z.number(),
});
/** What a list of documents comes to on one route. */
export type RouteTotal = z.output<typeof total>;

export async function totalsOf({ prisma }: Pick<Database, 'prisma'>, ids: readonly string[]): Promise<RouteTotal[]> {
  return z.array(total).parse(
    await prisma.$queryRaw`
      with content as (
        select o.id, o.kind::text, o.sender_name, o.recipient_name, l.quantity, r.unit, k.price
        from outbox o join outbox_lines l on l.outbox_id = o.id join run_lines r on r.id = l.run_line_id
          left join item_links k on k.item_key = l.item_key and k.characteristic_key = l.characteristic_key
        where o.id = any(${[...ids]}::uuid[]) and ${MEANT}
      ), by_unit as (
        select kind, sender_name, recipient_name, unit, sum(quantity) as quantity from content group by 1, 2, 3, 4
      )
      select c.kind, c.sender_name, c.recipient_name, count(distinct c.id)::int as documents, count(*)::int as lines,
        (select jsonb_agg(jsonb_build_object('unit', u.unit, 'quantity', u.quantity::float8) order by u.unit)
          from by_unit u
          where u.kind = c.kind and u.sender_name is not distinct from c.sender_name
            and u.recipient_name is not distinct from c.recipient_name) as quantities,
        sum(round(c.quantity * c.price))::float8 as sum, count(*) filter (where c.price is null)::int as unpriced
      from content c group by 1, 2, 3 order by c.kind desc, c.sender_name, c.recipient_name`,
  );
}

import { z } from 'zod';
import { Prisma, type Tx } from '../db/database.ts';
import type { LinkProblem } from './port.ts';

export const LINK_PROBLEMS = ['no-value', 'missing', 'archived', 'many', 'unit'] as const satisfies LinkProblem[];

const row = z.object({
  item_key: z.string(),
  characteristic_key: z.string(),
  item_name: z.string(),
  article: z.string(),
  code: z.string(),
  item_unit: z.string(),
  pack: z.number().nullable(),
  match_by: z.string(),
  match_value: z.string(),
  problem: z.enum(LINK_PROBLEMS),
  matches: z.number(),
  archived: z.number(),
  entity_name: z.string().nullable(),
  unit: z.string().nullable(),
  packs: z.array(z.number()).nullable(),
  price: z.number().nullable(),
  checked_at: z.date(),
  waiting_quantity: z.number(),
  waiting_lines: z.number(),
  blocked: z.number().nullable(),
});

/** An item that cannot be ordered. Money is kopecks; `blocked` NULL: no price is known. */
export type BlockedLink = z.output<typeof row>;

export interface LinkFilter {
  problems?: readonly LinkProblem[];
  /** Only those that something waits for. */
  waiting?: boolean;
  limit: number;
  offset?: number;
}

/**
 * Items whose link to МойСклад has a problem, with what waits for them in orders that are not made: those that block the most
 * money first.
 */
export async function listBlocked(
  tx: Tx,
  { problems, waiting = false, limit, offset = 0 }: LinkFilter,
): Promise<BlockedLink[]> {
  const chosen = problems === undefined ? Prisma.empty : Prisma.sql`and k.problem = any(${problems}::text[])`;
  const needed = waiting ? Prisma.sql`and w.quantity > 0` : Prisma.empty;
  return z.array(row).parse(
    await tx.$queryRaw`
      with waiting as (
        select l.item_key, l.characteristic_key, sum(l.quantity) as quantity, count(*) as lines,
          max(l.item_name) as item_name, max(l.article) as article, max(l.code) as code
        from outbox_lines l join outbox o on o.id = l.outbox_id
        where o.kind = 'order' and o.status in ('held', 'pending', 'queued', 'sending', 'unknown', 'failed')
          and l.closed_at is null
        group by 1, 2
      )
      select k.item_key, k.characteristic_key, coalesce(i.name, w.item_name, k.item_key::text) as item_name,
        coalesce(i.article, w.article, '') as article, coalesce(i.code, w.code, '') as code,
        coalesce(i.unit, '') as item_unit, i.pack::float8 as pack, k.match_by, k.match_value, k.problem, k.matches, k.archived,
        k.entity_name, k.unit, k.packs::float8[] as packs, k.price::float8 as price, k.checked_at,
        coalesce(w.quantity, 0)::float8 as waiting_quantity, coalesce(w.lines, 0)::int as waiting_lines,
        case when w.quantity is null then 0 else round(w.quantity * k.price) end::float8 as blocked
      from item_links k
        left join known_items i on i.item_key = k.item_key and i.characteristic_key = k.characteristic_key
        left join waiting w on w.item_key = k.item_key and w.characteristic_key = k.characteristic_key
      where k.problem is not null ${chosen} ${needed}
      order by blocked desc nulls first, coalesce(w.quantity, 0) desc, item_name, k.item_key, k.characteristic_key
      limit ${limit} offset ${offset}`,
  );
}

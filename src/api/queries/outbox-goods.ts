import { z } from 'zod';
import type { Database } from '../../shared/db/database.ts';

const goods = z.object({
  id: z.string(),
  lines: z.number(),
  article: z.string(),
  item_name: z.string(),
  quantity: z.number(),
});

/** What is in a document, in a few words. */
export interface Goods {
  lines: number;
  /** Of the first line. */
  article: string;
  itemName: string;
  quantity: number;
}

/** The first line of each of these documents, and how many lines it has. */
export async function goodsOf(
  { prisma }: Pick<Database, 'prisma'>,
  ids: readonly string[],
): Promise<Map<string, Goods>> {
  const rows = z.array(goods).parse(
    await prisma.$queryRaw`
      select l.outbox_id as id, l.article, l.item_name, l.quantity::float8,
        (select count(*)::int from outbox_lines n where n.outbox_id = l.outbox_id) as lines
      from outbox_lines l where l.outbox_id = any(${[...ids]}::uuid[]) and l.line_number = 1`,
  );
  return new Map(rows.map(({ id, item_name, ...rest }) => [id, { ...rest, itemName: item_name }]));
}

import { z } from '@hono/zod-openapi';
import { type Database, Prisma } from '../../shared/db/database.ts';
import { allOf, contains, isAnyOf, isText } from './search.ts';

export const LINE_OUTCOMES = ['transfer', 'order', 'mixed', 'covered', 'unmet'] as const;

const lineRow = z.object({
  id: z.string(),
  recipient_key: z.string(),
  recipient_name: z.string(),
  item_key: z.string(),
  item_name: z.string(),
  article: z.string(),
  characteristic_key: z.string(),
  characteristic_name: z.string(),
  unit: z.string(),
  minimum: z.number(),
  maximum: z.number().nullable(),
  free: z.number(),
  on_order: z.number(),
  hub_expected: z.number(),
  projected: z.number(),
  need: z.number(),
  transferred: z.number(),
  ordered: z.number(),
  outcome: z.enum(LINE_OUTCOMES),
  why: z.unknown(),
});
export type LineRow = z.output<typeof lineRow>;

const documentRow = z.object({
  run_line_id: z.string(),
  outbox_id: z.string(),
  kind: z.enum(['transfer', 'order']),
  status: z.string(),
  number: z.string().nullable(),
  quantity: z.number(),
});
export type LineDocument = Omit<z.output<typeof documentRow>, 'run_line_id'>;

export interface LineFilter {
  /** Key or name of the recipient. */
  recipient?: string;
  outcome?: readonly (typeof LINE_OUTCOMES)[number][];
  q?: string;
  /** recipient_name, article and id of the line before. */
  after?: readonly [string, string, string];
  limit: number;
}

/** Lines by recipient and article, each with the documents that carry it. */
export async function listLines(
  { prisma }: Database,
  runId: string,
  { recipient, outcome, q, after, limit }: LineFilter,
): Promise<(LineRow & { documents: LineDocument[] })[]> {
  const where = allOf([
    Prisma.sql`run_id = ${runId}::uuid`,
    recipient === undefined
      ? null
      : Prisma.sql`(recipient_key::text = lower(${recipient}) or ${isText(Prisma.sql`recipient_name`, recipient)})`,
    isAnyOf(Prisma.sql`outcome`, outcome),
    q === undefined ? null : Prisma.sql`(${contains(Prisma.sql`article`, q)} or ${contains(Prisma.sql`item_name`, q)})`,
    after === undefined
      ? null
      : Prisma.sql`(recipient_name, article, id) > (${after[0]}::text, ${after[1]}::text, ${after[2]}::uuid)`,
  ]);
  const lines = z.array(lineRow).parse(
    await prisma.$queryRaw`
      select id, recipient_key, recipient_name, item_key, item_name, article, characteristic_key, characteristic_name, unit,
        minimum::float8, maximum::float8, free::float8, on_order::float8, hub_expected::float8, projected::float8,
        need::float8, transferred::float8, ordered::float8, outcome, why
      from run_lines where ${where}
      order by recipient_name, article, id limit ${limit}`,
  );
  const documents = z.array(documentRow).parse(
    await prisma.$queryRaw`
      select l.run_line_id, o.id as outbox_id, o.kind::text, o.status::text, o.external_number as number, l.quantity::float8
      from outbox_lines l join outbox o on o.id = l.outbox_id
      where l.run_line_id = any(${lines.map(({ id }) => id)}::uuid[])
      order by o.kind, o.id`,
  );
  const byLine = new Map<string, LineDocument[]>(lines.map(({ id }) => [id, []]));
  for (const { run_line_id, ...document } of documents) byLine.get(run_line_id)?.push(document);
  return lines.map((line) => ({ ...line, documents: byLine.get(line.id) ?? [] }));
}

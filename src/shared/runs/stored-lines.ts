import { z } from 'zod';
import { type Database, Prisma } from '../db/database.ts';
import type { PlaceNames } from '../planning/difference-text.ts';
import { toMilli } from '../planning/quantity.ts';
import type { Key, PlanLine, Take, Why } from '../planning/types.ts';

/** A plan's line as it was written, with the names of that day. */
export interface StoredLine extends PlanLine {
  names: PlaceNames & { characteristicName: string };
}

const row = z.object({
  recipient_key: z.string(),
  recipient_name: z.string(),
  item_key: z.string(),
  item_name: z.string(),
  article: z.string(),
  characteristic_key: z.string(),
  characteristic_name: z.string(),
  unit: z.string(),
  need: z.string(),
  ordered: z.string(),
  outcome: z.enum(['transfer', 'order', 'mixed', 'covered', 'unmet']),
  why: z.unknown(),
});

/** The plan of a run, by recipient and article as people read it; `recipientKey` leaves out other warehouses. */
export async function readStoredLines(
  { prisma }: Pick<Database, 'prisma'>,
  runId: string,
  recipientKey: Key | null = null,
): Promise<StoredLine[]> {
  const only = recipientKey === null ? Prisma.empty : Prisma.sql`and recipient_key = ${recipientKey}::uuid`;
  const rows = z.array(row).parse(
    await prisma.$queryRaw`
      select recipient_key, recipient_name, item_key, item_name, article, characteristic_key, characteristic_name, unit,
             need::text, ordered::text, outcome, why
      from run_lines where run_id = ${runId}::uuid ${only}
      order by recipient_name, article, item_name, item_key, characteristic_key`,
  );
  return rows.map((one) => {
    const why = one.why as Why;
    return {
      recipientKey: one.recipient_key,
      itemKey: one.item_key,
      characteristicKey: one.characteristic_key,
      outcome: one.outcome,
      need: toMilli(one.need),
      takes: takesOf(why),
      order: toMilli(one.ordered),
      why,
      names: {
        recipientName: one.recipient_name,
        itemName: one.item_name,
        article: one.article,
        characteristicName: one.characteristic_name,
        unit: one.unit,
      },
    };
  });
}

/** What donors give by the plan, or by the person who edited it. */
function takesOf({ donors, edits = [] }: Why): Take[] {
  const takes = new Map(donors.map(({ donorKey, taken }) => [donorKey, taken]));
  for (const { senderKey, quantity } of edits) if (senderKey !== null) takes.set(senderKey, quantity);
  return [...takes].flatMap(([donorKey, quantity]) => (quantity > 0 ? [{ donorKey, quantity }] : []));
}

import { z } from 'zod';
import type { Database } from '../../shared/db/database.ts';

const contact = z.object({ onec: z.date().nullable(), moysklad: z.date().nullable() });

/** When the hub last heard of each system, by what it kept of it; NULL: nothing yet. */
export type Contacts = z.output<typeof contact>;

export async function lastContacts({ prisma }: Pick<Database, 'prisma'>): Promise<Contacts> {
  return z
    .array(contact)
    .length(1)
    .parse(
      await prisma.$queryRaw`
        select
          greatest(
            (select max(snapshot_started_at) from runs where status = 'completed'),
            (select confirmed_at from outbox where status = 'done' and kind = 'transfer' order by status, kind, id desc limit 1)
          ) as onec,
          greatest(
            (select max(ended_at) from api_calls where units > 0),
            (select max(checked_at) from item_links),
            (select confirmed_at from outbox where status = 'done' and kind = 'order' order by status, kind, id desc limit 1)
          ) as moysklad`,
    )[0]!;
}

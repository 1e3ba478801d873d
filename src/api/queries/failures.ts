import { z } from 'zod';
import type { Database } from '../../shared/db/database.ts';

const group = z.object({
  kind: z.string(),
  status: z.string(),
  code: z.string(),
  message: z.string(),
  documents: z.number(),
  first: z.date(),
  last: z.date(),
});

/** Documents that were not made, or whose outcome nobody knows, for one reason. */
export type FailureGroup = z.output<typeof group>;

/** The causes why documents are not made, the most frequent first. Unknown ones only where the hub tries no more. */
export async function failureGroups({ prisma }: Pick<Database, 'prisma'>): Promise<FailureGroup[]> {
  return z.array(group).parse(
    await prisma.$queryRaw`
      select kind::text, status::text, coalesce(error_code, '') as code,
        coalesce((array_agg(error_message order by updated_at desc))[1], '') as message,
        count(*)::int as documents, min(updated_at) as first, max(updated_at) as last
      from outbox
      where status in ('failed', 'unknown') and (status = 'failed' or rested_under is not null)
      group by 1, 2, 3 order by 5 desc, 3 limit 100`,
  );
}

import { z } from 'zod';
import type { Database } from '../../shared/db/database.ts';

const group = z.object({
  kind: z.string(),
  status: z.string(),
  code: z.string(),
  /** Messages of some of them, each once. */
  examples: z.array(z.string()),
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
      with messages as (
        select kind, status, coalesce(error_code, '') as code, error_message,
          count(*) as documents, min(updated_at) as first, max(updated_at) as last
        from outbox
        where status in ('failed', 'unknown') and (status = 'failed' or rested_under is not null)
        group by 1, 2, 3, 4
      ), ranked as (
        select *, row_number() over (partition by kind, status, code order by last desc) as place from messages
      )
      select kind::text, status::text, code, sum(documents)::int as documents, min(first) as first, max(last) as last,
        coalesce(array_agg(error_message order by place) filter (where place <= 3 and error_message <> ''), '{}') as examples
      from ranked group by 1, 2, 3 order by 4 desc, 3 limit 100`,
  );
}

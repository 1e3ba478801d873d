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
      with failures as (
        select kind, status, coalesce(error_code, '') as code, error_message, updated_at from outbox
        where status in ('failed', 'unknown') and (status = 'failed' or rested_under is not null)
      ), causes as (
        select kind, status, code, count(*)::int as documents, min(updated_at) as first, max(updated_at) as last
        from failures group by 1, 2, 3 order by 4 desc, 3 limit 100
      )
      select kind::text, status::text, code, documents, first, last, array(
        select error_message from failures f
        where (f.kind, f.status, f.code) = (c.kind, c.status, c.code) and error_message <> ''
        group by error_message order by max(updated_at) desc limit 3
      ) as examples
      from causes c order by documents desc, code`,
  );
}

import { z } from 'zod';
import type { Database } from '../../shared/db/database.ts';
import { MOYSKLAD_LIMITS } from '../../shared/moysklad/budget.ts';

const row = z.object({ name: z.string(), units: z.number(), flying: z.number(), failures: z.number() });

/** What is used now of one user's requests to МойСклад, in all processes. */
export type BudgetUse = z.output<typeof row>;

/** Every budget that a request of the last day was counted in; the one used last first. */
export async function listBudgets({ prisma }: Pick<Database, 'prisma'>): Promise<BudgetUse[]> {
  return z.array(row).parse(
    await prisma.$queryRaw`
      select budget as name,
        coalesce(sum(units) filter (
          where coalesce(ended_at, expires_at) > clock_timestamp() - ${MOYSKLAD_LIMITS.windowMs}::int * interval '1 millisecond'
        ), 0)::int as units,
        (count(*) filter (where ended_at is null and expires_at > clock_timestamp()))::int as flying,
        (select count(*)::int from api_failures f
          where f.budget = api_calls.budget and f.at > clock_timestamp() - interval '1 minute') as failures
      from api_calls where started_at > clock_timestamp() - interval '1 day'
      group by budget order by max(started_at) desc limit 10`,
  );
}

import { z } from 'zod';
import type { Database } from '../../shared/db/database.ts';
import { MOYSKLAD_LIMITS } from '../../shared/moysklad/budget.ts';
import type { Family, Sample } from './family.ts';

type Db = Pick<Database, 'prisma'>;

const budgetRow = z.object({ units: z.number(), flying: z.number() });
const workerRow = z.object({ queue: z.string(), workers: z.number(), busy: z.number(), slots: z.number() });
const alarmRow = z.object({ code: z.string(), count: z.number() });

/** The outside systems as the workers found them, МойСклад's budget, the workers themselves, and what people are told of. */
export async function systemFamilies({ prisma }: Db): Promise<Family[]> {
  const [down, budget, workers, alarms] = await Promise.all([
    prisma.systemState.findMany({ where: { state: 'down' } }),
    readBudget({ prisma }),
    prisma.$queryRaw`
      select queue, count(*)::float8 as workers, sum(busy)::float8 as busy, sum(concurrency)::float8 as slots
      from worker_states where seen_at > clock_timestamp() - interval '45 seconds' group by queue order by queue`.then(
      (rows) => z.array(workerRow).parse(rows),
    ),
    prisma.$queryRaw`
      select code, count(*)::float8 as count from alarms where resolved_at is null group by code order by code`.then(
      (rows) => z.array(alarmRow).parse(rows),
    ),
  ]);
  return [
    {
      name: 'hub_system_up',
      help: '0: the workers found this system down and wait for it.',
      samples: ['1c', 'moysklad'].map((system) => [{ system }, down.some((one) => one.system === system) ? 0 : 1]),
    },
    {
      name: 'hub_moysklad_budget_left_units',
      help: `Of the ${MOYSKLAD_LIMITS.units} units that МойСклад grants in 3 seconds, those that are free now.`,
      samples: [[{}, Math.max(0, MOYSKLAD_LIMITS.units - budget.units)]],
    },
    {
      name: 'hub_moysklad_requests_in_flight',
      help: `Requests to МойСклад under way in all processes, of ${MOYSKLAD_LIMITS.parallel} at most.`,
      samples: [[{}, budget.flying]],
    },
    {
      name: 'hub_workers',
      help: 'Processes that serve the queue and have told so within 45 s.',
      samples: workers.map(({ queue, workers: count }): Sample => [{ queue }, count]),
    },
    {
      name: 'hub_worker_slots',
      help: 'Jobs that those processes could work on together, and those at work.',
      samples: workers.flatMap(({ queue, busy, slots }): Sample[] => [
        [{ queue, state: 'busy' }, busy],
        [{ queue, state: 'all' }, slots],
      ]),
    },
    {
      name: 'hub_alarms_open',
      help: 'What the hub itself tells people of now, by alarm.',
      samples: alarms.map(({ code, count }): Sample => [{ code }, count]),
    },
  ];
}

async function readBudget({ prisma }: Db): Promise<z.output<typeof budgetRow>> {
  const rows = await prisma.$queryRaw`
    select
      coalesce(sum(units) filter (where coalesce(ended_at, expires_at) > clock_timestamp() - interval '3 seconds'), 0)::float8 as units,
      (count(*) filter (where ended_at is null and expires_at > clock_timestamp()))::float8 as flying
    from api_calls`;
  return z.array(budgetRow).min(1).parse(rows)[0]!;
}

import { z } from 'zod';
import type { Database } from '../../shared/db/database.ts';
import { RUN_STATUSES } from '../queries/runs.ts';
import type { Family, Sample } from './family.ts';

type Db = Pick<Database, 'prisma'>;

const lastRow = z.object({
  waited: z.number().nullable(),
  read: z.number().nullable(),
  whole: z.number(),
  ago: z.number(),
});

export async function runFamilies({ prisma }: Db): Promise<Family[]> {
  const [found, last] = await Promise.all([
    prisma.run.groupBy({ by: ['status'], _count: true }),
    // Of the newest runs alone: the index by time ends the search, however many runs there have been.
    prisma.$queryRaw`
      select extract(epoch from started_at - created_at)::float8 as waited,
        extract(epoch from finished_at - started_at)::float8 as read,
        extract(epoch from finished_at - created_at)::float8 as whole,
        extract(epoch from clock_timestamp() - finished_at)::float8 as ago
      from runs where status = 'completed' and not dry_run and finished_at is not null
      order by created_at desc limit 1`.then((rows) => z.array(lastRow).parse(rows)[0]),
  ]);
  const parts: Sample[] =
    last === undefined
      ? []
      : Object.entries({ waiting: last.waited, working: last.read, whole: last.whole }).flatMap(([part, seconds]) =>
          seconds === null ? [] : [[{ part }, Math.max(0, seconds)] as Sample],
        );
  return [
    {
      name: 'hub_runs',
      help: 'Runs by status.',
      samples: RUN_STATUSES.map((status) => [{ status }, found.find((one) => one.status === status)?._count ?? 0]),
    },
    {
      name: 'hub_last_run_seconds',
      help: 'How long the last completed run that was no dry one took: waiting, working, and the whole of it.',
      samples: parts,
    },
    {
      name: 'hub_last_run_age_seconds',
      help: 'Since the end of that run; not there before the first.',
      samples: last === undefined ? [] : [[{}, Math.max(0, last.ago)]],
    },
  ];
}

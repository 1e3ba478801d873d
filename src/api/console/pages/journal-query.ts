import type { z } from 'zod';
import { ProblemError } from '../../problem.ts';
import { runsBeginning } from '../../queries/runs.ts';
import type { ConsoleContext, ConsoleDeps } from '../env.ts';
import { type Filters, readFilters } from '../filters.ts';
import type { journalQuery } from './journal-filters.tsx';

type Deps = Pick<ConsoleDeps, 'db' | 'config'>;

/** The journal's filters, with the beginning of a run's id made whole. A foreign journal has ids that only it knows. */
export async function readJournalFilters<S extends typeof journalQuery>(
  c: ConsoleContext,
  { db, config }: Deps,
  schema: S,
): Promise<Filters<z.output<S>>> {
  const { view } = c.var;
  const filters = readFilters(c, view, schema);
  const beginning = filters.asked.run_id;
  if (beginning === undefined || beginning.length === 36) return filters;
  const found = config.admin.journalUrl === null ? await runsBeginning(db, beginning) : [];
  if (found.length === 1) return { ...filters, asked: { ...filters.asked, run_id: found[0] } };
  const problem =
    found.length === 0
      ? view.t('прогона с таким началом номера нет', 'no run has an id that begins so')
      : view.t('так начинается не один прогон: добавьте знаков', 'several runs begin so: type more of it');
  return { ...filters, isWrong: true, problems: { ...filters.problems, run_id: problem } };
}

/** For what is no page: there is no field to tell it at. */
export function orRefuse<T>({ asked, problems, isWrong }: Filters<T>): T {
  if (!isWrong) return asked;
  const detail = Object.entries(problems)
    .map(([name, problem]) => `${name}: ${problem}`)
    .join('; ');
  throw new ProblemError({ status: 422, code: 'validation', detail });
}

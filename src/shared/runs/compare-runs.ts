import { z } from 'zod';
import type { Database } from '../db/database.ts';
import { type Difference, difference } from '../planning/difference.ts';
import { readStoredLines, type StoredLine } from './stored-lines.ts';

/** Scope of a run that planned every recipient; any other scope is the key of the one warehouse planned. */
export const WHOLE_SCOPE = 'all';

/** As much of a completed run as a comparison needs. */
export interface ComparedRun {
  id: string;
  scope: string;
  dryRun: boolean;
  createdAt: Date;
  planDigest: string | null;
}

export interface RunComparison {
  /** What was compared with; NULL: there is no earlier run of this scope, so that every line is new. */
  before: ComparedRun | null;
  difference: Difference<StoredLine>;
}

const comparedRun = z.object({
  id: z.string(),
  scope: z.string(),
  dryRun: z.boolean(),
  createdAt: z.date(),
  planDigest: z.string().nullable(),
});

/** NULL where there is no such run, or it has made no plan (yet). */
export async function findComparedRun({ prisma }: Pick<Database, 'prisma'>, id: string): Promise<ComparedRun | null> {
  const run = await prisma.run.findFirst({ where: { id, status: 'completed', scope: { not: null } } });
  return run === null ? null : comparedRun.parse(run);
}

/** The last completed run, dry or not, that planned the same before `run` was asked for; NULL where there is none. */
export async function findRunBefore(
  { prisma }: Pick<Database, 'prisma'>,
  run: ComparedRun,
): Promise<ComparedRun | null> {
  const found = await prisma.run.findFirst({
    where: { status: 'completed', scope: run.scope, createdAt: { lte: run.createdAt }, id: { lt: run.id } },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
  return found === null ? null : comparedRun.parse(found);
}

/**
 * What `run` decides otherwise than `before`. Where one of them planned a single warehouse, only that one is compared;
 * two different warehouses have nothing in common, so that all of one is gone and all of the other is new.
 */
export async function compareRuns(
  db: Pick<Database, 'prisma'>,
  run: ComparedRun,
  before: ComparedRun | null,
): Promise<RunComparison> {
  const scopes = [run.scope, before?.scope ?? run.scope];
  const single = scopes.find((scope) => scope !== WHOLE_SCOPE);
  const only = single === undefined || !scopes.includes(WHOLE_SCOPE) ? null : single;
  const [old, now] = await Promise.all([
    before === null ? [] : readStoredLines(db, before.id, only),
    readStoredLines(db, run.id, only),
  ]);
  return { before, difference: difference(old, now) };
}

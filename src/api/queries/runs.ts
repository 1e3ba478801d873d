import { z } from '@hono/zod-openapi';
import { type Database, Prisma } from '../../shared/db/database.ts';
import type { Run } from '../../shared/db/generated/client.ts';
import { allOf, isAnyOf } from './search.ts';

export const RUN_STATUSES = ['queued', 'running', 'completed', 'failed'] as const;

/** A run with its documents counted by their present state. */
export interface RunWithStates {
  run: Run;
  states: Record<string, number>;
}

export interface RunFilter {
  status?: readonly (typeof RUN_STATUSES)[number][];
  /** created_at and id of the run before. */
  after?: readonly [string, string];
  limit: number;
}

/** Newest first. */
export async function listRuns({ prisma }: Database, { status, after, limit }: RunFilter): Promise<RunWithStates[]> {
  const where = allOf([
    isAnyOf(Prisma.sql`status`, status, 'run_status'),
    after === undefined ? null : Prisma.sql`(created_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
  ]);
  const found = z
    .array(z.object({ id: z.string() }))
    .parse(await prisma.$queryRaw`select id from runs where ${where} order by created_at desc, id desc limit ${limit}`);
  const ids = found.map(({ id }) => id);
  const [runs, states] = await Promise.all([
    prisma.run.findMany({ where: { id: { in: ids } } }),
    countDocuments(prisma, ids),
  ]);
  const byId = new Map(runs.map((run) => [run.id, run]));
  return ids.flatMap((id) => {
    const run = byId.get(id);
    return run === undefined ? [] : [{ run, states: states.get(id) ?? {} }];
  });
}

export async function findRun({ prisma }: Database, id: string): Promise<RunWithStates | null> {
  const [run, states] = await Promise.all([prisma.run.findUnique({ where: { id } }), countDocuments(prisma, [id])]);
  return run === null ? null : { run, states: states.get(id) ?? {} };
}

async function countDocuments(
  prisma: Database['prisma'],
  runIds: string[],
): Promise<Map<string, Record<string, number>>> {
  const rows = await prisma.outboxRow.groupBy({
    by: ['runId', 'status'],
    where: { runId: { in: runIds }, kind: { in: ['transfer', 'order'] } },
    _count: true,
  });
  const counted = new Map<string, Record<string, number>>();
  for (const { runId, status, _count } of rows) counted.set(runId, { ...counted.get(runId), [status]: _count });
  return counted;
}

/** Ids of runs that begin so, two at most: one is meant, two are too many. A UUID's order is that of its digits. */
export async function runsBeginning({ prisma }: Database, beginning: string): Promise<string[]> {
  const digits = beginning.toLowerCase().replaceAll('-', '');
  const [from, to] = [digits.padEnd(32, '0'), digits.padEnd(32, 'f')];
  return z
    .array(z.object({ id: z.string() }))
    .parse(await prisma.$queryRaw`select id from runs where id between ${from}::uuid and ${to}::uuid limit 2`)
    .map(({ id }) => id);
}

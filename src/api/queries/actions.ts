import { z } from 'zod';
import { type Database, Prisma } from '../../shared/db/database.ts';
import { allOf } from './search.ts';

const action = z.object({
  id: z.string(),
  ts: z.date(),
  actor: z.string(),
  action: z.string(),
  run_id: z.string().nullable(),
  outbox_id: z.string().nullable(),
  outcome: z.string(),
  details: z.unknown(),
});
export type ActionRow = z.output<typeof action>;

export interface ActionFilter {
  actor?: string | undefined;
  action?: string | undefined;
  /** Id of the one before. */
  after?: readonly [string] | undefined;
  limit: number;
}

/** What people did, newest first. */
export async function listActions({ prisma }: Pick<Database, 'prisma'>, filter: ActionFilter): Promise<ActionRow[]> {
  const where = allOf([
    filter.actor === undefined ? null : Prisma.sql`actor = ${filter.actor}`,
    filter.action === undefined ? null : Prisma.sql`action = ${filter.action}`,
    filter.after === undefined ? null : Prisma.sql`operator_actions.id < ${filter.after[0]}::bigint`,
  ]);
  return z.array(action).parse(
    await prisma.$queryRaw`
      select id::text, ts, actor, action, run_id, outbox_id, outcome, details
      from operator_actions where ${where} order by operator_actions.id desc limit ${filter.limit}`,
  );
}

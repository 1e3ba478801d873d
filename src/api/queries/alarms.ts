import { z } from '@hono/zod-openapi';
import { type Database, Prisma } from '../../shared/db/database.ts';

const alarm = z.object({
  id: z.string(),
  code: z.string(),
  subject: z.string(),
  message: z.string(),
  since: z.date(),
  told_at: z.date().nullable(),
  resolved_at: z.date().nullable(),
  size: z.number().nullable(),
});
export type AlarmRecord = z.output<typeof alarm>;

/** Newest first: ids are UUIDv7. `open`: only what is still wrong. */
export async function listAlarms(
  { prisma }: Pick<Database, 'prisma'>,
  { open, after, limit }: { open?: boolean; after?: readonly [string] | undefined; limit: number },
): Promise<AlarmRecord[]> {
  const state = open ? Prisma.sql`resolved_at is null` : Prisma.sql`true`;
  const place = after === undefined ? Prisma.sql`true` : Prisma.sql`id < ${after[0]}::uuid`;
  const rows = await prisma.$queryRaw`
    select id, code, subject, message, since, told_at, resolved_at, size from alarms
    where ${state} and ${place} order by id desc limit ${limit}`;
  return z.array(alarm).parse(rows);
}

/** How many things are wrong now. */
export const countOpenAlarms = ({ prisma }: Pick<Database, 'prisma'>): Promise<number> =>
  prisma.alarm.count({ where: { resolvedAt: null } });

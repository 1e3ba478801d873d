import { z } from 'zod';
import { type Database, Prisma } from '../../shared/db/database.ts';

/** Rows of one statement, which is a transaction of its own. */
const BATCH = 10_000;
/** The longest that any of the short-lived ones counts is a week. */
const SHORT_LIVED_DAYS = 30;

/** Rows of one table that nobody looks at any more. */
export interface Leftover {
  table: string;
  rows: number;
}

/** `history`: kept for people, for as long as RETENTION_DAYS says. Others count for a while and are of no use afterwards. */
const KINDS: readonly { table: string; history: boolean; over: (before: Date) => Prisma.Sql }[] = [
  // Whoever logs in, tries to, or asks МойСклад, clears away behind himself; here is what nobody came back to.
  { table: 'console_sessions', history: false, over: (before) => Prisma.sql`created_at < ${before}` },
  { table: 'login_attempts', history: false, over: (before) => Prisma.sql`at < ${before}` },
  { table: 'api_calls', history: false, over: (before) => Prisma.sql`coalesce(ended_at, expires_at) < ${before}` },
  { table: 'api_failures', history: false, over: (before) => Prisma.sql`at < ${before}` },
  {
    table: 'alarms',
    history: true,
    // Not before people were told that it is over, if they were told that it began.
    over: (before) => Prisma.sql`resolved_at < ${before} and (told_at is null or resolved_told_at is not null)`,
  },
  { table: 'snoozes', history: true, over: (before) => Prisma.sql`ended_at < ${before}` },
  // What people did is kept for good; that they came, or were turned away, is not.
  {
    table: 'operator_actions',
    history: true,
    over: (before) => Prisma.sql`action in ('login', 'logout') and ts < ${before}`,
  },
];

/** Counts what `deleteLeftovers` would delete. `days` NULL: history is kept. */
export async function countLeftovers({ prisma }: Pick<Database, 'prisma'>, days: number | null): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const { table, where } of await overNow({ prisma }, days)) {
    const rows = await prisma.$queryRaw`select count(*)::int as rows from ${Prisma.raw(table)} where ${where}`;
    found.push({ table, ...z.array(z.object({ rows: z.number() })).parse(rows)[0]! });
  }
  return found.filter(({ rows }) => rows > 0);
}

/** Deletes them in batches, and tells of each table that lost something. */
export async function deleteLeftovers(
  { prisma }: Pick<Database, 'prisma'>,
  days: number | null,
  { deleted, signal }: { deleted(leftover: Leftover): void; signal?: AbortSignal | undefined },
): Promise<void> {
  for (const { table, where } of await overNow({ prisma }, days)) {
    for (;;) {
      signal?.throwIfAborted();
      const name = Prisma.raw(table);
      const rows = await prisma.$executeRaw`
        delete from ${name} where ctid = any(array(select ctid from ${name} where ${where} limit ${BATCH} for update skip locked))`;
      if (rows > 0) deleted({ table, rows });
      if (rows < BATCH) break;
    }
  }
}

async function overNow({ prisma }: Pick<Database, 'prisma'>, days: number | null) {
  const ago = (count: number) => Prisma.sql`clock_timestamp() - ${count} * interval '1 day'`;
  const rows = await prisma.$queryRaw`select ${ago(SHORT_LIVED_DAYS)} as short, ${ago(days ?? 0)} as long`;
  const { short, long } = z.array(z.object({ short: z.date(), long: z.date() })).parse(rows)[0]!;
  return KINDS.filter(({ history }) => !history || days !== null).map(({ table, history, over }) => ({
    table,
    where: over(history ? long : short),
  }));
}

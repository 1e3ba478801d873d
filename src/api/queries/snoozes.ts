import { z } from '@hono/zod-openapi';
import { type Database, Prisma } from '../../shared/db/database.ts';
import { type SnoozeRecord, snoozeColumns, snoozeRecord } from '../../shared/snooze/record.ts';
import { isUuid } from '../fields/query-fields.ts';
import { allOf, contains } from './search.ts';

export interface SnoozeFilter {
  /** active: not ended. ended: whatever ended it. */
  state?: 'active' | 'ended' | undefined;
  /** Part of an article, of an item's or a warehouse's name or of the reason, or a whole key. */
  q?: string | undefined;
  /** Id of the one before. */
  after?: readonly [string] | undefined;
  limit: number;
}

/** Newest first: ids are UUIDv7. */
export async function listSnoozes({ prisma }: Database, filter: SnoozeFilter): Promise<SnoozeRecord[]> {
  const where = allOf([
    filter.state === undefined
      ? null
      : filter.state === 'active'
        ? Prisma.sql`ended_at is null`
        : Prisma.sql`ended_at is not null`,
    filter.q === undefined ? null : matches(filter.q),
    filter.after === undefined ? null : Prisma.sql`id < ${filter.after[0]}::uuid`,
  ]);
  return z
    .array(snoozeRecord)
    .parse(
      await prisma.$queryRaw`select ${snoozeColumns} from snoozes where ${where} order by id desc limit ${filter.limit}`,
    );
}

/** Items that the hub has seen under an article, newest name first. */
export async function itemsByArticle({ prisma }: Database, article: string): Promise<{ key: string; name: string }[]> {
  const rows = await prisma.$queryRaw`
    select distinct on (item_key) item_key as key, item_name as name from run_lines
    where article = ${article} order by item_key, id desc`;
  return z.array(z.object({ key: z.string(), name: z.string() })).parse(rows);
}

/** How the hub knows an item; NULL where it never ordered it. By recipient, so that the index serves. */
export async function findItem({ prisma }: Database, key: string): Promise<{ name: string; article: string } | null> {
  const rows = await prisma.$queryRaw`
    select item_name as name, article from outbox_lines
    where recipient_key in (select key from known_warehouses) and item_key = ${key}::uuid order by id desc limit 1`;
  return z.array(z.object({ name: z.string(), article: z.string() })).parse(rows)[0] ?? null;
}

function matches(q: string): Prisma.Sql {
  if (isUuid(q)) return Prisma.sql`(id = ${q}::uuid or recipient_key = ${q}::uuid or item_key = ${q}::uuid)`;
  const text = Prisma.sql`concat_ws(' ', article, item_name, recipient_name, reason)`;
  return contains(text, q);
}

import type pg from 'pg';
import type { Prisma, Tx } from './database.ts';

/**
 * Runs one statement and gives its rows as PostgreSQL's driver reads them. By a pool it is a transaction of its own, without what
 * Prisma adds to each value, which at thousands of rows a second is more than the statement itself; by a `Tx` it is part of that.
 */
export async function rowsOf(db: Tx | pg.Pool, statement: Prisma.Sql): Promise<unknown[]> {
  if (!('query' in db)) return db.$queryRaw<unknown[]>(statement);
  return (await db.query({ text: statement.text, values: statement.values })).rows;
}

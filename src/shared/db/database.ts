import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { Prisma, PrismaClient } from './generated/client.ts';
import { guardedClient, guardedPool } from './guarded-client.ts';

export { Prisma };

/** A client inside a transaction, or the client itself: whatever can run a statement. */
export type Tx = Prisma.TransactionClient;

/** The hub's way to PostgreSQL. Whoever opens it closes it. */
export interface Database {
  prisma: PrismaClient;
  /** For what Prisma has no word for: LISTEN, advisory locks outside a transaction, the shared budget. */
  pool: pg.Pool;
  /**
   * For attempts that begin or end, in one short statement each: nobody may hold one of these for longer, and they never wait for those
   * that do.
   */
  quick: pg.Pool;
  /** For reading very many rows page by page: what Prisma makes of each page outlives it, and the heap grows. */
  bulk: pg.Pool;
  url: string;
  /** Runs `work` in one transaction; throws what it throws, after rolling back. */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: { timeoutMs?: number }): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  /** Connections for Prisma; the side pool takes at most 4 more, attempts 2, and reading in bulk 2. */
  connections?: number;
  applicationName?: string;
  onError?: (error: Error) => void;
}

export function openDatabase({ url, connections = 10, applicationName = 'hub', onError }: DatabaseOptions): Database {
  const heard = (error: Error) => onError?.(error);
  const shared = {
    connectionString: url,
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  };
  const pool = guardedPool({ ...shared, max: 4 }, heard);
  const quick = guardedPool({ ...shared, max: 2 }, heard);
  const bulk = guardedPool({ ...shared, max: 2 }, heard);
  const prisma = new PrismaClient({
    adapter: new PrismaPg({ ...shared, max: connections, Client: guardedClient(heard) }, { onPoolError: heard }),
  });
  return {
    prisma,
    pool,
    quick,
    bulk,
    url,
    transaction: (work, options) =>
      prisma.$transaction(work, { timeout: options?.timeoutMs ?? 30_000, maxWait: 15_000 }),
    async close() {
      await prisma.$disconnect();
      await Promise.all([pool.end(), quick.end(), bulk.end()]);
    },
  };
}

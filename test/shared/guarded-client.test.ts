import { Worker } from 'bullmq';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/shared/db/database.ts';
import { guardedClient } from '../../src/shared/db/guarded-client.ts';
import { openSchemaEngine } from '../../src/shared/db/schema-engine.ts';
import { createSteadyPostgresBackend } from '../../src/shared/queue/postgres-backend.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const cut = (pid: number) => database.db.pool.query('select pg_terminate_backend($1)', [pid]);
const pidOf = async (client: pg.ClientBase) =>
  (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid;

// An 'error' that nobody hears would be an uncaught exception, and fail the run.
describe('a connection that is lent out and cut between two statements', () => {
  it('tells the one who guards it', async () => {
    const heard: Error[] = [];
    const pool = new pg.Pool({ connectionString: database.url, Client: guardedClient((error) => heard.push(error)) });
    pool.on('error', () => undefined);
    const client = await pool.connect();
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    await cut(await pidOf(client));
    await ended;
    expect(heard[0]?.message).toMatch(/terminating connection/);
    client.release(true);
    await pool.end();
  });

  it('still tells when its user has taken off all listeners, as BullMQ does before it closes', async () => {
    const heard: Error[] = [];
    const client = new (guardedClient((error) => heard.push(error)))({ connectionString: database.url });
    await client.connect();
    const pid = await pidOf(client);
    client.removeAllListeners();
    client.removeAllListeners('error');
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    await cut(pid);
    await ended;
    expect(heard[0]?.message).toMatch(/terminating connection/);
  });

  it('is guarded in both pools of the hub’s database', async () => {
    const heard: string[] = [];
    const db = openDatabase({ url: database.url, onError: (error) => heard.push(error.message) });
    try {
      const client = await db.pool.connect();
      const ended = new Promise<void>((resolve) => client.once('end', resolve));
      await cut(await pidOf(client));
      await ended;
      client.release(true);
      expect(heard).toContainEqual(expect.stringMatching(/terminating connection/));
      heard.length = 0;
      const inTransaction = db.transaction(async (tx) => {
        const [row] = await tx.$queryRaw<{ pid: number }[]>`select pg_backend_pid() as pid`;
        await cut(row!.pid);
        // Between two statements: one under way would be told instead.
        await expect.poll(() => heard).toContainEqual(expect.stringMatching(/terminat/));
        await tx.$queryRaw`select 1`;
      });
      await expect(inTransaction).rejects.toThrow();
    } finally {
      await db.close();
    }
  });

  it('is guarded in the schema engine, which a process asks while it starts and whenever its readiness is asked for', async () => {
    const { engine, close } = await openSchemaEngine(database.url, null);
    const connections = async () => {
      const { rows } = await database.db.pool.query<{ pid: number }>(
        "select pid from pg_stat_activity where datname = current_database() and application_name = 'hub-schema'",
      );
      return rows.map(({ pid }) => pid);
    };
    try {
      await engine.version();
      const lent = await connections();
      expect(lent).not.toEqual([]);
      for (const pid of lent) await cut(pid);
      await expect.poll(connections).toEqual([]);
      // The first to ask may be told of the cut.
      await expect.poll(() => engine.version().catch(() => null)).toMatch(/PostgreSQL/);
    } finally {
      await close();
    }
  });

  it('is guarded wherever BullMQ connects: in its pool, and where a worker listens', async () => {
    const listening: string[] = [];
    let born = 0;
    const Guarded = guardedClient(() => undefined);
    class Watched extends Guarded {
      constructor(config?: pg.ClientConfig) {
        super(config);
        born += 1;
      }
      // biome-ignore lint/suspicious/noExplicitAny: pg's query has seven signatures
      override query(...args: any[]): any {
        if (typeof args[0] === 'string' && /^LISTEN /m.test(args[0])) listening.push(args[0]);
        return super.query(...(args as Parameters<pg.Client['query']>));
      }
    }
    const connection = { connectionString: database.url, schema: 'bullmq', migrate: true, Client: Watched };
    const worker = new Worker('guarded', async () => undefined, { connection }, createSteadyPostgresBackend as never);
    worker.on('error', () => undefined);
    await worker.waitUntilReady();
    expect(born).toBeGreaterThan(0);
    await expect.poll(() => listening.length).toBeGreaterThan(0);
    await worker.close();
  });
});

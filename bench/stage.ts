import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedDatabase } from '../src/shared/db/embedded.ts';
import { freePort } from '../src/shared/db/free-port.ts';
import { applyMigrations } from '../src/shared/db/migrations.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a measurement plays on; all of it goes when it is closed. */
export interface Stage {
  databaseUrl: string;
  /** NULL where there is no redis-server on PATH. */
  redisUrl: string | null;
  /** Starts a process of the project's and waits until it has printed `ready`. */
  start(args: string[], env: Record<string, string>, ready: string): Promise<Started>;
  /** A file in a folder of the stage's own. */
  file(name: string, text: string): Promise<string>;
  close(): Promise<void>;
}

export interface Started {
  output(): string;
  stop(): Promise<void>;
}

/** A migrated PostgreSQL and, where there is one, a Redis without persistence. */
export async function openStage(): Promise<Stage> {
  const directory = await mkdtemp(path.join(tmpdir(), 'hub-bench-'));
  const postgres = await startEmbeddedDatabase({ directory, temporary: true });
  await applyMigrations(postgres.url);
  const redis = await startRedis();
  const files = await mkdtemp(path.join(tmpdir(), 'hub-bench-files-'));
  const children: ChildProcess[] = [];
  return {
    databaseUrl: postgres.url,
    redisUrl: redis?.url ?? null,
    async start(args, env, ready) {
      const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
        cwd: root,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.push(child);
      let printed = '';
      await new Promise<void>((resolve, reject) => {
        child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}: ${printed}`)));
        for (const stream of [child.stdout, child.stderr]) {
          stream.on('data', (data: Buffer) => {
            printed += data.toString();
            if (printed.includes(ready)) resolve();
          });
        }
      });
      return { output: () => printed, stop: () => end(child) };
    },
    async file(name, text) {
      const file = path.join(files, name);
      await writeFile(file, text);
      return file;
    },
    async close() {
      await Promise.all(children.map(end));
      redis?.stop();
      await postgres.stop();
      await rm(files, { recursive: true, force: true });
    },
  };
}

/** The queue stores that can be measured here. */
export const backendsOf = ({ redisUrl }: Stage) =>
  redisUrl === null ? (['postgres'] as const) : (['redis', 'postgres'] as const);

/** Seconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}

export const rounded = (value: number, digits = 2) => Number(value.toFixed(digits));

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function startRedis(): Promise<{ url: string; stop(): void } | null> {
  if (spawnSync('redis-server', ['--version']).error) return null;
  const port = await freePort();
  const server = spawn('redis-server', [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ]);
  await new Promise<void>((resolve) => {
    server.stdout.on('data', (data: Buffer) => {
      if (data.toString().includes('Ready to accept connections')) resolve();
    });
  });
  return { url: `redis://127.0.0.1:${port}`, stop: () => server.kill('SIGKILL') };
}

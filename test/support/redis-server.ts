import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../src/shared/db/free-port.ts';

export interface RedisServer {
  url: string;
  stop(): Promise<void>;
}

/** `REDIS_URL`, else a private redis-server from PATH on a free port, else NULL. */
export async function startRedis(): Promise<RedisServer | null> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => undefined };
  if (spawnSync('redis-server', ['--version']).error) return null;
  return startPrivateRedis();
}

/** A redis-server of the caller's own. */
export interface PrivateRedis extends RedisServer {
  port: number;
  process: ChildProcess;
}

/** A redis-server of the caller's own, for tests that stop or flush it. `port` 0 takes a free one; `settings` win. */
export async function startPrivateRedis(port = 0, settings: string[] = []): Promise<PrivateRedis> {
  const chosen = port === 0 ? await freePort() : port;
  const args = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction', ...settings];
  return run(chosen, args, 'Ready to accept connections');
}

/**
 * A sentinel of the caller's own, on a free port; on port 0 where its file names one of TLS. It writes what it learns into
 * its file.
 */
export async function startPrivateSentinel(configFile: string, port?: 0): Promise<PrivateRedis> {
  return run(port ?? (await freePort()), [configFile, '--sentinel'], '+monitor master');
}

async function run(port: number, args: string[], ready: string): Promise<PrivateRedis> {
  // A file of settings must come first.
  const [file, rest] = args[0]?.startsWith('--') ? [[], args] : [args.slice(0, 1), args.slice(1)];
  const server = spawn('redis-server', [...file, '--port', String(port), '--bind', '127.0.0.1', ...rest], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code} before it was ready: ${said}`)));
    server.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      if (said.includes(ready)) resolve();
    });
  });
  server.removeAllListeners('exit');
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    process: server,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
}

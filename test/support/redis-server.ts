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

/** A redis-server of the caller's own, for tests that stop or flush it. `port` 0 takes a free one; `settings` win. */
export async function startPrivateRedis(
  port = 0,
  settings: string[] = [],
): Promise<RedisServer & { port: number; process: ChildProcess }> {
  const chosen = port === 0 ? await freePort() : port;
  const server = spawn(
    'redis-server',
    [
      '--port',
      String(chosen),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--maxmemory-policy',
      'noeviction',
      ...settings,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await new Promise<void>((resolve, reject) => {
    let said = '';
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code} before it was ready: ${said}`)));
    server.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      if (said.includes('Ready to accept connections')) resolve();
    });
  });
  server.removeAllListeners('exit');
  return {
    url: `redis://127.0.0.1:${chosen}`,
    port: chosen,
    process: server,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
}

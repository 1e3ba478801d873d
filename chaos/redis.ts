import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../src/shared/db/free-port.ts';
import { type Supervised, supervise } from './supervisor.ts';

/** A Redis of a stack's own, without persistence: killed, it comes back empty. */
export interface RedisServer {
  url: string;
  process: Supervised;
  /** FLUSHALL; returns how many keys there were. */
  empty(): Promise<number>;
  stop(): Promise<void>;
}

export async function startRedis(folder: string): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const process = supervise({
    name: 'redis',
    command: 'redis-server',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    env: {},
    cwd: folder,
    logFile: path.join(folder, 'redis.log'),
    readyWhen: 'Ready to accept connections',
  });
  await process.start();
  return {
    url,
    process,
    async empty() {
      const client = new Redis(url, { maxRetriesPerRequest: 3 });
      client.on('error', () => undefined);
      try {
        const keys = await client.dbsize();
        await client.flushall();
        return keys;
      } finally {
        client.disconnect();
      }
    },
    async stop() {
      await process.stop();
    },
  };
}

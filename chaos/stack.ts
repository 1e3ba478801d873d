import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../src/shared/db/free-port.ts';
import type { Build } from './build.ts';
import { type Outside, openOutside } from './outside.ts';
import { createPeople, type People } from './people.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { type Supervised, supervise } from './supervisor.ts';

export type Backend = 'redis' | 'postgres';

/** Everything that one run needs, as real processes of its own: nothing is shared between stacks. */
export interface Stack {
  backend: Backend;
  folder: string;
  postgres: PostgresServer;
  /** NULL where the queues live in PostgreSQL. */
  redis: RedisServer | null;
  outside: Outside;
  api: Supervised;
  workers: [Supervised, Supervised];
  people: People;
  close(): Promise<void>;
}

export interface StackOptions {
  backend: Backend;
  build: Build;
  folder: string;
  /** A bug that the hub's processes run with. */
  plant: string | null;
}

/** A worker that gives no sign of life for so long loses its rows; the shortest that the hub allows. */
export const LEASE_SECONDS = 2;
const TOKEN = 'chaos';

export async function openStack({ backend, build, folder, plant }: StackOptions): Promise<Stack> {
  await mkdir(folder, { recursive: true });
  const opened: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of opened.reverse()) await one();
  };
  try {
    const postgres = await startPostgres(path.join(folder, 'database'));
    opened.push(() => postgres.stop());
    const redis = backend === 'redis' ? await startRedis(folder) : null;
    if (redis) opened.push(() => redis.stop());
    const outside = await openOutside(build, folder);
    opened.push(() => outside.stop());

    const port = await freePort();
    const env = {
      ...outside.env,
      NODE_ENV: 'test',
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
      DATABASE_URL: postgres.url,
      ...(redis ? { REDIS_URL: redis.url } : {}),
      OUTBOX_POLL_SECONDS: '1',
      WORKER_LEASE_SECONDS: String(LEASE_SECONDS),
      ADMIN_TRIGGER_TOKEN: TOKEN,
      // A schedule would scan at a moment that no seed knows.
      SCAN_SCHEDULE: '0 4 29 2 *',
      PORT: String(port),
      ...(plant === null ? {} : { HUB_PLANT: plant }),
    };
    const hub = (name: string, half: 'api' | 'worker') =>
      supervise({
        name,
        command: process.execPath,
        args: [build.hub, 'start', '--only', half],
        env,
        cwd: folder,
        logFile: path.join(folder, `${name}.log`),
        readyWhen: '"event":"process.started"',
      });
    const api = hub('api', 'api');
    const workers: [Supervised, Supervised] = [hub('worker-1', 'worker'), hub('worker-2', 'worker')];
    opened.push(async () => {
      await Promise.all([api, ...workers].map((one) => one.stop()));
    });
    return {
      backend,
      folder,
      postgres,
      redis,
      outside,
      api,
      workers,
      people: createPeople(`http://127.0.0.1:${port}`, TOKEN),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Removes what a stack wrote. */
export const removeFolder = (folder: string) => rm(folder, { recursive: true, force: true });

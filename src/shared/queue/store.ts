import { type Processor, Queue, type QueueOptions, type Telemetry, Worker, type WorkerOptions } from 'bullmq';
import type { QueueName } from '../config/config.ts';
import { guardedClient } from '../db/guarded-client.ts';
import type { Log } from '../log/log.ts';
import { createSteadyPostgresBackend } from './postgres-backend.ts';
import { connectRedis, type RedisUse, redisPrefix } from './redis-connection.ts';

export const QUEUE_NAMES: readonly QueueName[] = ['scan', 'onec-transfer', 'moysklad-order', 'maintenance'];

/** Where BullMQ keeps its jobs. Delivery only: the truth is in the outbox. */
export type QueueStoreOptions = {
  prefix: string;
  log: Log;
  /** A job whose worker gives no sign of life for so long goes to another. Default 30 s. */
  leaseMs?: number;
  /** What BullMQ tells of its jobs; left out: nothing. */
  telemetry?: Telemetry;
  /** Of Redis: a server, sentinels or a cluster, as `REDIS_URL` has it. */
} & ({ backend: 'redis'; url: string } | { backend: 'postgres'; url: string });

/** The one place that builds Queue and Worker, on either backend. What it built it closes. */
export interface QueueStore {
  backend: 'redis' | 'postgres';
  queue(name: QueueName): Queue;
  worker(name: QueueName, process: Processor, options: Pick<WorkerOptions, 'concurrency' | 'settings'>): Worker;
  /** Closes every queue and worker; what has not closed within 2 s, because the store is gone, is cut off. */
  close(deadlineMs?: number): Promise<void>;
}

const CLOSE_GRACE_MS = 2_000;

/** PostgreSQL schema of the queue backend, apart from the hub's own tables. */
export const QUEUE_SCHEMA = 'bullmq';

export function createQueueStore(options: QueueStoreOptions): QueueStore {
  const { backend, prefix, log, leaseMs = 30_000 } = options;
  const shared = {
    prefix: backend === 'redis' ? redisPrefix(options.url, prefix) : prefix,
    ...(options.telemetry ? { telemetry: options.telemetry } : {}),
  };
  const queues = new Map<QueueName, Queue>();
  const workers: Worker[] = [];
  const build = backend === 'redis' ? onRedis(options.url, shared) : onPostgres(options.url, shared, log);

  return {
    backend,
    queue(name) {
      let queue = queues.get(name);
      if (queue === undefined) {
        queue = build.queue(name);
        queue.on('error', (error) => log.debug({ event: 'queue.error', queue: name, error: error.message }));
        queues.set(name, queue);
      }
      return queue;
    },
    worker(name, process, workerOptions) {
      const worker = build.worker(name, process, {
        ...workerOptions,
        lockDuration: leaseMs,
        // A worker that died hands its job on; the row's own lease and counters decide what that means.
        maxStalledCount: 20,
        stalledInterval: leaseMs / 2,
        // After a store that refused connections; BullMQ would wait 15 s.
        runRetryDelay: 1_000,
        // Not a limit: on Redis, `queue.rateLimit` ("not now") is only looked at where a limiter is configured.
        limiter: { max: 1_000_000, duration: 1_000 },
      });
      worker.on('error', (error) => log.debug({ event: 'worker.error', queue: name, error: error.message }));
      workers.push(worker);
      return worker;
    },
    async close(deadlineMs = 5_000) {
      const graceMs = Math.min(deadlineMs, CLOSE_GRACE_MS);
      await Promise.all([...workers, ...queues.values()].map((one) => closeOrCut(one, graceMs)));
      build.close();
    },
  };
}

/**
 * What is kept of a queue's finished jobs: enough to look at the last runs in Bull Board and to retry there, not enough to
 * fill the store. Documents, attempts and their causes are in PostgreSQL. In Redis 10,000 finished jobs take some 15 MB
 * (done) to 25 MB (failed, with their stacks), so that all queues together stay below 20 MB.
 */
const kept = {
  removeOnComplete: { count: 1_000, age: 3 * 24 * 3600 },
  removeOnFail: { count: 1_000, age: 14 * 24 * 3600 },
};

/** BullMQ notes every step of a job, for listeners that the hub has not; as shipped the last 10,000 of them. */
const streams = { events: { maxLen: 500 } };

/** What queues and workers have in common. */
type Shared = Pick<QueueOptions, 'prefix' | 'telemetry'>;

interface Builder {
  queue(name: QueueName): Queue;
  worker(name: QueueName, process: Processor, options: Partial<WorkerOptions>): Worker;
  /** Closes what BullMQ leaves open, because it only borrowed it. After everything that was built is closed. */
  close(): void;
}

function onRedis(url: string, shared: Shared): Builder {
  const borrowed: (() => void)[] = [];
  const connect = (use: RedisUse) => {
    const { connection, close } = connectRedis(url, use);
    borrowed.push(close);
    return connection;
  };
  return {
    queue: (name) => new Queue(name, { ...shared, connection: connect('adds'), defaultJobOptions: kept, streams }),
    worker: (name, process, options) =>
      new Worker(name, process, { ...options, ...shared, connection: connect('works') }),
    close() {
      for (const close of borrowed.splice(0)) close();
    },
  };
}

function onPostgres(url: string, shared: Shared, log: Log): Builder {
  const connection = {
    connectionString: url,
    schema: QUEUE_SCHEMA,
    migrate: true,
    max: 4,
    application_name: 'hub-queue',
    // BullMQ does not listen to the connection that it migrates on: cut there, it ended the process.
    Client: guardedClient((error) => log.debug({ event: 'queue.connection-lost', error: error.message })),
  };
  return {
    queue: (name) =>
      new Queue(
        name,
        { ...shared, connection, defaultJobOptions: kept, streams },
        createSteadyPostgresBackend,
      ) as unknown as Queue,
    worker: (name, process, options) =>
      new Worker(
        name,
        process,
        { ...options, ...shared, connection },
        createSteadyPostgresBackend,
      ) as unknown as Worker,
    close: () => undefined,
  };
}

/** BullMQ's close() never resolves while Redis is away. */
async function closeOrCut(one: Queue | Worker, graceMs: number): Promise<void> {
  const closed = one.close(true).catch(() => undefined);
  await Promise.race([closed, after(graceMs)]);
  // A queue takes leave of its server, and counts as closed where that is away: its connection would be tried again for ever.
  void one.disconnect().catch(() => undefined);
}

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

import type { Job, Worker } from 'bullmq';
import type { Registered } from '../jobs/registry.ts';
import type { Clock } from '../shared/clock/clock.ts';
import type { QueueName } from '../shared/config/config.ts';
import type { Database } from '../shared/db/database.ts';
import { HandBack } from '../shared/errors/hand-back.ts';
import type { Log } from '../shared/log/log.ts';
import type { QueueStore } from '../shared/queue/store.ts';
import { failSpan, noteOnSpan } from '../shared/telemetry/span.ts';
import { type DrainOptions, drain } from './drain.ts';
import { backoffMs, toBullMq } from './outcomes.ts';

export interface RuntimeDeps {
  store: QueueStore;
  registry: Map<string, Registered>;
  db: Database;
  clock: Clock;
  log: Log;
}

/** Runs the jobs of one queue. */
export interface Runtime {
  queue: QueueName;
  worker: Worker;
  concurrency: number;
  /** When a job was last fetched; NULL before the first. */
  lastFetchAt(): Date | null;
  /** Slots in use: jobs at work, or waiting for the queue store to hear how they ended. */
  busy(): number;
  /** Stops fetching and waits for jobs under way; see `drain`. */
  stop(options: DrainOptions): Promise<void>;
}

export function createRuntime(name: QueueName, concurrency: number, deps: RuntimeDeps): Runtime {
  const { store, registry, db, clock, log } = deps;
  const queue = store.queue(name);
  let lastFetch: Date | null = null;
  let busy = 0;
  let working = 0;

  async function handle(job: Job, signal: AbortSignal | undefined): Promise<void> {
    const registered = registry.get(job.name);
    // Another release may know it, so it is tried again rather than thrown away.
    if (registered === undefined) throw new Error(`Unknown job ${job.name}: another release may know it`);
    const payload = registered.contract.payload.parse(job.data) as never;
    working += 1;
    try {
      await registered.handle(payload, {
        jobId: job.id ?? '',
        attemptsMade: job.attemptsMade,
        signal: signal ?? new AbortController().signal,
      });
    } finally {
      working -= 1;
    }
  }

  const worker = store.worker(
    name,
    async (job: Job, token?: string, signal?: AbortSignal) => {
      lastFetch = clock.now();
      busy += 1;
      const startedMs = performance.now();
      const facts = () => ({
        queue: name,
        job: job.name,
        jobId: job.id,
        ms: Math.round(performance.now() - startedMs),
      });
      try {
        await handle(job, signal);
        log.info({ event: 'job.completed', ...facts() });
      } catch (error) {
        const thrown = await toBullMq({ db, queue, log }, job, token, error);
        if (error instanceof HandBack) noteOnSpan({ 'hub.handed_back': error.reason });
        else failSpan(error);
        log.info({ event: 'job.ended', ...facts(), as: thrown.name });
        throw thrown;
      } finally {
        busy -= 1;
      }
    },
    {
      concurrency,
      settings: {
        backoffStrategy: (attemptsMade: number, _type?: string, error?: Error) => backoffMs(attemptsMade, error),
      },
    },
  );
  return {
    queue: name,
    worker,
    concurrency,
    lastFetchAt: () => lastFetch,
    busy: () => busy,
    async stop(options) {
      const ended = await drain(
        options,
        {
          close: () => worker.close(),
          cancel: () => worker.cancelAllJobs('The worker is stopping'),
          working: () => working,
        },
        clock,
      );
      if (ended === 'unheard') log.warn({ event: 'worker.unheard', queue: name });
    },
  };
}

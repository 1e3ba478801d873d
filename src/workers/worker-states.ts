import type { Clock } from '../shared/clock/clock.ts';
import type { Database } from '../shared/db/database.ts';
import type { Log } from '../shared/log/log.ts';

/** How often a process tells of its workers. */
const TELL_EVERY_MS = 10_000;
/** States of processes that ended without saying so are kept for people to see, and then forgotten. */
const KEEP_HOURS = 24;

/** What one worker does now. */
export interface WorkerState {
  queue: string;
  busy: number;
  concurrency: number;
  lastFetchAt: Date | null;
  stalledMs: number | null;
}

export interface WorkerStatesDeps {
  db: Pick<Database, 'prisma'>;
  clock: Clock;
  log: Log;
  owner: string;
  workers(): WorkerState[];
}

/** Tells the database what the workers of this process do, for people in the console. Work goes on when it cannot be told. */
export function createWorkerStates({ db, clock, log, owner, workers }: WorkerStatesDeps) {
  const stopping = new AbortController();
  const startedAt = clock.now();
  let loop: Promise<void> | undefined;

  async function tell(): Promise<void> {
    const rows = workers().map(({ queue, busy, concurrency, lastFetchAt, stalledMs }) => ({
      ...{ queue, busy, concurrency, last_fetch_at: lastFetchAt, stalled_ms: stalledMs },
    }));
    await db.prisma.$executeRaw`
      insert into worker_states (owner, queue, busy, concurrency, last_fetch_at, stalled_since, started_at, seen_at)
      select ${owner}, queue, busy, concurrency, last_fetch_at, clock_timestamp() - stalled_ms * interval '1 millisecond',
        ${startedAt}, clock_timestamp()
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as t(queue text, busy int, concurrency int, last_fetch_at timestamptz, stalled_ms float8)
      on conflict (owner, queue) do update set busy = excluded.busy, concurrency = excluded.concurrency,
        last_fetch_at = excluded.last_fetch_at, stalled_since = excluded.stalled_since, seen_at = excluded.seen_at`;
    await db.prisma.$executeRaw`
      delete from worker_states where seen_at < clock_timestamp() - ${KEEP_HOURS} * interval '1 hour'`;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await tell().catch((error: Error) => log.warn({ event: 'worker.state-untold', error: error.message }));
      await clock.sleep(TELL_EVERY_MS, stopping.signal).catch(() => undefined);
    }
    // Said goodbye: nobody is to wonder why it is silent.
    await db.prisma.workerState.deleteMany({ where: { owner } }).catch(() => undefined);
  }

  return {
    start(): void {
      loop ??= run();
    },
    async stop(): Promise<void> {
      stopping.abort();
      await loop;
    },
  };
}

import type { Clock } from '../shared/clock/clock.ts';
import { within } from '../shared/clock/within.ts';
import type { QueueName } from '../shared/config/config.ts';
import type { Log } from '../shared/log/log.ts';
import type { QueueStore } from '../shared/queue/store.ts';
import type { Runtime } from './runtime.ts';

/** A delayed job that is this late shows a worker that no longer wakes; due times are only known that roughly. */
const OVERDUE_MS = 10 * 60_000;
/** A queue store that answers later than this is away, and then no worker is to blame. */
const ANSWER_MS = 5_000;

/** A worker that is connected, has room, and takes nothing although jobs wait. */
export interface Stall {
  queue: QueueName;
  waiting: number;
  /** How long it has taken nothing. */
  idleMs: number;
}

export interface LivenessDeps {
  store: Pick<QueueStore, 'queue'>;
  runtimes: Pick<Runtime, 'queue' | 'concurrency' | 'lastFetchAt' | 'busy'>[];
  clock: Clock;
  log: Log;
  /** Called once, at the first stall: the process should end and be started anew. */
  onStall?: (stalls: Stall[]) => void;
}

/**
 * Watches workers from outside: BullMQ's own state says "running" also of a worker that will never wake again (seen
 * after Redis outages). A queue that is paused or halted by "not now", or a worker whose slots are all in use, is well.
 */
export interface Liveness {
  start(): void;
  runOnce(): Promise<Stall[]>;
  /** What the last pass found. */
  stalls(): Stall[];
  stop(): Promise<void>;
}

export function createLiveness(options: { stallMs: number }, deps: LivenessDeps): Liveness {
  const { stallMs } = options;
  const { store, runtimes, clock, log, onStall } = deps;
  const stopping = new AbortController();
  const idleSince = new Map<QueueName, number>();
  let found: Stall[] = [];
  let told = false;
  let loop: Promise<void> | undefined;

  /** Jobs that a free slot of this queue should be taking right now. */
  async function fetchable(name: QueueName): Promise<number> {
    const queue = store.queue(name);
    if (await queue.isPaused()) return 0;
    if ((await queue.getRateLimitTtl()) > 0) return 0;
    const { waiting = 0, prioritized = 0 } = await queue.getJobCounts('waiting', 'prioritized');
    if (waiting + prioritized > 0) return waiting + prioritized;
    const [next] = await queue.getDelayed(0, 0);
    if (next === undefined) return 0;
    return (next.processedOn ?? next.timestamp) + next.delay + OVERDUE_MS < clock.now().getTime() ? 1 : 0;
  }

  async function look(runtime: LivenessDeps['runtimes'][number]): Promise<Stall | null> {
    const name = runtime.queue;
    const waiting = runtime.busy() >= runtime.concurrency ? 0 : await within(ANSWER_MS, fetchable(name)).catch(() => 0);
    if (waiting === 0) {
      idleSince.delete(name);
      return null;
    }
    const now = clock.now().getTime();
    const since = Math.max(idleSince.get(name) ?? now, runtime.lastFetchAt()?.getTime() ?? 0);
    idleSince.set(name, since);
    return now - since >= stallMs ? { queue: name, waiting, idleMs: now - since } : null;
  }

  async function runOnce(): Promise<Stall[]> {
    const looked = await Promise.all(runtimes.map(look));
    found = looked.filter((stall) => stall !== null);
    if (found.length > 0 && !told && !stopping.signal.aborted) {
      told = true;
      log.error({ event: 'worker.stalled', stalls: found });
      onStall?.(found);
    }
    return found;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(stallMs / 4, stopping.signal).catch(() => undefined);
      if (!stopping.signal.aborted) await runOnce();
    }
  }

  return {
    start() {
      loop ??= run();
    },
    runOnce,
    stalls: () => found,
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

import { createAttemptDesk } from '../jobs/attempt-desk.ts';
import { createCreateOrder } from '../jobs/create-order/create-order.handler.ts';
import { createCreateTransfer } from '../jobs/create-transfer/create-transfer.handler.ts';
import { createPrune } from '../jobs/prune/prune.handler.ts';
import { createQuarantine } from '../jobs/quarantine.ts';
import { createReconcile } from '../jobs/reconcile/reconcile.handler.ts';
import { createRefreshLinks } from '../jobs/refresh-links/refresh-links.handler.ts';
import { createRegistry } from '../jobs/registry.ts';
import { createRunScan } from '../jobs/run-scan/run-scan.handler.ts';
import { createStartScheduledScan } from '../jobs/start-scheduled-scan/start-scheduled-scan.handler.ts';
import type { Clock } from '../shared/clock/clock.ts';
import type { Config } from '../shared/config/config.ts';
import type { Database } from '../shared/db/database.ts';
import type { Log } from '../shared/log/log.ts';
import type { MoySklad } from '../shared/moysklad/port.ts';
import type { OneC } from '../shared/onec/port.ts';
import type { QueueStore } from '../shared/queue/store.ts';
import { createLiveness, type Stall } from './liveness.ts';
import { createOutboxListener } from './outbox-listener.ts';
import { createRelay } from './relay.ts';
import { createRuntime } from './runtime.ts';
import { createScheduler } from './scheduler.ts';
import { createWorkerStates, type WorkerState } from './worker-states.ts';

export interface FleetDeps {
  config: Config;
  db: Database;
  store: QueueStore;
  onec: OneC;
  moysklad: MoySklad;
  clock: Clock;
  log: Log;
  /** Names this process in leases; unique among living processes. */
  owner: string;
  /** False: no schedule (the demo scans once). */
  schedule?: boolean;
  checkpoint?: (name: string) => Promise<void> | void;
  /** Told once when a worker of this process takes nothing although jobs wait. */
  onStall?: (stalls: Stall[]) => void;
}

/** Loops that do not stop within this wait for a dead queue store; their claims lapse by themselves. */
const LOOPS_MS = 2_000;
/** What is left for others' work after an error that nobody caught. */
const CRASH_MS = 5_000;
/** Kept for what is closed after the fleet. */
const RESERVE_MS = 1_500;

/** The working half of a process: relay, listener, scheduler and a worker for each queue that it serves. */
export interface Fleet {
  start(): void;
  /**
   * Stops fetching and lets work finish. At half of the time what still works is cut off and handed back, or with
   * `handBack: false` left to its lease. Rejects when something still works at the end.
   */
  stop(leftMs: number, options?: { handBack?: boolean }): Promise<void>;
  wake(): void;
  /** What each worker of this process does, and since when one has been stuck. */
  workers(): WorkerState[];
}

export function createFleet(deps: FleetDeps): Fleet {
  const { config, db, store, onec, moysklad, clock, log, owner, checkpoint } = deps;
  const abandoned = new AbortController();
  const attempt = {
    db,
    log,
    owner,
    leaseMs: config.queues.leaseMs,
    maxAttempts: config.documents.attempts,
    desk: createAttemptDesk({ db, owner, leaseMs: config.queues.leaseMs }),
    quarantine: createQuarantine(),
    abandoned: abandoned.signal,
    ...(checkpoint ? { checkpoint } : {}),
  };
  const registry = createRegistry({
    'run-scan.v1': createRunScan({ ...attempt, onec, moysklad, clock, config }),
    'create-transfer.v1': createCreateTransfer({ ...attempt, onec, config }),
    'create-order.v1': createCreateOrder({ ...attempt, moysklad, config }),
    'start-scheduled-scan.v1': createStartScheduledScan({ db, clock, log, config }),
    'reconcile.v1': createReconcile({ ...attempt, onec, moysklad, clock, config }),
    'refresh-links.v1': createRefreshLinks({ db, moysklad }),
    'prune.v1': createPrune({ ...attempt, clock, config }),
  });
  const relay = createRelay(
    { pollMs: config.outboxPollMs },
    { db, store, clock, log, ...(checkpoint ? { checkpoint } : {}) },
  );
  const listener = createOutboxListener({ url: db.url, wake: relay.wake }, { clock, log });
  const scheduler = createScheduler({ db, store, clock, log, config });
  const runtimes: ReturnType<typeof createRuntime>[] = [];
  const liveness = createLiveness(
    { stallMs: config.queues.stallMs },
    { store, runtimes, clock, log, ...(deps.onStall ? { onStall: deps.onStall } : {}) },
  );

  const workers = () =>
    runtimes.map((runtime) => ({
      queue: runtime.queue,
      busy: runtime.busy(),
      concurrency: runtime.concurrency,
      lastFetchAt: runtime.lastFetchAt(),
      stalledMs: liveness.stalls().find((stall) => stall.queue === runtime.queue)?.idleMs ?? null,
    }));
  const states = createWorkerStates({ db, clock, log, owner, workers });

  return {
    start() {
      relay.start();
      listener.start();
      if (deps.schedule !== false) scheduler.start();
      for (const name of config.queues.work) {
        runtimes.push(createRuntime(name, config.queues.concurrency, { store, registry, db, clock, log }));
      }
      liveness.start();
      states.start();
      log.info({ event: 'fleet.started', owner, queues: config.queues.work, backend: store.backend });
    },
    async stop(leftMs, { handBack = true } = {}) {
      const endMs = Math.max(leftMs / 2, leftMs - RESERVE_MS);
      const deadlines = handBack
        ? { softMs: leftMs / 2, hardMs: endMs }
        : { softMs: null, hardMs: Math.min(leftMs / 2, CRASH_MS) };
      const loops = Promise.all([scheduler.stop(), listener.stop(), relay.stop(), liveness.stop(), states.stop()]);
      const gaveUp = new AbortController();
      const ends = await Promise.allSettled([
        Promise.race([loops, clock.sleep(Math.min(LOOPS_MS, endMs), gaveUp.signal).catch(() => undefined)]).finally(
          () => gaveUp.abort(),
        ),
        ...runtimes.map((runtime) => runtime.stop(deadlines)),
      ]);
      if (!handBack) abandoned.abort();
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
    wake: relay.wake,
    workers,
  };
}

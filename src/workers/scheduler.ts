import { prune } from '../jobs/prune/prune.job.ts';
import { reconcile } from '../jobs/reconcile/reconcile.job.ts';
import { refreshLinks } from '../jobs/refresh-links/refresh-links.job.ts';
import {
  type StartScheduledScanDeps,
  startDueScan,
} from '../jobs/start-scheduled-scan/start-scheduled-scan.handler.ts';
import { startScheduledScan } from '../jobs/start-scheduled-scan/start-scheduled-scan.job.ts';
import type { Config, QueueName } from '../shared/config/config.ts';
import { LOCKS } from '../shared/db/locks.ts';
import { tryLock } from '../shared/db/try-lock.ts';
import { makeMonths } from '../shared/journal/months.ts';
import type { QueueStore } from '../shared/queue/store.ts';

/** A schedule that vanished with its queue store is back within this. */
const EVERY_MS = 20_000;
/** At night, for what it drops it must have the journal to itself for a moment. A tick that nobody took is taken later. */
const PRUNE_CRON = '30 3 * * *';

/** What BullMQ's job schedulers enqueue and when. `cron` NULL: must not stand. */
interface Tick {
  queue: QueueName;
  id: string;
  cron: string | null;
  job: string;
  data: object;
}

const ticksOf = ({ schedule, links, reconcile: { cron } }: SchedulerDeps['config']): Tick[] => [
  { queue: 'maintenance', id: 'refresh-links', cron: links.cron, job: refreshLinks.name, data: {} },
  { queue: 'scan', id: 'weekday-scan', cron: schedule.cron, job: startScheduledScan.name, data: {} },
  { queue: 'maintenance', id: 'reconcile-1c', cron, job: reconcile.name, data: { system: '1c' } },
  { queue: 'maintenance', id: 'reconcile-moysklad', cron, job: reconcile.name, data: { system: 'moysklad' } },
  { queue: 'maintenance', id: 'prune', cron: PRUNE_CRON, job: prune.name, data: {} },
];

/** Keeps BullMQ's job schedulers in place, and starts a slot's run itself where the tick was lost. */
export interface Scheduler {
  start(): void;
  runOnce(): Promise<{ restored: boolean; started: boolean }>;
  stop(): Promise<void>;
}

export interface SchedulerDeps extends StartScheduledScanDeps {
  store: QueueStore;
  config: Pick<Config, 'schedule' | 'reconcile' | 'links'>;
}

export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { store, clock, log, config } = deps;
  const stopping = new AbortController();
  const stopped = new Promise<false>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(false), { once: true });
  });
  let loop: Promise<void> | undefined;

  async function restore(): Promise<boolean> {
    // Upserts at the same moment collide in BullMQ (on PostgreSQL they throw, on Redis they have left two jobs), so one
    // process at a time does it; the others find it standing at their next pass.
    // A dead queue store never answers; the connection must come back all the same when the process stops.
    const restored = await tryLock(deps.db.pool, LOCKS.scheduler, () => Promise.race([restoreAlone(), stopped]));
    return restored?.value ?? false;
  }

  async function restoreAlone(): Promise<boolean> {
    let restored = false;
    for (const tick of ticksOf(config)) restored = (await restoreTick(tick)) || restored;
    return restored;
  }

  async function restoreTick({ queue: name, id, cron, job, data }: Tick): Promise<boolean> {
    const queue = store.queue(name);
    const { timezone } = config.schedule;
    const standing = await queue.getJobScheduler(id);
    if (cron === null) return standing !== undefined && standing !== null && (await queue.removeJobScheduler(id));
    if (standing?.pattern === cron && standing.tz === timezone) return false;
    const template = { name: job, data, opts: { attempts: 5, backoff: { type: 'custom' } } };
    await queue.upsertJobScheduler(id, { pattern: cron, tz: timezone }, template);
    log.info({ event: 'schedule.restored', scheduler: id, cron, timezone });
    return true;
  }

  async function runOnce() {
    // The database comes first: a dead queue store must not keep a due scan from being recorded.
    const started = await startDueScan(deps);
    return { started, restored: await restore() };
  }

  async function run(): Promise<void> {
    // Whoever comes back after months need not wait for the night.
    const made = makeMonths(deps, stopping.signal).catch((error: Error) => {
      if (!stopping.signal.aborted) log.warn({ event: 'journal.months-failed', error: error.message });
    });
    while (!stopping.signal.aborted) {
      await runOnce().catch((error: Error) => log.warn({ event: 'schedule.failed', error: error.message }));
      await clock.sleep(EVERY_MS, stopping.signal).catch(() => undefined);
    }
    await made;
  }

  return {
    start() {
      loop ??= run();
    },
    runOnce,
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

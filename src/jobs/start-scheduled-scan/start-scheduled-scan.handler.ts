import type { Clock } from '../../shared/clock/clock.ts';
import { lastSlot } from '../../shared/clock/last-slot.ts';
import type { Config } from '../../shared/config/config.ts';
import type { Database } from '../../shared/db/database.ts';
import type { Log } from '../../shared/log/log.ts';
import { requestRun } from '../../shared/outbox/request-run.ts';
import type { Handler } from '../../shared/queue/job.ts';
import type { startScheduledScan } from './start-scheduled-scan.job.ts';

export interface StartScheduledScanDeps {
  db: Database;
  clock: Clock;
  log: Log;
  config: Pick<Config, 'schedule'>;
}

/** A tick that comes this late still gives its slot's run; a later one is left to the next slot. */
const LATEST_TICK_MS = 15 * 60_000;

/** Asks for the run of the slot that has just begun, once for all processes. */
export const createStartScheduledScan =
  (deps: StartScheduledScanDeps): Handler<typeof startScheduledScan> =>
  async () => {
    await startDueScan(deps);
  };

/**
 * Asks for the run of the latest slot if it is no more than 15 minutes old and has none. The scheduler calls it on every
 * pass as well, so that a queue store which was emptied at 8:59 does not cost the 9:00 scan.
 */
export async function startDueScan({ db, clock, log, config }: StartScheduledScanDeps): Promise<boolean> {
  const now = clock.now();
  const slot = lastSlot(config.schedule, now);
  if (now.getTime() - slot.getTime() > LATEST_TICK_MS) return false;
  if ((await db.prisma.run.count({ where: { slot } })) > 0) return false;
  const { runId, created } = await requestRun(db, {
    trigger: 'schedule',
    requestedBy: null,
    warehouse: null,
    dryRun: false,
    slot,
  });
  if (created) log.info({ event: 'schedule.due', runId, slot: slot.toISOString() });
  return created;
}

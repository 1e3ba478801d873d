import type { Clock } from '../clock/clock.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../db/database.ts';
import { LOCKS } from '../db/locks.ts';
import { tryLock } from '../db/try-lock.ts';
import { writeJournal } from '../journal/journal.ts';
import type { Log } from '../log/log.ts';
import { keepAlarms, keepDeliveries, markTold, untold } from './alarm-store.ts';
import { judge } from './conditions.ts';
import { readFacts } from './facts.ts';
import { composeMessage } from './message.ts';
import type { Notifier } from './notifier.ts';
import { isQuiet } from './quiet-hours.ts';

const EVERY_MS = 30_000;

export interface WatchDeps {
  db: Database;
  clock: Clock;
  log: Log;
  notifier: Notifier;
  config: Pick<Config, 'alarms' | 'schedule'>;
}

/**
 * Looks every half a minute for what a person should know of, keeps it in `alarms`, and tells it once, together with
 * what is over. Runs in every process, also in the API's, so that the death of all workers is told; one process at a
 * time looks. A process that dies between sending and marking leaves a message to be sent again.
 */
export interface AlarmWatch {
  start(): void;
  runOnce(): Promise<void>;
  stop(): Promise<void>;
}

export function createAlarmWatch(deps: WatchDeps): AlarmWatch {
  const { db, clock, log, notifier, config } = deps;
  const { alarms: settings, schedule } = config;
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;

  async function look(): Promise<void> {
    const facts = await readFacts(db);
    await keepAlarms(db, judge(facts, schedule, settings));
    if (isQuiet(settings.quiet, clock.now(), schedule.timezone)) return;
    const news = await untold(db);
    const { opened, grown, resolved } = news;
    if (opened.length + grown.length + resolved.length === 0) return;
    const deliveries = await notifier.send(composeMessage(news, schedule.timezone));
    await keepDeliveries(db.prisma, deliveries);
    // Nobody reached: the next pass tries again. With no channel at all, the console and the journal are the telling.
    if (deliveries.length > 0 && deliveries.every(({ error }) => error !== null)) return;
    await db.transaction(async (tx) => {
      await markTold(tx, [...opened, ...grown], resolved);
      await writeJournal(tx, [
        ...[...opened, ...grown].map(({ message, code, subject }) => ({
          ...({ level: 'warning', system: 'hub', step: 'alarm', status: 'failed', message } as const),
          details: { code, subject, deliveries },
        })),
        ...resolved.map(({ message, code, subject }) => ({
          ...({ level: 'info', system: 'hub', step: 'alarm', status: 'ok' } as const),
          message: `Снова в порядке: ${message}`,
          details: { code, subject, deliveries },
        })),
      ]);
    });
    log.info({
      event: 'alarm.told',
      opened: opened.length,
      grown: grown.length,
      resolved: resolved.length,
      deliveries,
    });
  }

  async function runOnce(): Promise<void> {
    await tryLock(db.pool, LOCKS['alarm-watch'], look);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(EVERY_MS, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) break;
      await runOnce().catch((error: Error) => log.warn({ event: 'alarm.watch-failed', error: error.message }));
    }
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

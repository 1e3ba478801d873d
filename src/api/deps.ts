import type { Queue } from 'bullmq';
import type { Notifier } from '../shared/alarms/notifier.ts';
import type { SystemCheck } from '../shared/check/step.ts';
import type { Clock } from '../shared/clock/clock.ts';
import type { Config, QueueName } from '../shared/config/config.ts';
import type { Database } from '../shared/db/database.ts';
import type { MigrationDiagnosis } from '../shared/db/migrations.ts';
import type { OutsideSystem } from '../shared/errors/outcome.ts';
import type { Log } from '../shared/log/log.ts';
import type { MoySklad } from '../shared/moysklad/port.ts';
import type { OneC } from '../shared/onec/port.ts';

import type { JournalSource } from './journal/journal-source.ts';

export interface QueueHealth {
  backend: 'redis' | 'postgres';
  ok: boolean;
  /** Russian sentence: what is wrong. */
  detail?: string;
}

/** What the HTTP interface needs. It opens none of this and closes none of it. */
export interface ApiDeps {
  config: Pick<Config, 'environment' | 'admin' | 'queues' | 'schedule'>;
  db: Database;
  /** May be unreachable: only Bull Board, the metrics and the health checks look at them. */
  queues: Record<QueueName, Queue>;
  queueHealth(): Promise<QueueHealth>;
  onec: Pick<OneC, 'listWarehouses' | 'check'>;
  moysklad: Pick<MoySklad, 'check'>;
  /** Every step of `hub check`, a fresh list each time. */
  checks: Record<OutsideSystem, () => SystemCheck>;
  /** What the console shows as the journal. */
  journal: JournalSource;
  /** Tells people of alarms. */
  notifier: Notifier;
  diagnose(): Promise<MigrationDiagnosis>;
  log: Log;
  clock: Clock;
  version: string;
}

import { createApp } from '../api/app.ts';
import { openForeignJournal } from '../api/journal/foreign-journal.ts';
import { ownJournal } from '../api/journal/journal-source.ts';
import { startApi } from '../api/server.ts';
import { openChannels } from '../shared/alarms/channels.ts';
import { createNotifier } from '../shared/alarms/notifier.ts';
import type { QueueName } from '../shared/config/config.ts';
import { diagnoseMigrations } from '../shared/db/migrations.ts';
import { QUEUE_NAMES } from '../shared/queue/store.ts';
import type { Lifecycle } from '../workers/lifecycle.ts';
import { fullChecks } from './check/full-checks.ts';
import { queueHealth } from './queue-health.ts';
import type { Services } from './services.ts';
import { version } from './version.ts';

/** Serves the HTTP API with Bull Board; returns its address. */
export async function serveApi(
  services: Services,
  lifecycle: Lifecycle,
  port = services.config.http.port,
): Promise<string> {
  const { config, db, store, onec, moysklad, clock, log } = services;
  let journal = ownJournal(db);
  if (config.admin.journalUrl !== null) {
    const foreign = openForeignJournal(config.admin.journalUrl, { clock, log });
    lifecycle.opened({ name: 'foreign journal', stop: () => foreign.close() });
    journal = foreign;
  }
  const app = createApp({
    config,
    db,
    queues: Object.fromEntries(QUEUE_NAMES.map((name) => [name, store.queue(name)])) as Record<
      QueueName,
      ReturnType<typeof store.queue>
    >,
    queueHealth: () => queueHealth(services),
    onec,
    moysklad,
    checks: fullChecks(services, config),
    journal,
    notifier: createNotifier(openChannels(config.alarms), log),
    diagnose: () => diagnoseMigrations(db.url),
    log,
    clock,
    version,
  });
  const api = await startApi(app, { host: config.http.host, port });
  lifecycle.opened({ name: 'api', stop: (leftMs) => api.stop(leftMs) });
  return api.url;
}

import { hostname } from 'node:os';
import { type Clock, systemClock } from '../shared/clock/clock.ts';
import type { Config } from '../shared/config/config.ts';
import { type Database, openDatabase } from '../shared/db/database.ts';
import { startEmbeddedDatabase } from '../shared/db/embedded.ts';
import type { Log } from '../shared/log/log.ts';
import { budgetName, createPostgresBudget } from '../shared/moysklad/budget.ts';
import { rememberLinks } from '../shared/moysklad/links.ts';
import { createMoySklad } from '../shared/moysklad/moysklad.ts';
import type { MoySklad } from '../shared/moysklad/port.ts';
import { createOneC } from '../shared/onec/onec.ts';
import type { OneC } from '../shared/onec/port.ts';
import { createQueueStore, type QueueStore } from '../shared/queue/store.ts';
import type { Lifecycle } from '../workers/lifecycle.ts';
import { prepareDatabase } from './prepare-database.ts';
import { prepareQueues } from './prepare-queues.ts';
import { openTracing } from './tracing.ts';

/** Everything a process of the hub works with. Each part is closed by the lifecycle that it was opened under. */
export interface Services {
  config: Config;
  db: Database;
  store: QueueStore;
  onec: OneC;
  moysklad: MoySklad;
  clock: Clock;
  log: Log;
  owner: string;
}

/** Opens the database: the one that is configured, else the embedded one. */
export async function openConfiguredDatabase(
  config: Pick<Config, 'database'>,
  lifecycle: Lifecycle,
  log: Log,
): Promise<Database> {
  let url = config.database.url;
  if (url === null) {
    const embedded = await startEmbeddedDatabase({
      directory: config.database.dataDir,
    });
    lifecycle.opened({ name: 'embedded database', stop: () => embedded.stop() });
    url = embedded.url;
  }
  const db = openDatabase({ url, onError: (error) => log.warn({ event: 'database.error', error: error.message }) });
  lifecycle.opened({ name: 'database', stop: () => db.close() });
  return db;
}

/** Opens database, queues and both outside systems, in that order; migrates where the configuration says so. */
export async function openServices(config: Config, lifecycle: Lifecycle, log: Log): Promise<Services> {
  const owner = `${hostname()}-${process.pid}-${Date.now().toString(36)}`;
  const traced = await openTracing(config, lifecycle, { owner, log });
  const db = await openConfiguredDatabase(config, lifecycle, log);
  await prepareDatabase(config, db, log);
  await prepareQueues(config, log);
  const store = createQueueStore({
    prefix: config.queues.prefix,
    leaseMs: config.queues.leaseMs,
    log,
    ...traced,
    ...(config.queues.redisUrl === null
      ? { backend: 'postgres' as const, url: db.url }
      : { backend: 'redis' as const, url: config.queues.redisUrl }),
  });
  lifecycle.opened({ name: 'queues', stop: (leftMs) => store.close(leftMs) });
  const clock = systemClock;
  const onec = createOneC(config.onec, { log, clock });
  lifecycle.opened({ name: '1c', stop: () => onec.close() });
  const budget = createPostgresBudget({ pool: db.pool, name: budgetName(config.moysklad), clock });
  const moysklad = createMoySklad(config.moysklad, {
    budget,
    log,
    clock,
    onLinks: (links) => rememberLinks(db.prisma, links),
  });
  lifecycle.opened({ name: 'moysklad', stop: () => moysklad.close() });
  return {
    config,
    db,
    store,
    onec,
    moysklad,
    clock,
    log,
    owner,
  };
}

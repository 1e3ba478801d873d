import got from 'got';
import { inject } from 'vitest';
import type { Dataset } from '../../sandbox/data/dataset.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/server.ts';
import { createObserver } from '../../src/cli/demo/observe.ts';
import { followRun, type RunEnd } from '../../src/cli/follow-run.ts';
import { openServices, type Services } from '../../src/cli/services.ts';
import type { Clock } from '../../src/shared/clock/clock.ts';
import { type QueueName, readConfig } from '../../src/shared/config/config.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { newId } from '../../src/shared/outbox/ids.ts';
import { type RunRequest, requestRun } from '../../src/shared/outbox/request-run.ts';
import { createFleet, type Fleet } from '../../src/workers/fleet.ts';
import { createLifecycle } from '../../src/workers/lifecycle.ts';
import { createEmptyCopy, dropDatabase } from './database.ts';
import { TEMPLATE } from './global-setup.ts';
import { smallDataset } from './small-dataset.ts';

export type Backend = 'redis' | 'postgres';

/** Both backends, or PostgreSQL alone where there is no Redis (the global set-up has said so, loudly). */
export const backends = (): Backend[] => (inject('redisUrl') === null ? ['postgres'] : ['redis', 'postgres']);

export interface HubOptions {
  backend: Backend;
  dataset?: Dataset;
  sandbox?: Omit<SandboxOptions, 'dataset'>;
  env?: Record<string, string>;
  /** False: no worker of this process; the caller starts its own. */
  work?: boolean;
  redisUrl?: string;
  /** The workers' clock. */
  clock?: Clock;
  checkpoint?: (name: string) => Promise<void> | void;
}

export interface TestHub {
  sandbox: Sandbox;
  services: Services;
  fleet: Fleet;
  /** Settings that make another process work for this hub. */
  env: Record<string, string>;
  observe: ReturnType<typeof createObserver>;
  request(request?: Partial<RunRequest>): Promise<string>;
  /** Waits until the run failed, or completed with every document at rest. */
  follow(runId: string): Promise<RunEnd>;
  scan(request?: Partial<RunRequest>): Promise<RunEnd & { runId: string }>;
  /** Lets no job of this queue begin until so many documents wait in it: which of them travel together is then no chance. */
  gather(queue: QueueName, documents: number): Promise<void>;
  fault(fault: Record<string, unknown>): Promise<string>;
  heal(id?: string): Promise<void>;
  close(): Promise<void>;
}

/** A whole hub of the test's own: sandbox over HTTP, a fresh database, queues under a fresh prefix, and workers. */
export async function startHub(options: HubOptions): Promise<TestHub> {
  const url = await createEmptyCopy(TEMPLATE);
  const sandbox = await startSandbox({ dataset: options.dataset ?? smallDataset(), ...options.sandbox });
  const env = hubEnvironment(sandbox, {
    DATABASE_URL: url,
    QUEUE_PREFIX: `t-${newId().slice(-12)}`,
    ...(options.backend === 'redis' ? { REDIS_URL: options.redisUrl ?? inject('redisUrl') ?? '' } : {}),
    ...options.env,
  });
  const config = readConfig(env);
  const lifecycle = createLifecycle(silentLog);
  lifecycle.opened({ name: 'database', stop: () => dropDatabase(url) });
  lifecycle.opened({ name: 'sandbox', stop: () => sandbox.close() });
  const services = await openServices(config, lifecycle, silentLog);
  const fleet = createFleet({
    ...services,
    ...(options.clock ? { clock: options.clock } : {}),
    schedule: false,
    ...(options.checkpoint ? { checkpoint: options.checkpoint } : {}),
  });
  if (options.work !== false) {
    fleet.start();
    lifecycle.opened({ name: 'fleet', stop: (leftMs) => fleet.stop(leftMs) });
  }
  const watch = { clock: services.clock, everyMs: 50 };
  const hub: TestHub = {
    sandbox,
    services,
    fleet,
    env,
    observe: createObserver(sandbox.controlUrl),
    async request(request) {
      const full = { trigger: 'http' as const, requestedBy: null, warehouse: null, dryRun: false, ...request };
      return (await requestRun(services.db, full)).runId;
    },
    follow: (runId) => followRun(services.db, runId, watch, () => undefined),
    async scan(request) {
      const runId = await hub.request(request);
      return { ...(await hub.follow(runId)), runId };
    },
    async gather(queue, documents) {
      const { store, db } = services;
      await store.queue(queue).pause();
      const waiting = { queue, status: 'queued' as const };
      void until(`${documents} documents in ${queue}`, async () => {
        return (await db.prisma.outboxRow.count({ where: waiting })) >= documents;
      }).then(() => store.queue(queue).resume());
    },
    async fault(fault) {
      return (await got.post(`${sandbox.controlUrl}/faults`, { json: fault }).json<{ id: string }>()).id;
    },
    async heal(id) {
      await got.delete(`${sandbox.controlUrl}/faults${id === undefined ? '' : `/${id}`}`);
    },
    async close() {
      const clean = await lifecycle.stop(20_000);
      if (!clean) throw new Error('The hub left something open');
    },
  };
  return hub;
}

/** Settings for a hub that works against this sandbox. */
export function hubEnvironment(sandbox: Sandbox, more: Record<string, string>): Record<string, string> {
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
    ...sandbox.environment,
    OUTBOX_POLL_SECONDS: '1',
    WORKER_LEASE_SECONDS: '3',
    PORT: '0',
    ...more,
  };
}

/** Resolves when `look` gives something; fails with `what` after `withinMs`. For states that no event announces. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  withinMs = 30_000,
): Promise<T> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() > endMs) throw new Error(`Not seen within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

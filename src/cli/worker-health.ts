import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { within } from '../shared/clock/within.ts';
import { describeDiagnosis, diagnoseMigrations } from '../shared/db/migrations.ts';
import { meters } from '../shared/telemetry/meters.ts';
import type { Fleet } from '../workers/fleet.ts';
import type { Lifecycle } from '../workers/lifecycle.ts';
import { queueHealth } from './queue-health.ts';
import type { Services } from './services.ts';

const DATABASE_MS = 3_000;
const DIAGNOSIS_MS = 10_000;
/** The migration engine is started for every diagnosis, and histories change at deployments only. */
const DIAGNOSIS_KEEP_MS = 15_000;

/** A worker has no API; its container's healthcheck asks here. Returns the address. */
export async function serveWorkerHealth(
  services: Services,
  fleet: Pick<Fleet, 'workers'>,
  lifecycle: Lifecycle,
): Promise<string> {
  const { http } = services.config;
  const app = createWorkerHealth(services, fleet);
  return new Promise<string>((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: http.host, port: http.workerHealthPort }, ({ port }) => {
      const url = `http://${http.host}:${port}`;
      services.log.info({ event: 'health.listening', url });
      resolve(url);
    });
    server.once('error', reject);
    lifecycle.opened({
      name: 'health',
      stop: () =>
        new Promise((closed) => {
          server.close(() => closed());
          // A prober's kept-alive connection must not hold the worker up.
          if ('closeAllConnections' in server) server.closeAllConnections();
        }),
    });
  });
}

/**
 * `/health/live`: does it still take jobs; `/health/ready`: database, migrations, queue store, and which systems are down;
 * `/metrics`: what this process measured.
 */
export function createWorkerHealth(services: Services, fleet: Pick<Fleet, 'workers'>): Hono {
  const { db, clock } = services;
  let diagnosed: { atMs: number; problems: Promise<string[]> } | undefined;
  const migrations = () => {
    const nowMs = clock.now().getTime();
    if (diagnosed === undefined || nowMs - diagnosed.atMs > DIAGNOSIS_KEEP_MS) {
      diagnosed = { atMs: nowMs, problems: diagnoseMigrations(db.url).then(describeDiagnosis) };
    }
    return diagnosed.problems;
  };
  const app = new Hono();
  app.get('/metrics', async (c) =>
    c.body(await meters.metrics(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  app.get('/health/live', (c) => {
    const workers = fleet.workers().map(({ queue, busy, concurrency, lastFetchAt, stalledMs }) => ({
      queue,
      busy,
      concurrency,
      last_fetch_at: lastFetchAt?.toISOString() ?? null,
      stalled_seconds: stalledMs === null ? null : Math.round(stalledMs / 1000),
    }));
    const stalled = workers.some((worker) => worker.stalled_seconds !== null);
    return c.json({ status: stalled ? 'stalled' : 'ok', workers }, stalled ? 503 : 200);
  });
  app.get('/health/ready', async (c) => {
    const [database, problems, queue, down] = await Promise.all([
      answered(DATABASE_MS, db.prisma.$queryRaw`select 1`),
      within(DIAGNOSIS_MS, migrations()).catch(() => ['no diagnosis: the database does not answer']),
      queueHealth(services),
      within(DATABASE_MS, db.prisma.systemState.findMany({ where: { state: 'down' } })).catch(() => []),
    ]);
    const ok = database && problems.length === 0 && queue.ok;
    const checks = { database: { ok: database }, migrations: { ok: problems.length === 0, problems }, queue };
    // A system that is down is no fault of this process: it is told, and readiness stays.
    const waiting = down.map((one) => ({
      system: one.system,
      since: one.since.toISOString(),
      reason: one.reason,
      next_probe_at: one.nextProbeAt?.toISOString() ?? null,
    }));
    return c.json({ status: ok ? 'ok' : 'unavailable', checks, systems_down: waiting }, ok ? 200 : 503);
  });
  return app;
}

const answered = (ms: number, work: Promise<unknown>) =>
  within(ms, work).then(
    () => true,
    () => false,
  );

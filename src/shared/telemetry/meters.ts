import { Counter, Histogram, Registry } from 'prom-client';

/** What this process itself has measured; what can be read from the database is read at each scrape instead. */
export const meters = new Registry();

export const outsideSeconds = new Histogram({
  name: 'hub_outside_request_seconds',
  help: 'Requests of this process to other systems, by the class of the answer; none: no answer came.',
  labelNames: ['system', 'method', 'status'] as const,
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  registers: [meters],
});

export const attempts = new Counter({
  name: 'hub_attempts_total',
  help: 'Attempts that this process ended, by what was tried and how it ended.',
  labelNames: ['step', 'outcome'] as const,
  registers: [meters],
});

/** Begins anew. A series that begins at its first event would hide that event from rate(), so each stands there with zero. */
export function measureAnew(): void {
  meters.resetMetrics();
  for (const step of ['scan', 'create-transfer', 'create-order']) {
    for (const outcome of ['done', 'retry', 'unknown', 'not-now', 'at-rest', 'handed-back'])
      attempts.inc({ step, outcome }, 0);
  }
  for (const system of ['1c', 'moysklad']) {
    for (const method of ['GET', 'POST']) outsideSeconds.zero({ system, method, status: '2xx' });
  }
}
measureAnew();

import { Hono } from 'hono';
import { meters } from '../../shared/telemetry/meters.ts';
import type { ApiEnv } from '../auth/token.ts';
import type { ApiDeps } from '../deps.ts';
import { type Family, toText } from '../metrics/family.ts';
import { createOutboxFamilies } from '../metrics/outbox.ts';
import { queueFamilies } from '../metrics/queues.ts';
import { runFamilies } from '../metrics/runs.ts';
import { systemFamilies } from '../metrics/systems.ts';

/**
 * `GET /metrics` in Prometheus' text format 0.0.4: what the database and the queue store tell of the whole hub, then what this
 * process has measured itself. Counts are always there, so that zero differs from unknown.
 */
export function metricsRoutes(deps: Pick<ApiDeps, 'db' | 'queues' | 'version' | 'clock'>): Hono<ApiEnv> {
  const outboxFamilies = createOutboxFamilies(deps);
  return new Hono<ApiEnv>().get('/', async (c) => {
    const families = await Promise.all([
      outboxFamilies(),
      runFamilies(deps.db),
      systemFamilies(deps.db),
      queueFamilies(deps.queues, deps.clock.now()),
    ]);
    const info: Family = {
      name: 'hub_info',
      help: 'Release of this process.',
      samples: [[{ version: deps.version }, 1]],
    };
    const text = [info, ...families.flat()].map(toText).join('') + (await meters.metrics());
    return c.body(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
}

import type { Config } from '../shared/config/config.ts';
import type { Log } from '../shared/log/log.ts';
import type { QueueStoreOptions } from '../shared/queue/store.ts';
import { createQueueTelemetry } from '../shared/queue/telemetry.ts';
import type { Lifecycle } from '../workers/lifecycle.ts';
import { version } from './version.ts';

/** Starts tracing where the configuration names a collector, and gives what the queues need for it. */
export async function openTracing(
  { tracing }: Pick<Config, 'tracing'>,
  lifecycle: Lifecycle,
  { owner, log }: { owner: string; log: Log },
): Promise<Pick<QueueStoreOptions, 'telemetry'>> {
  if (tracing === null) return {};
  const { startTracing } = await import('../shared/telemetry/tracing.ts');
  const running = startTracing(tracing, { version, owner, log });
  lifecycle.opened({ name: 'tracing', stop: (leftMs) => running.stop(leftMs) });
  return { telemetry: await createQueueTelemetry() };
}

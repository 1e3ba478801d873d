import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Config } from '../config/config.ts';
import type { Log } from '../log/log.ts';

/** A plan of a thousand documents opens its spans all at once; none of them may be dropped for that. */
const BUFFER = { maxQueueSize: 32_768, maxExportBatchSize: 1_024 };
/** A collector that is away must not hold up the end of a process. */
const FLUSH_MS = 3_000;
/** A collector that is away is told of this often. */
const COMPLAIN_MS = 60_000;

export interface Tracing {
  /** Sends what is left, for 3 s at most. Never rejects: traces are no reason to end badly. */
  stop(leftMs: number): Promise<void>;
}

/**
 * Sends the spans of this process to an OTLP collector over HTTP. Loads the SDK, so it is itself loaded only where tracing
 * is on. One at a time in a process: OpenTelemetry's state is global.
 */
export function startTracing(
  { url, headers, serviceName }: NonNullable<Config['tracing']>,
  { version, owner, log }: { version: string; owner: string; log: Log },
): Tracing {
  complainTo(log);
  const own = resourceFromAttributes({
    'service.name': serviceName,
    'service.version': version,
    'service.instance.id': owner,
  });
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(own),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url, headers }), BUFFER)],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  log.info({ event: 'tracing.started', host: new URL(url).host });
  return {
    async stop(leftMs) {
      const flushed = provider.shutdown().catch(() => undefined);
      await Promise.race([flushed, after(Math.min(FLUSH_MS, leftMs * 0.8))]);
      trace.disable();
      context.disable();
      propagation.disable();
      diag.disable();
    },
  };
}

function complainTo(log: Log): void {
  let toldMs = Number.NEGATIVE_INFINITY;
  const complain = (message: string) => {
    if (performance.now() - toldMs < COMPLAIN_MS) return;
    toldMs = performance.now();
    log.warn({ event: 'tracing.failed', error: message.slice(0, 300) });
  };
  const silent = () => undefined;
  const logger = { error: complain, warn: complain, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

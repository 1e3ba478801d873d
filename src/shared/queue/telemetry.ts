import { SpanKind, type Telemetry } from 'bullmq';

type Span = ReturnType<Telemetry['tracer']['startSpan']>;

/** What BullMQ does for itself, many times a minute, is no part of any document's story. */
const unseen: Span = {
  setSpanOnContext: (context) => context,
  setAttribute: () => undefined,
  setAttributes: () => undefined,
  addEvent: () => undefined,
  recordException: () => undefined,
  end: () => undefined,
};

const KEPT = new Set([
  'bullmq.queue.name',
  'bullmq.job.id',
  'bullmq.job.name',
  'bullmq.job.attempts.made',
  'bullmq.worker.id',
]);

/** BullMQ's own hook for OpenTelemetry, narrowed to one span for each delivery of a job. Loads bullmq-otel. */
export async function createQueueTelemetry(): Promise<Telemetry> {
  const { BullMQOtel } = await import('bullmq-otel');
  const { tracer, contextManager } = new BullMQOtel({ tracerName: 'hub' }) as unknown as Telemetry;
  return {
    contextManager,
    tracer: {
      startSpan: (name, options, context) =>
        options?.kind === SpanKind.CONSUMER ? discreet(tracer.startSpan(name, options, context)) : unseen,
    },
  };
}

/** Failure reasons, results and stacks stay here: only the hub knows what in them may leave. */
function discreet(span: Span): Span {
  return {
    ...unseen,
    setSpanOnContext: (context) => span.setSpanOnContext(context),
    setAttributes(attributes) {
      span.setAttributes(Object.fromEntries(Object.entries(attributes).filter(([name]) => KEPT.has(name))));
    },
    end: () => span.end(),
  };
}

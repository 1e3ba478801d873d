import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { traceparentOf } from './carried.ts';
import { kindAndFacts, parentOf, type SpanOptions, typeOf } from './span.ts';

/** What is done together, though each belongs to a trace of its own. `from` NULL: it has none yet. */
export interface Together extends SpanOptions {
  name: string;
  from: string | null;
}

/**
 * Does `work` once, in a span for each of `all`, and hands it their `traceparent`s in the same order: what each goes on
 * from. While nobody traces these are the ones that were given.
 */
export async function inSpanEach<T>(all: Together[], work: (carried: (string | null)[]) => Promise<T>): Promise<T> {
  const tracer = trace.getTracer('hub');
  const spans = all.map((one) => tracer.startSpan(one.name, kindAndFacts(one), parentOf(one)));
  try {
    return await work(all.map(({ from }, at) => traceparentOf(trace.setSpan(ROOT_CONTEXT, spans[at]!)) ?? from));
  } catch (error) {
    for (const span of spans) span.setAttribute('error.type', typeOf(error)).setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

/** A span for each of `all` after the fact: what one request, the one this code runs in, did for all of them. */
export function noteEach(all: Together[], startedAt: Date): void {
  const tracer = trace.getTracer('hub');
  const request = trace.getActiveSpan()?.spanContext();
  for (const one of all) {
    const links = request === undefined ? [] : [{ context: request }];
    tracer.startSpan(one.name, { ...kindAndFacts(one), startTime: startedAt, links }, parentOf(one)).end();
  }
}

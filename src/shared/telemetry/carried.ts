import { type Context, context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';

/** The W3C `traceparent` of the span that this code runs in, to be kept with a row; NULL where nobody traces. */
export const carried = (): string | null => traceparentOf(context.active());

export function traceparentOf(of: Context): string | null {
  const carrier: { traceparent?: string } = {};
  propagation.inject(of, carrier);
  return carrier.traceparent ?? null;
}

/** The context that a kept `traceparent` stands for. What cannot be read starts a trace of its own. */
export const contextOf = (traceparent: string): Context => propagation.extract(ROOT_CONTEXT, { traceparent });

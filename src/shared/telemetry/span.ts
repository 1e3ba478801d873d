import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { findOutcome } from '../errors/outcome.ts';
import { contextOf } from './carried.ts';

/** Ids, codes, counts and names of our own: never bodies, secrets, people, or values of a query. */
export type Facts = Attributes;

export interface SpanOptions {
  kind?: 'server' | 'client' | 'producer';
  facts?: Facts;
  /** What the span goes on from: a `traceparent`, or NULL for a trace of its own. Left out: what this code runs in. */
  from?: string | null;
}

/** The span that work is done in, as far as the work may tell it something. */
export interface OpenSpan {
  note(facts: Facts): void;
  rename(name: string): void;
  /** The work came to nothing, although it threw nothing. */
  fail(type: string): void;
}

/** Does `work` in a span of its own. Costs next to nothing while nobody traces. */
export async function inSpan<T>(name: string, options: SpanOptions, work: (span: OpenSpan) => Promise<T>): Promise<T> {
  const span = trace.getTracer('hub').startSpan(name, kindAndFacts(options), parentOf(options));
  const fail = (type: string) => {
    span.setAttribute('error.type', type);
    span.setStatus({ code: SpanStatusCode.ERROR });
  };
  const open: OpenSpan = {
    note: (facts) => void span.setAttributes(facts),
    rename: (to) => void span.updateName(to),
    fail,
  };
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work(open));
  } catch (error) {
    fail(typeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Tells the span that this code runs in. */
export function noteOnSpan(facts: Facts): void {
  trace.getActiveSpan()?.setAttributes(facts);
}

/** Marks the span that this code runs in as failed. */
export function failSpan(error: unknown): void {
  trace.getActiveSpan()?.setAttribute('error.type', typeOf(error)).setStatus({ code: SpanStatusCode.ERROR });
}

/** What went wrong, by code or class: a message could hold more than may leave. */
export function typeOf(error: unknown): string {
  const outcome = findOutcome(error);
  if (outcome !== undefined) return outcome.code;
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, producer: SpanKind.PRODUCER };

export const kindAndFacts = ({ kind, facts }: SpanOptions) => ({
  kind: kind === undefined ? SpanKind.INTERNAL : KINDS[kind],
  ...(facts === undefined ? {} : { attributes: facts }),
});

export function parentOf({ from }: SpanOptions): Context {
  if (from === undefined) return context.active();
  return from === null ? ROOT_CONTEXT : contextOf(from);
}

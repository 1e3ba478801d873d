import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { inSpan } from '../shared/telemetry/span.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A span for each request that may change something, named by its route; it goes on from the caller's `traceparent`.
 * Reading starts nothing, and pages that refresh themselves would bury the rest.
 */
export const traceActs: MiddlewareHandler = async (c, next) => {
  const { method } = c.req;
  if (READS.has(method)) return next();
  const from = c.req.header('traceparent') ?? null;
  const facts = { 'http.request.method': method };
  await inSpan(method, { kind: 'server', from, facts }, async (span) => {
    await next();
    const route = routePath(c, -1);
    span.rename(`${method} ${route}`);
    span.note({ 'http.route': route, 'http.response.status_code': c.res.status });
    if (c.res.status >= 500) span.fail(String(c.res.status));
  });
};

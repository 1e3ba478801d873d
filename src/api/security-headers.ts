import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

/** HSTS belongs to whoever ends TLS, not here. */
const common = { strictTransportSecurity: false, xFrameOptions: 'DENY' };

/** Nothing is loaded from elsewhere. Inline styles are what Bull Board and Swagger UI draw with. */
const headers = secureHeaders({
  ...common,
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    // Bull Board's job editor checks JSON in a worker that it makes of its own code.
    workerSrc: ["'self'", 'blob:'],
    objectSrc: ["'none'"],
    baseUri: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
});

/** The console's own pages need no more than their own files: no inline style either. */
const consoleHeaders = secureHeaders({
  ...common,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
});

/** Headers of every answer. */
export const securityHeaders: MiddlewareHandler = (c, next) =>
  /^\/console(\/|$)/.test(c.req.path) ? consoleHeaders(c, next) : headers(c, next);

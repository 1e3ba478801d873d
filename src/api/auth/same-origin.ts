import type { MiddlewareHandler } from 'hono';
import { ProblemError } from '../problem.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses state-changing requests that a browser sends on behalf of another site: it attaches Basic credentials by
 * itself, so they prove nothing. Browsers mark such requests by Sec-Fetch-Site, or at least by Origin; a request
 * with neither comes from no browser.
 */
export const refuseCrossSite: MiddlewareHandler = async (c, next) => {
  if (safeMethods.has(c.req.method)) return next();
  const site = c.req.header('Sec-Fetch-Site');
  const origin = c.req.header('Origin');
  const own =
    site === undefined ? origin === undefined || isOwn(origin, c.req) : site === 'same-origin' || site === 'none';
  if (!own) {
    throw new ProblemError({
      status: 403,
      code: 'cross-site',
      detail: `Изменяющий запрос пришёл с другого сайта (${origin ?? site}) и не выполнен. Откройте страницу самого хаба.`,
    });
  }
  return next();
};

/** A page cannot set X-Forwarded-Host without a preflight, which the hub never grants; a proxy in front of it does set it. */
function isOwn(origin: string, request: { url: string; header(name: string): string | undefined }): boolean {
  if (!URL.canParse(origin)) return false;
  const hosts = [request.header('Host'), request.header('X-Forwarded-Host'), new URL(request.url).host];
  return hosts.includes(new URL(origin).host);
}

import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { ProblemError } from '../problem.ts';

/** What the routes know about the caller. */
export type ApiEnv = { Variables: { actor: string } };

export interface TokenOptions {
  /** NULL: everything is open (development). */
  token: string | null;
  /** Also takes HTTP Basic with any user name and the token as the password, so that a browser can open the page. */
  basic?: boolean;
}

/** Lets a request pass that carries the admin token; everything else is answered 401 before it is read further. */
export function requireToken({ token, basic = false }: TokenOptions): MiddlewareHandler<ApiEnv> {
  const expected = token === null ? null : digest(token);
  return async (c, next) => {
    if (expected === null) {
      c.set('actor', 'api');
      return next();
    }
    const given = credentials(c.req.header('Authorization'));
    const matches = given !== null && (given.scheme === 'bearer' || basic) && same(given.secret, expected);
    if (!matches) {
      throw new ProblemError({
        status: 401,
        code: given === null ? 'token-missing' : 'token-wrong',
        detail: `${given === null ? 'Нет токена' : 'Токен не подходит'}. Передайте заголовок Authorization: Bearer со значением ADMIN_TRIGGER_TOKEN.`,
        headers: { 'WWW-Authenticate': basic ? 'Basic realm="hub", charset="UTF-8"' : 'Bearer realm="hub"' },
      });
    }
    c.set('actor', given.user || 'api');
    return next();
  };
}

interface Credentials {
  scheme: 'bearer' | 'basic';
  user: string;
  secret: string;
}

function credentials(header: string | undefined): Credentials | null {
  const [, scheme, value] = /^(bearer|basic) +(\S+) *$/i.exec(header ?? '') ?? [];
  if (scheme === undefined || value === undefined) return null;
  if (scheme.toLowerCase() === 'bearer') return { scheme: 'bearer', user: '', secret: value };
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? null : { scheme: 'basic', user: pair.slice(0, colon), secret: pair.slice(colon + 1) };
}

/** Digests have one length, so that comparing them tells nothing about the token's. */
const digest = (text: string) => createHash('sha256').update(text).digest();
const same = (secret: string, expected: Buffer) => timingSafeEqual(digest(secret), expected);

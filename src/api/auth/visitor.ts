import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { ApiDeps } from '../deps.ts';
import { findSession, type Session } from './sessions.ts';

const COOKIE = 'hub_session';

/** The session of this request's cookie, or NULL. */
export async function readSession(c: Context, { db, config }: Pick<ApiDeps, 'db' | 'config'>): Promise<Session | null> {
  const token = getCookie(c, COOKIE);
  return token === undefined ? null : findSession(db, config.admin.people, token);
}

export const sessionToken = (c: Context): string | undefined => getCookie(c, COOKIE);

/** No script reads it, no other site's request carries it (but for a link that is followed), and behind TLS it is `Secure`. */
export function setSessionCookie(c: Context, token: string): void {
  setCookie(c, COOKIE, token, { httpOnly: true, sameSite: 'Lax', secure: isBehindTls(c), path: '/' });
}

export const clearSessionCookie = (c: Context): void => {
  deleteCookie(c, COOKIE, { path: '/', secure: isBehindTls(c) });
};

/** Claiming TLS falsely only costs the one who claims it: the browser would not send the cookie back. */
export const isBehindTls = (c: Context): boolean =>
  new URL(c.req.url).protocol === 'https:' || c.req.header('X-Forwarded-Proto')?.split(',')[0]?.trim() === 'https';

/**
 * Where a request came from, for counting tries. `proxies`: how many proxies of one's own stand before the hub; what
 * stands further left in X-Forwarded-For anybody may have written.
 */
export function addressOf(c: Context, proxies: number): string {
  const socket = (c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined)?.incoming?.socket;
  const direct = socket?.remoteAddress ?? 'unknown';
  if (proxies === 0) return direct;
  const forwarded = (c.req.header('X-Forwarded-For') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  return forwarded.at(-proxies) ?? direct;
}

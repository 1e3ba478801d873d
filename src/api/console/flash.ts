import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { ownPath } from './own-path.ts';

const COOKIE = 'hub_told';
const shape = z.object({ tone: z.enum(['good', 'bad', 'warn']), text: z.string().max(2_000) });

/** What the page after an act tells about it, once. */
export type Told = z.output<typeof shape>;

/** Leads to a page of the hub, which then tells `told`. */
export function leadTo(c: Context, path: unknown, told: Told): Response {
  const value = Buffer.from(JSON.stringify({ ...told, text: told.text.slice(0, 900) })).toString('base64url');
  setCookie(c, COOKIE, value, { path: '/console', httpOnly: true, sameSite: 'Lax', maxAge: 60 });
  return c.redirect(ownPath(path), 303);
}

export function takeTold(c: Context): Told | null {
  const value = getCookie(c, COOKIE);
  if (value === undefined) return null;
  deleteCookie(c, COOKIE, { path: '/console' });
  try {
    return shape.safeParse(JSON.parse(Buffer.from(value, 'base64url').toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

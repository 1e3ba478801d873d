import type { Context, MiddlewareHandler } from 'hono';
import { isCsrfToken } from '../auth/sessions.ts';
import { readSession } from '../auth/visitor.ts';
import { within } from '../deadline.ts';
import { ProblemError } from '../problem.ts';
import { countOpenAlarms } from '../queries/alarms.ts';
import { shareAnswer } from '../shared-answer.ts';
import { roleFor } from './acts.ts';
import type { ConsoleDeps, ConsoleEnv } from './env.ts';
import { takeTold } from './flash.ts';
import { ownPath } from './own-path.ts';
import { createView } from './view.ts';

/** A page says that something is away within this time, whatever it waits for. */
const PAGE_MS = 2_500;
/** Acts may touch many rows, and files are long: they are waited for, once the database has shown that it is there. */
const ACT_MS = 30_000;

/** The navigation shows how many alarms are open; no page waits for that. */
const ALARMS_KEEP_MS = 5_000;
const ALARMS_MS = 500;

const isSafe = (method: string) => method === 'GET' || method === 'HEAD';
const open = new Set(['/console/login', '/console/settings']);

/**
 * The one door of the console: who is not logged in goes to the login; what changes something needs the role that
 * `ACTS` names and the token of the session's forms. Cross-site requests were refused before (see `refuseCrossSite`).
 */
export function createGate(deps: ConsoleDeps): MiddlewareHandler<ConsoleEnv> {
  const { config, clock } = deps;
  const openAlarms = shareAnswer(clock, ALARMS_KEEP_MS, () => countOpenAlarms(deps.db));
  return async (c, next) => {
    c.header('Cache-Control', 'no-store');
    const startedMs = performance.now();
    const isWhole = c.req.header('HX-Request') === undefined;
    const isPage = isWhole && isSafe(c.req.method);
    const [session, alarms] = await Promise.all([
      within(PAGE_MS, readSession(c, deps)),
      isWhole ? within(ALARMS_MS, openAlarms()).catch(() => 0) : 0,
    ]);
    const told = isPage ? takeTold(c) : null;
    const view = createView(c, { session, timezone: config.schedule.timezone, now: clock.now(), told, alarms });
    c.set('view', view);
    if (session === null) {
      if (open.has(c.req.path)) return next();
      if (!isSafe(c.req.method)) {
        throw new ProblemError({
          status: 401,
          code: 'session-missing',
          detail: view.t(
            'Вход истёк или не выполнен. Войдите и повторите.',
            'You are not logged in, or no longer. Log in and try again.',
          ),
        });
      }
      const login = `/console/login?next=${encodeURIComponent(isWhole ? view.here : pageAround(c))}`;
      // A part of a page cannot show the login: the whole page has to go there.
      if (!isWhole) return c.body(null, 200, { 'HX-Redirect': login });
      return c.redirect(login, 303);
    }
    c.set('actor', session.name);
    if (isSafe(c.req.method) && !c.req.path.endsWith('/export')) {
      return within(PAGE_MS - (performance.now() - startedMs), next());
    }
    if (isSafe(c.req.method)) return next();
    if (c.req.path !== '/console/login') {
      const needed = roleFor(c.req.method, c.req.path);
      if (needed === null || !view.may(needed)) {
        throw new ProblemError({
          status: 403,
          code: needed === null ? 'unknown-act' : 'role-too-low',
          detail:
            needed === null
              ? view.t('Такого действия нет.', 'There is no such act.')
              : view.t('Ваша роль этого не позволяет.', 'Your role does not allow this.'),
        });
      }
      const body = await c.req.parseBody({ all: true });
      if (!isCsrfToken(body._csrf, session)) {
        throw new ProblemError({
          status: 403,
          code: 'csrf',
          detail: view.t(
            'Форма устарела или пришла не с этой страницы. Откройте страницу заново и повторите.',
            'The form is out of date or did not come from this page. Open the page anew and try again.',
          ),
        });
      }
    }
    return within(ACT_MS, next());
  };
}

/** The page that a part was asked for by: the part's own address would show nothing but the part. */
function pageAround(c: Context): string {
  const current = c.req.header('HX-Current-URL') ?? '';
  if (!URL.canParse(current)) return '/console';
  const { pathname, search } = new URL(current);
  return ownPath(pathname + search);
}

import type { MiddlewareHandler } from 'hono';
import { mayAct, type Role } from '../../shared/people/people.ts';
import { within } from '../deadline.ts';
import type { ApiDeps } from '../deps.ts';
import { ProblemError } from '../problem.ts';
import { type ApiEnv, requireToken } from './token.ts';
import { readSession } from './visitor.ts';

const ANSWER_MS = 2_500;

/** Acts on one job, which the outbox judges anyway. All others (empty, pause, obliterate …) are for admins. */
const forOperators = /\/api\/queues\/[^/]+\/[^/]+\/(retry|promote)(\/\w+)?$/;

/**
 * Bull Board behind the console's login, or behind the token. A person who is logged in acts by the role; a machine or
 * `curl` with the token may do all. Its pages are not the console's and carry no form token, so a change with a cookie
 * must show by its headers that it comes from the hub's own page (`refuseCrossSite` has refused all that show another).
 */
export function requireBoardAccess(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  const { token, people } = deps.config.admin;
  const byToken = requireToken({ token, basic: true });
  return async (c, next) => {
    if (c.req.header('Authorization') !== undefined) return byToken(c, next);
    if (people.length === 0) return byToken(c, next);
    const session = await within(ANSWER_MS, readSession(c, deps));
    if (session === null) {
      if (c.req.header('Accept')?.includes('text/html')) {
        return c.redirect(`/console/login?next=${encodeURIComponent(c.req.path)}`, 303);
      }
      throw new ProblemError({ status: 401, code: 'session-missing', detail: 'Войдите в консоль: /console/login.' });
    }
    c.set('actor', session.name);
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const needed: Role = forOperators.test(c.req.path) ? 'operator' : 'admin';
    if (!mayAct(session.role, needed)) {
      throw new ProblemError({ status: 403, code: 'role-too-low', detail: 'Ваша роль этого не позволяет.' });
    }
    if (c.req.header('Origin') === undefined && c.req.header('Sec-Fetch-Site') === undefined) {
      throw new ProblemError({ status: 403, code: 'csrf', detail: 'Запрос пришёл не со страницы хаба.' });
    }
    return next();
  };
}

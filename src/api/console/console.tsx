import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { setCookie } from 'hono/cookie';
import { keep } from '../auth/login.ts';
import { endSession } from '../auth/sessions.ts';
import { addressOf, clearSessionCookie, isBehindTls, sessionToken } from '../auth/visitor.ts';
import { notFound } from '../problem.ts';
import { assetRoutes } from './assets.ts';
import type { ConsoleDeps, ConsoleEnv } from './env.ts';
import { createGate } from './gate.ts';
import { loginPage, takeLogin } from './login.tsx';
import { ownPath } from './own-path.ts';
import { actionsPage } from './pages/actions.tsx';
import { alarmPages } from './pages/alarms.tsx';
import { differencePage } from './pages/difference.tsx';
import { documentPage } from './pages/document.tsx';
import { documentActs } from './pages/document-acts.ts';
import { documentsPage } from './pages/documents.tsx';
import { healthPage } from './pages/health.tsx';
import { journalPages } from './pages/journal.tsx';
import { linksPage } from './pages/links.tsx';
import { overviewPage } from './pages/overview.tsx';
import { runPage } from './pages/run.tsx';
import { runDecisionPages } from './pages/run-decisions.ts';
import { runsPage } from './pages/runs.tsx';
import { snoozePages } from './pages/snoozes.tsx';
import { createProblemPage } from './problem-page.tsx';
import { LANGUAGE_COOKIE, THEME_COOKIE, THEMES } from './view.ts';

/** Forms carry ids: a group of some thousand rows is the largest. */
const BODY_LIMIT_BYTES = 512 * 1024;
const YEAR_SECONDS = 365 * 86_400;

/** The console, to be mounted at `/console`. Pages are written on the server and work without any script. */
export function consoleRoutes(deps: ConsoleDeps): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.onError(createProblemPage(deps));
  app.route('/assets', assetRoutes());
  app.use(bodyLimit({ maxSize: BODY_LIMIT_BYTES }));
  app.use(createGate(deps));

  app.get('/login', (c) => {
    const { view } = c.var;
    const next = ownPath(c.req.query('next'));
    return view.session === null ? c.html(loginPage({ view, next })) : c.redirect(next, 303);
  });
  app.post('/login', (c) => takeLogin(c, deps));
  app.post('/logout', async (c) => {
    const token = sessionToken(c);
    if (token !== undefined) await endSession(deps.db, token);
    await keep(deps.db.prisma, c.var.actor, 'logout', 'done', addressOf(c, deps.config.admin.proxies));
    clearSessionCookie(c);
    return c.redirect('/console/login', 303);
  });
  app.post('/settings', async (c) => {
    const { language, theme, back } = await c.req.parseBody();
    const options = { path: '/console', maxAge: YEAR_SECONDS, sameSite: 'Lax', secure: isBehindTls(c) } as const;
    if (language === 'ru' || language === 'en') {
      // Bull Board speaks it too.
      setCookie(c, LANGUAGE_COOKIE, language, { ...options, path: '/' });
    }
    const chosen = THEMES.find((one) => one === theme);
    if (chosen !== undefined) setCookie(c, THEME_COOKIE, chosen, options);
    return c.redirect(ownPath(back), 303);
  });

  overviewPage(app, deps);
  runsPage(app, deps);
  runPage(app, deps);
  differencePage(app, deps);
  runDecisionPages(app, deps);
  documentsPage(app, deps);
  documentActs(app, deps);
  documentPage(app, deps);
  journalPages(app, deps);
  linksPage(app, deps);
  healthPage(app, deps);
  snoozePages(app, deps);
  actionsPage(app, deps);
  alarmPages(app, deps);
  app.all('*', (c) => {
    throw notFound(c.var.view.t(`Страницы ${c.req.path} нет.`, `There is no page ${c.req.path}.`));
  });
  return app;
}

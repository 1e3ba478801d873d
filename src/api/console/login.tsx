import type { Context } from 'hono';
import { logIn } from '../auth/login.ts';
import { addressOf, setSessionCookie } from '../auth/visitor.ts';
import type { ConsoleDeps } from './env.ts';
import { renderPage } from './layout.tsx';
import { ownPath } from './own-path.ts';
import { createView, type View } from './view.ts';

interface LoginPage {
  view: View;
  /** Where to go after the login. */
  next: string;
  name?: string;
  problem?: string;
}

export const loginPage = ({ view, next, name = '', problem }: LoginPage) => {
  const { t } = view;
  return renderPage({
    view,
    title: t('Вход', 'Log in'),
    children: (
      <div class="card login">
        <h1>{t('Вход в консоль хаба', 'Log in to the hub')}</h1>
        {problem === undefined ? null : (
          <p class="notice bad" role="alert">
            {problem}
          </p>
        )}
        <form method="post" action="/console/login">
          <input type="hidden" name="next" value={next} />
          <div class="field">
            <label for="name">{t('Имя', 'Name')}</label>
            <input id="name" name="name" value={name} autocomplete="username" required={true} maxlength={100} />
          </div>
          <div class="field">
            <label for="password">{t('Пароль', 'Password')}</label>
            <input
              id="password"
              name="password"
              type="password"
              autocomplete="current-password"
              required={true}
              maxlength={1000}
            />
          </div>
          <button type="submit">{t('Войти', 'Log in')}</button>
        </form>
      </div>
    ),
  });
};

/** Takes name and password; a cookie and the page that was asked for, or the form again with what is wrong. */
export async function takeLogin(c: Context, deps: ConsoleDeps): Promise<Response> {
  const { config, db, clock, log } = deps;
  const body = await c.req.parseBody();
  const text = (name: string) => (typeof body[name] === 'string' ? (body[name] as string) : '');
  const address = addressOf(c, config.admin.proxies);
  const view = createView(c, { session: null, timezone: config.schedule.timezone, now: clock.now() });
  const result = await logIn(db, config.admin.people, {
    name: text('name'),
    password: text('password').slice(0, 1000),
    address,
  });
  log.info({ event: 'console.login', outcome: result.outcome, address });
  if (result.outcome === 'done') {
    setSessionCookie(c, result.token);
    return c.redirect(ownPath(text('next')), 303);
  }
  const page = { view, next: ownPath(text('next')), name: text('name') };
  if (result.outcome === 'wrong') {
    return c.html(
      loginPage({ ...page, problem: view.t('Имя или пароль не подходят.', 'Wrong name or password.') }),
      401,
    );
  }
  const minutes = Math.ceil(result.retryAfterSeconds / 60);
  const problem = view.t(
    `Слишком много попыток. Попробуйте снова через ${minutes} мин.`,
    `Too many tries. Try again in ${minutes} min.`,
  );
  return c.html(loginPage({ ...page, problem }), 429, { 'Retry-After': String(Math.ceil(result.retryAfterSeconds)) });
}

import { html, raw } from 'hono/html';
import type { Child, FC } from 'hono/jsx';
import { asset } from './assets.ts';
import type { View } from './view.ts';

/** Words of the roles, for people. */
export const roleName = ({ t }: View, role: string): string =>
  ({ viewer: t('наблюдатель', 'viewer'), operator: t('оператор', 'operator'), admin: t('администратор', 'admin') })[
    role
  ] ?? role;

const pages = ({ t }: View) => [
  { path: '/console', name: t('Обзор', 'Overview') },
  { path: '/console/runs', name: t('Прогоны', 'Runs') },
  { path: '/console/documents', name: t('Документы', 'Documents') },
  { path: '/console/journal', name: t('Журнал', 'Journal') },
  { path: '/queues', name: t('Очереди', 'Queues') },
  { path: '/console/health', name: t('Состояние', 'Health') },
  { path: '/console/alarms', name: t('Тревоги', 'Alarms') },
  { path: '/console/snoozes', name: t('Паузы', 'Snoozes') },
  { path: '/console/actions', name: t('Действия', 'Actions') },
];

interface PageProps {
  view: View;
  title: string;
  /** Comes back by itself after so many seconds: for pages that say that something is away. */
  refreshSeconds?: number;
  children?: Child;
}

/** The frame of every page. */
const Frame: FC<PageProps> = ({ view, title, refreshSeconds, children }) => {
  const { t, session } = view;
  return (
    <html lang={view.lang} data-theme={view.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="htmx-config" content='{"includeIndicatorCSS": false, "defaultTimeout": 10000}' />
        {refreshSeconds === undefined ? null : <meta http-equiv="refresh" content={String(refreshSeconds)} />}
        <title>{`${title} · ${t('Хаб 1С — МойСклад', 'Hub 1C — MoySklad')}`}</title>
        <link rel="icon" href={asset('icon.svg')} />
        <link rel="stylesheet" href={asset('console.css')} />
        <script src={asset('htmx.js')} defer={true} />
        <script src={asset('console.js')} defer={true} />
      </head>
      <body
        data-offline={t(
          'Хаб не отвечает. Страница обновится сама, когда он вернётся.',
          'The hub does not answer. This page refreshes by itself once it is back.',
        )}
      >
        <a class="skip" href="#main">
          {t('К содержанию', 'Skip to content')}
        </a>
        <header class="bar">
          <a class="brand" href="/console">
            {t('Хаб', 'Hub')}
          </a>
          {session === null ? null : <Navigation view={view} />}
          {session === null ? (
            <div class="who">
              <Looks view={view} />
            </div>
          ) : (
            <details class="menu who">
              <summary>{session.name}</summary>
              <div class="sheet">
                <p class="soft">{roleName(view, session.role)}</p>
                <Looks view={view} />
                <form method="post" action="/console/logout">
                  <input type="hidden" name="_csrf" value={session.csrf} />
                  <button class="quiet" type="submit">
                    {t('Выйти', 'Log out')}
                  </button>
                </form>
              </div>
            </details>
          )}
        </header>
        <main id="main" tabindex={-1}>
          <div id="notice" role="status" aria-live="polite">
            {view.told === null ? null : <p class={`notice ${view.told.tone}`}>{view.told.text}</p>}
          </div>
          {children}
        </main>
      </body>
    </html>
  );
};

/** The sections in a row, and for a phone as a menu that says where one is: only one of the two is ever shown. */
const Navigation: FC<{ view: View }> = ({ view }) => {
  const { t } = view;
  const path = view.here.split('?')[0] ?? '';
  const isHere = (one: string) => (one === '/console' ? path === one : path.startsWith(one));
  const all = pages(view);
  const here = all.find((one) => isHere(one.path))?.name ?? t('Разделы', 'Sections');
  const list = (
    <ul>
      {all.map((one) => (
        <li>
          <a href={one.path} {...(isHere(one.path) ? { 'aria-current': 'page' as const } : {})}>
            {one.name}
            {one.path === '/console/alarms' ? <Badge view={view} /> : null}
          </a>
        </li>
      ))}
    </ul>
  );
  return (
    <>
      <nav class="row" aria-label={t('Разделы', 'Sections')}>
        {list}
      </nav>
      <details class="menu sections">
        <summary>
          {here}
          <Badge view={view} />
        </summary>
        <nav class="sheet" aria-label={t('Разделы', 'Sections')}>
          {list}
        </nav>
      </details>
    </>
  );
};

const Badge: FC<{ view: View }> = ({ view: { t, alarms } }) =>
  alarms === 0 ? null : (
    <>
      {' '}
      <span class="badge">
        <span class="hidden">{t('открытых тревог', 'open alarms')} </span>
        {alarms}
      </span>
    </>
  );

/** Language and theme: two buttons that lead to the other choice. */
const Looks: FC<{ view: View }> = ({ view }) => {
  const { t, lang, theme, session } = view;
  const next = { auto: 'dark', dark: 'light', light: 'auto' }[theme];
  const names = { auto: t('как в системе', 'as the system'), light: t('светлая', 'light'), dark: t('тёмная', 'dark') };
  const other = lang === 'ru' ? 'en' : 'ru';
  return (
    <form method="post" action="/console/settings">
      {session === null ? null : <input type="hidden" name="_csrf" value={session.csrf} />}
      <input type="hidden" name="back" value={view.here} />
      <button class="quiet" type="submit" name="language" value={other} lang={other}>
        {lang === 'ru' ? 'English' : 'Русский'}
      </button>
      <button class="quiet" type="submit" name="theme" value={next}>
        {t('Тема', 'Theme')}: {names[theme]}
      </button>
    </form>
  );
};

/** A whole page as text. */
export const renderPage = (props: PageProps) => html`<!doctype html>${raw(String(<Frame {...props} />))}`;

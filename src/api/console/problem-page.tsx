import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { isDatabaseDown } from '../database-down.ts';
import { TooSlow } from '../deadline.ts';
import { ProblemError } from '../problem.ts';
import type { ConsoleDeps } from './env.ts';
import { renderPage } from './layout.tsx';
import { createView, type View } from './view.ts';

interface Told {
  status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 500 | 503;
  title: string;
  detail: string;
}

/** What is shown instead of a page. Something that is away is said so, and the page comes back by itself. */
export function createProblemPage({ log, config, clock }: Pick<ConsoleDeps, 'log' | 'config' | 'clock'>) {
  return (error: Error, c: Context): Response | Promise<Response> => {
    const known = c.get('view') as View | undefined;
    const view = known ?? createView(c, { session: null, timezone: config.schedule.timezone, now: clock.now() });
    const told = tell(error, view);
    if (told.status >= 500) {
      const facts = { path: c.req.path, method: c.req.method, error: error.message };
      if (told.status === 503) log.warn({ event: 'console.unavailable', ...facts });
      else log.error({ event: 'console.failed', ...facts, stack: error.stack });
    }
    const headers = { 'Cache-Control': 'no-store', ...(told.status === 503 ? { 'Retry-After': '5' } : {}) };
    const body = (
      <p class="notice bad">
        <strong>{told.title}</strong> {told.detail}
      </p>
    );
    // A part of a page stays as it is; what is wrong is told above it, and its next refresh tries again.
    if (c.req.header('HX-Request') !== undefined) {
      return c.html(body, told.status, { ...headers, 'HX-Retarget': '#notice', 'HX-Reswap': 'innerHTML' });
    }
    return c.html(
      renderPage({
        view,
        title: told.title,
        ...(told.status === 503 && c.req.method === 'GET' ? { refreshSeconds: 5 } : {}),
        children: (
          <>
            <h1>{told.title}</h1>
            <p class={told.status >= 500 ? 'notice bad' : 'notice warn'}>{told.detail}</p>
            {told.status === 503 ? (
              <p>
                {view.t(
                  'Страница обновится сама. Документы не потеряны: обещанное лежит в базе и будет сделано, когда она вернётся.',
                  'This page refreshes by itself. No document is lost: what was promised is in the database and will be made once it is back.',
                )}
              </p>
            ) : (
              <p>
                <a href="/console">{view.t('На обзор', 'To the overview')}</a>
              </p>
            )}
          </>
        ),
      }),
      told.status,
      headers,
    );
  };
}

function tell(error: Error, { t, here }: View): Told {
  if (error instanceof ProblemError) {
    const { status, detail, code } = error.options;
    return { status, detail: t(detail, english(code, detail)), title: titleOf(status, t) };
  }
  if (error instanceof HTTPException) {
    return {
      status: error.status === 413 ? 413 : 400,
      title: titleOf(400, t),
      detail: t('Запрос не разобрать.', 'The request cannot be read.'),
    };
  }
  if (isDatabaseDown(error)) {
    return {
      status: 503,
      title: titleOf(503, t),
      detail: t('База данных хаба не отвечает.', 'The database of the hub does not answer.'),
    };
  }
  if (error instanceof TooSlow || isCancelled(error)) {
    const late = t('База данных хаба не ответила вовремя.', 'The database of the hub did not answer in time.');
    const narrow = t(
      'Если так бывает с этим отбором, сузьте его: укажите период или уточните слово.',
      'If this happens with this filter only, narrow it: name a period or a longer word.',
    );
    return { status: 503, title: titleOf(503, t), detail: isFiltered(here) ? `${late} ${narrow}` : late };
  }
  return {
    status: 500,
    title: titleOf(500, t),
    detail: t(
      'Непредвиденная ошибка хаба. Подробности — в журнале процесса API.',
      'Unexpected error of the hub. The log of the API process tells more.',
    ),
  };
}

/** Only where somebody chose something can it be chosen more narrowly. */
const isFiltered = (here: string): boolean =>
  /^\/console\/(documents|journal|runs)\b/.test(here) && new URL(here, 'http://hub.invalid').search.length > 1;

/** What the API says in Russian, for a page in English; the console's own sentences are English already. */
const english = (code: string, detail: string): string =>
  /[а-яё]/i.test(detail) ? (sentences[code] ?? detail) : detail;

const sentences: Record<string, string> = {
  validation: 'Something in the form or in the address is not as it should be.',
  'unknown-warehouse': '1C has no such warehouse.',
  'ambiguous-warehouse': 'Several warehouses have this name: give the key.',
  'warehouse-is-donor': 'This warehouse is a donor: goods are taken from it, it is not filled.',
  'no-alarm-channel':
    'There is nowhere to tell: set ALARM_TELEGRAM_TOKEN and ALARM_TELEGRAM_CHAT, ALARM_WEBHOOK_URL or ALARM_SMTP_URL.',
  'cross-site': 'The request came from another site and was not carried out.',
  'too-large': 'The request is too large.',
};

/** PostgreSQL's `query_canceled`: a statement ran into its deadline. */
const isCancelled = (error: Error): boolean =>
  JSON.stringify([error.message, (error as { meta?: unknown }).meta ?? null]).includes('57014');

const titleOf = (status: number, t: View['t']): string =>
  ({
    400: t('Запрос не разобрать', 'Bad request'),
    401: t('Нужен вход', 'Not logged in'),
    403: t('Нельзя', 'Not allowed'),
    404: t('Не найдено', 'Not found'),
    409: t('Состояние не позволяет', 'Not in this state'),
    413: t('Слишком много', 'Too much'),
    422: t('Неверные данные', 'Wrong input'),
    503: t('Сейчас недоступно', 'Not available now'),
  })[status] ?? t('Ошибка', 'Error');

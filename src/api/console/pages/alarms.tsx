import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { z } from 'zod';
import type { AlarmChannel } from '../../../shared/db/generated/client.ts';
import { sendTest } from '../../alarm-test.ts';
import { cursorField, cutPage } from '../../fields/cursor.ts';
import { type AlarmRecord, listAlarms } from '../../queries/alarms.ts';
import { alarmText } from '../alarm-text.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { leadTo } from '../flash.ts';
import { renderPage } from '../layout.tsx';
import { List } from '../list.tsx';
import { ActButton, NextPage, Tag } from '../parts.tsx';
import { readQuery } from '../query.ts';
import type { View } from '../view.ts';

const PAGE = 100;

const query = z.object({ cursor: cursorField(z.tuple([z.uuid()])) });

/** `/console/alarms`: what is wrong, or was, whether somebody was told, and a test of the ways to tell. */
export function alarmPages(app: Hono<ConsoleEnv>, deps: ConsoleDeps): void {
  const { db, notifier } = deps;

  app.get('/alarms', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const { cursor } = readQuery(c, query);
    const [rows, fared] = await Promise.all([
      listAlarms(db, { after: cursor, limit: PAGE + 1 }),
      db.prisma.alarmChannel.findMany(),
    ]);
    const { shown, next } = cutPage(rows, PAGE, ({ id }) => [id]);
    const ways = { telegram: 'Telegram', webhook: t('вебхук', 'webhook'), mail: t('почта', 'mail') };
    return c.html(
      renderPage({
        view,
        title: t('Тревоги', 'Alarms'),
        children: (
          <>
            <h1>{t('Тревоги', 'Alarms')}</h1>
            <div class="card">
              {notifier.channels.length === 0 ? (
                <p>
                  {t(
                    'Сообщать некуда: задайте ALARM_TELEGRAM_TOKEN и ALARM_TELEGRAM_CHAT, ALARM_WEBHOOK_URL или ALARM_SMTP_URL. Тревоги видны только здесь и в журнале.',
                    'There is nowhere to tell: set ALARM_TELEGRAM_TOKEN and ALARM_TELEGRAM_CHAT, ALARM_WEBHOOK_URL or ALARM_SMTP_URL. Alarms are seen only here and in the journal.',
                  )}
                </p>
              ) : (
                <>
                  <p>{t('Сообщаются через', 'Told by')}:</p>
                  <dl class="facts">
                    {notifier.channels.map((name) => (
                      <>
                        <dt>{ways[name]}</dt>
                        <dd>
                          <Fared view={view} channel={fared.find((one) => one.name === name)} />
                        </dd>
                      </>
                    ))}
                  </dl>
                  {view.may('operator') ? (
                    <ActButton
                      view={view}
                      action="/console/alarms/test"
                      name={t('Проверить связь', 'Send a test')}
                      look="quiet"
                    />
                  ) : null}
                </>
              )}
            </div>
            <div class="card">
              <Rows view={view} rows={shown} />
              <NextPage view={view} next={next} first={cursor === undefined} />
            </div>
          </>
        ),
      }),
    );
  });

  app.post('/alarms/test', async (c) => {
    const { t } = c.var.view;
    const deliveries = await sendTest(deps, c.get('actor'));
    const failed = deliveries.filter(({ error }) => error !== null);
    const told = failed.map(({ channel, error }) => `${channel}: ${error}`).join('; ');
    return leadTo(
      c,
      '/console/alarms',
      failed.length === 0
        ? { tone: 'good', text: t('Проверочное сообщение отправлено.', 'The test was sent.') }
        : { tone: 'bad', text: t(`Не дошло — ${told}.`, `Not delivered — ${told}.`) },
    );
  });
}

const Rows: FC<{ view: View; rows: AlarmRecord[] }> = ({ view, rows }) => {
  const { t } = view;
  return (
    <List
      label={t('Тревоги', 'Alarms')}
      rows={rows}
      empty={t('Тревог ещё не было.', 'There has been no alarm yet.')}
      columns={[
        { head: t('С', 'Since'), kind: 'time', cell: ({ since }) => view.time(since) },
        { head: t('Состояние', 'State'), cell: (one) => <Standing view={view} alarm={one} /> },
        { head: t('Что случилось', 'What happened'), cell: (one) => alarmText(view, one) },
        {
          head: t('Сообщено', 'Told'),
          kind: 'time',
          cell: ({ told_at }) => (told_at === null ? t('ещё нет', 'not yet') : view.time(told_at)),
        },
      ]}
    />
  );
};

/** Whether it goes on, else when it was over. */
const Standing: FC<{ view: View; alarm: AlarmRecord }> = ({ view, alarm: { resolved_at } }) =>
  resolved_at === null ? (
    <Tag word={{ name: view.t('продолжается', 'goes on'), tone: 'bad' }} />
  ) : (
    <>
      <Tag word={{ name: view.t('в порядке', 'over'), tone: 'good' }} /> {view.time(resolved_at)}
    </>
  );

/** How a way to tell was found when it was last used. */
const Fared: FC<{ view: View; channel: AlarmChannel | undefined }> = ({ view, channel }) => {
  const { t } = view;
  if (channel === undefined) return <span class="soft">{t('ещё не пробовали', 'not tried yet')}</span>;
  const { error, triedAt, sentAt } = channel;
  if (error === null) {
    return (
      <>
        <Tag word={{ name: t('дошло', 'got through'), tone: 'good' }} /> {view.time(triedAt)}
      </>
    );
  }
  return (
    <>
      <Tag word={{ name: t('не дошло', 'not delivered'), tone: 'bad' }} /> {view.time(triedAt)}: {error}
      <p class="soft">
        {sentAt === null
          ? t('До сих пор не доходило ничего.', 'Nothing has ever got through.')
          : `${t('Последний раз дошло', 'Last got through')} ${view.time(sentAt)}`}
      </p>
    </>
  );
};

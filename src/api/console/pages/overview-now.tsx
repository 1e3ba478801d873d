import type { FC } from 'hono/jsx';
import type { AlarmRecord } from '../../queries/alarms.ts';
import type { Contacts } from '../../queries/contacts.ts';
import type { DocumentCounts, WorkerRow } from '../../queries/overview.ts';
import type { RunWithStates } from '../../queries/runs.ts';
import { runView } from '../../routes/run-view.ts';
import { alarmText } from '../alarm-text.ts';
import { Empty, Table, Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { queueName, runState, systemName, type Tone } from '../words.ts';

/** What is so at this moment. */
export interface Now {
  run: RunWithStates | null;
  documents: DocumentCounts;
  needs: { runId: string; open: number } | null;
  systems: { system: string; state: string; since: Date; reason: string | null }[];
  contacts: Contacts;
  workers: WorkerRow[];
  alarms: AlarmRecord[];
  queue: { backend: string; ok: boolean; detail?: string };
  /** NULL while it answers. */
  queueAwaySince: Date | null;
}

/** The part of the page that renews itself: counts, the last run, connections, workers. */
export const LiveNow: FC<{ view: View; now: Now; nextRun: Date | null; pollMs: number }> = (props) => {
  const { view, now, nextRun: next, pollMs } = props;
  const { t } = view;
  return (
    <div id="now" hx-get="/console/now" hx-trigger={`every ${pollMs}ms`} hx-swap="outerHTML">
      <Alarms view={view} alarms={now.alarms} />
      <Tiles view={view} now={now} />
      <div class="grid">
        <section class="card" aria-labelledby="runs">
          <h2 id="runs">{t('Прогоны', 'Runs')}</h2>
          <LastRun view={view} run={now.run} />
          <p>
            {t('Следующий по расписанию', 'Next by schedule')}: {view.time(next)}
          </p>
        </section>
        <section class="card" aria-labelledby="systems">
          <h2 id="systems">{t('Связи', 'Connections')}</h2>
          <Systems view={view} now={now} />
        </section>
      </div>
      <section class="card" aria-labelledby="workers">
        <h2 id="workers">{t('Рабочие процессы', 'Workers')}</h2>
        <Workers view={view} workers={now.workers} />
      </section>
    </div>
  );
};

/** So many are told in full; the others have their page. */
const ALARMS_SHOWN = 5;

const Alarms: FC<{ view: View; alarms: AlarmRecord[] }> = ({ view, alarms }) => {
  const { t } = view;
  if (alarms.length === 0) return null;
  return (
    <section class="notice bad" aria-labelledby="alarms">
      <h2 id="alarms">
        <a href="/console/alarms">
          {t('Тревоги', 'Alarms')}: {alarms.length}
        </a>
      </h2>
      <ul>
        {alarms.slice(0, ALARMS_SHOWN).map((one) => (
          <li>
            {alarmText(view, one)} <span class="t">{`${t('С', 'Since')} ${view.shortTime(one.since)}.`}</span>
          </li>
        ))}
      </ul>
    </section>
  );
};

const Tiles: FC<{ view: View; now: Now }> = ({ view, now: { documents, needs } }) => {
  const { t } = view;
  const at = (status: string) => `/console/documents?status=${status}`;
  const today = (status: string) => `${at(status)}&from=${view.day(view.now)}`;
  const tiles: [string, string, string][] = [
    [
      t('открытых потребностей', 'open needs'),
      needs === null ? '—' : view.number(needs.open),
      needs === null ? '/console/runs' : `/console/runs/${needs.runId}`,
    ],
    [t('ждут утверждения', 'wait for approval'), view.number(documents.held), at('held')],
    [t('ждут отправки', 'wait to be sent'), view.number(documents.waiting), at('pending,queued,sending')],
    [t('создано сегодня', 'made today'), view.number(documents.made_today), today('done')],
    [t('отказано сегодня', 'refused today'), view.number(documents.failed_today), today('failed')],
    [t('не создано всего', 'not made in all'), view.number(documents.failed), at('failed')],
    [t('исход неизвестен', 'outcome unknown'), view.number(documents.unknown), at('unknown')],
    [t('с вопросом', 'that ask'), view.number(documents.asks), '/console/documents?asks=yes'],
    [
      t('ждёт дольше всех', 'longest wait'),
      documents.oldest_waiting_ms === null ? '—' : view.span(documents.oldest_waiting_ms),
      at('pending,queued,sending,unknown'),
    ],
  ];
  return (
    <ul class="tiles">
      {tiles.map(([name, value, href]) => (
        <li>
          <a href={href}>
            <span class="value">{value}</span> {name}
          </a>
        </li>
      ))}
    </ul>
  );
};

const LastRun: FC<{ view: View; run: RunWithStates | null }> = ({ view, run }) => {
  const { t } = view;
  if (run === null) return <Empty>{t('Проверок ещё не было.', 'No scans yet.')}</Empty>;
  const shown = runView(run);
  return (
    <>
      <p>
        {t('Последний', 'Last')}: <a href={`/console/runs/${shown.id}`}>{view.time(shown.created_at)}</a>{' '}
        <Tag word={runState(view, shown.status)} />
      </p>
      <p>
        {t('потребностей', 'needs')} {view.number(shown.counts.needs)}, {t('документов', 'documents')}{' '}
        {view.number(shown.counts.documents)}, {t('создано', 'made')} {view.number(shown.counts.done)}
        {shown.dry_run ? `, ${t('пробный', 'dry run')}` : ''}
      </p>
      {shown.error === null ? null : <p class="notice bad">{shown.error.message}</p>}
    </>
  );
};

const Systems: FC<{ view: View; now: Now }> = ({ view, now }) => {
  const { t } = view;
  const up = (name: string, since: string | null): Row => ({
    name,
    tone: 'good',
    state: t('отвечает', 'up'),
    since,
    reason: null,
  });
  interface Row {
    name: string;
    tone: Tone;
    state: string;
    since: string | null;
    /** When it was last heard of. */
    seen?: string;
    reason: string | null;
  }
  const outside = ['1c', 'moysklad'].map((system): Row => {
    const known = now.systems.find((one) => one.system === system);
    if (known?.state !== 'down') {
      const contact = system === '1c' ? now.contacts.onec : now.contacts.moysklad;
      if (contact === null) {
        return {
          ...up(systemName(view, system), null),
          tone: 'calm',
          state: t('ещё не спрашивали', 'not asked yet'),
        };
      }
      const seen = `${t('последний ответ', 'last answer')} ${view.shortTime(contact)}`;
      return { ...up(systemName(view, system), known === undefined ? null : view.shortTime(known.since)), seen };
    }
    return {
      name: systemName(view, system),
      tone: 'bad',
      state: t('не отвечает', 'down'),
      since: view.shortTime(known.since),
      reason: known.reason,
    };
  });
  const queue: Row = now.queue.ok
    ? up(now.queue.backend === 'redis' ? 'Redis' : t('Очереди (в PostgreSQL)', 'Queues (in PostgreSQL)'), null)
    : {
        name: now.queue.backend === 'redis' ? 'Redis' : t('Очереди', 'Queues'),
        tone: 'bad',
        state: t('не отвечает', 'down'),
        since: view.shortTime(now.queueAwaySince),
        reason: now.queue.detail ?? null,
      };
  return (
    <dl class="facts">
      {[...outside, queue, up('PostgreSQL', null)].map((one) => (
        <>
          <dt>{one.name}</dt>
          <dd>
            <Tag word={{ name: one.state, tone: one.tone }} />
            {one.since === null ? null : ` ${t('с', 'since')} ${one.since}`}
            {one.seen === undefined ? null : <span class="soft">, {one.seen}</span>}
            {one.reason === null ? null : <p>{one.reason}</p>}
          </dd>
        </>
      ))}
    </dl>
  );
};

const Workers: FC<{ view: View; workers: WorkerRow[] }> = ({ view, workers }) => {
  const { t } = view;
  if (workers.every(({ gone }) => gone)) {
    return (
      <p class="notice bad">
        {t(
          'Ни один рабочий процесс не подаёт признаков жизни: документы ждут.',
          'No worker gives a sign of life: documents wait.',
        )}
      </p>
    );
  }
  return (
    <Table
      label={t('Рабочие процессы', 'Workers')}
      head={[
        t('Очередь', 'Queue'),
        t('Процесс', 'Process'),
        t('Занято', 'Busy'),
        t('Последнее задание', 'Last fetch'),
        t('Состояние', 'State'),
      ]}
    >
      <tbody>
        {workers.map((one) => (
          <tr>
            <td data-label={t('Очередь', 'Queue')}>
              <a href={`/queues/queue/${one.queue}`}>{queueName(view, one.queue)}</a>
            </td>
            <td data-label={t('Процесс', 'Process')}>
              <span class="key">{one.owner}</span>
            </td>
            <td class="n" data-label={t('Занято', 'Busy')}>
              {one.busy} {t('из', 'of')} {one.concurrency}
            </td>
            <td class="t" data-label={t('Последнее задание', 'Last fetch')}>
              {view.shortTime(one.last_fetch_at)}
            </td>
            <td data-label={t('Состояние', 'State')}>
              <Tag word={workerState(view, one)} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
};

function workerState(view: View, one: WorkerRow): { name: string; tone: Tone } {
  const { t } = view;
  if (one.gone) return { name: `${t('молчит с', 'silent since')} ${view.shortTime(one.seen_at)}`, tone: 'bad' };
  if (one.stalled_since !== null)
    return { name: `${t('застрял с', 'stuck since')} ${view.shortTime(one.stalled_since)}`, tone: 'bad' };
  return { name: t('работает', 'works'), tone: 'good' };
}

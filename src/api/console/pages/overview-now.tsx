import type { FC } from 'hono/jsx';
import type { AlarmRecord } from '../../queries/alarms.ts';
import type { DocumentCounts, WorkerRow } from '../../queries/overview.ts';
import type { RunWithStates } from '../../queries/runs.ts';
import { runView } from '../../routes/run-view.ts';
import { alarmText } from '../alarm-text.ts';
import { Empty, Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { runState } from '../words.ts';
import { Systems, type SystemsNow } from './overview-systems.tsx';
import { Workers } from './overview-workers.tsx';

/** What is so at this moment. */
export interface Now extends SystemsNow {
  run: RunWithStates | null;
  documents: DocumentCounts;
  needs: { runId: string; open: number } | null;
  workers: WorkerRow[];
  alarms: AlarmRecord[];
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

import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { Database } from '../../../shared/db/database.ts';
import { notFound } from '../../problem.ts';
import { type EntryRow, listJournal } from '../../queries/journal.ts';
import { findOutbox, type OutboxRowView } from '../../queries/outbox.ts';
import type { ConsoleContext, ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { List } from '../list.tsx';
import { Copy, Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { documentKind, documentState, entryState, routeName, systemName } from '../words.ts';
import { Lines, type RefusedEdit } from './document-lines.tsx';
import { idOf } from './run.tsx';

const ENTRIES_SHOWN = 200;

/** `/console/documents/{id}`: one document with its lines, its attempts, what it asks, and what a person may do. */
export function documentPage(app: Hono<ConsoleEnv>, { db }: Pick<ConsoleDeps, 'db'>): void {
  app.get('/documents/:id', (c) => drawDocument(c, db, idOf(c)));
}

/** Rows that do something by themselves: their page follows them. */
const isMoving = ({ status, rests }: OutboxRowView) =>
  ['pending', 'queued', 'sending'].includes(status) || (status === 'unknown' && !rests);

/** The page of one document; with `refused` as the answer to an edit, with what was typed and why it cannot be. */
export async function drawDocument(
  c: ConsoleContext,
  db: Database,
  id: string,
  refused: RefusedEdit | null = null,
): Promise<Response> {
  const { view } = c.var;
  const { t } = view;
  const [found, entries] = await Promise.all([
    findOutbox(db, id),
    listJournal(db, { outboxId: id }, { limit: ENTRIES_SHOWN }),
  ]);
  if (found === null) throw notFound(t(`Документа ${id} нет.`, `There is no document ${id}.`));
  const { row, lines } = found;
  const title = `${documentKind(view, row.kind)} ${row.external_number ?? ''}`.trim();
  const live = isMoving(row)
    ? {
        'hx-get': `/console/documents/${id}`,
        'hx-select': '#document',
        'hx-trigger': 'every 2s',
        'hx-swap': 'outerHTML',
      }
    : {};
  return c.html(
    renderPage({
      view,
      title,
      children: (
        <div id="document" {...live}>
          <h1>
            {title} <Tag word={documentState(view, row.status)} />
          </h1>
          <Facts view={view} row={row} />
          <Acts view={view} row={row} />
          <section class="card" aria-labelledby="lines">
            <h2 id="lines">{t('Строки', 'Lines')}</h2>
            <Lines view={view} row={row} lines={lines} refused={refused} />
          </section>
          <section class="card" aria-labelledby="attempts">
            <h2 id="attempts">{t('Попытки и события', 'Attempts and events')}</h2>
            <Entries view={view} entries={entries} />
            <p>
              <a href={`/console/journal?outbox_id=${id}`}>{t('В журнале', 'In the journal')}</a>
            </p>
          </section>
        </div>
      ),
    }),
    refused === null ? 200 : 422,
  );
}

const Facts: FC<{ view: View; row: OutboxRowView }> = ({ view, row }) => {
  const { t } = view;
  return (
    <section class="card" aria-label={t('О документе', 'About the document')}>
      {row.question === null ? null : (
        <p class="notice warn">
          <strong>{t('Вопрос', 'Question')}:</strong> {row.question} <span class="key">{row.question_code}</span>{' '}
          <span class="soft">{view.time(row.asked_at)}</span>
        </p>
      )}
      {row.maybe_made ? (
        <p class="notice bad">
          {t(
            'Документ, возможно, уже есть в другой системе: ответ на отправку не пришёл. Повтор сначала ищет его по ключу и второго не создаст.',
            'The document may exist in the other system: the answer was lost. A retry looks for it by its key first and makes no second one.',
          )}
        </p>
      ) : null}
      {row.rests && row.status !== 'done' ? (
        <p class="notice warn">
          {t('Сам хаб больше не пробует: решает человек.', 'The hub itself tries no more: a person decides.')}
        </p>
      ) : null}
      {row.hold_reason === null ? null : (
        <p class="notice warn">
          {t('Придержан', 'Held because')}: {row.hold_reason}
        </p>
      )}
      {row.error_code === null || row.status === 'done' ? null : (
        <p class="notice bad">
          {row.error_message} <span class="key">{row.error_code}</span>
        </p>
      )}
      <dl class="facts">
        {row.kind === 'scan' ? null : <Outside view={view} row={row} />}
        {row.external_url === null || !/^https?:\/\//.test(row.external_url) ? null : (
          <>
            <dt>{t('Открыть', 'Open')}</dt>
            <dd>
              <a href={row.external_url} rel="noreferrer noopener" target="_blank">
                {row.kind === 'order' ? t('в МойСклад', 'in MoySklad') : t('в 1С', 'in 1C')}
              </a>
            </dd>
          </>
        )}
        <dt>{t('Прогон', 'Run')}</dt>
        <dd>
          <a href={`/console/runs/${row.run_id}`}>{view.time(row.created_at)}</a>
        </dd>
        <dt>{t('Подтверждён', 'Confirmed')}</dt>
        <dd>{view.time(row.confirmed_at)}</dd>
        <dt>{t('Начат раз', 'Started')}</dt>
        <dd>
          {row.starts === 0
            ? t('ещё не начат', 'not yet')
            : `${view.number(row.starts)}${row.attempts > 0 ? `, ${t('из них неудачно', 'of them in vain')}: ${view.number(row.attempts)}` : ''}`}
        </dd>
        <dt>{t('Задание в очереди', 'Job in the queue')}</dt>
        <dd>
          {row.status === 'held' || row.status === 'pending' || (row.starts === 0 && row.status !== 'queued') ? (
            t('нет', 'none')
          ) : (
            <a href={`/queues/queue/${row.queue}/${row.id}-${row.generation}`}>
              {row.id}-{row.generation}
            </a>
          )}
        </dd>
      </dl>
    </section>
  );
};

/** Where the goods go, and what the document is called in the other system. */
const Outside: FC<{ view: View; row: OutboxRowView }> = ({ view, row }) => {
  const { t } = view;
  return (
    <>
      <dt>{t('Маршрут', 'Route')}</dt>
      <dd>{routeName(view, row)}</dd>
      <dt>{row.kind === 'order' ? t('Номер в МойСклад', 'Number in MoySklad') : t('Номер в 1С', 'Number in 1C')}</dt>
      <dd>
        {row.external_number === null ? '—' : <Copy view={view} text={row.external_number} />}
        {row.posted === false ? ` ${t('не проведён', 'not posted')}` : ''}
      </dd>
      <dt>{keyName(view, row)}</dt>
      <dd>
        <Copy view={view} text={row.external_key ?? row.document_key} />
      </dd>
    </>
  );
};

/** The other system's own key, or what the hub gives it to know its document by. */
function keyName({ t }: View, row: OutboxRowView): string {
  if (row.kind === 'order') {
    return row.external_key === null
      ? t('Ключ хаба: заказ получит его внешним кодом (syncId)', 'Key of the hub: the order gets it as syncId')
      : t('Ключ в МойСклад', 'Key in MoySklad');
  }
  return row.external_key === null
    ? t('Ключ хаба: станет ключом в 1С (Ref_Key)', 'Key of the hub: becomes the key in 1C (Ref_Key)')
    : t('Ключ в 1С (Ref_Key)', 'Key in 1C (Ref_Key)');
}

const Acts: FC<{ view: View; row: OutboxRowView }> = ({ view, row }) => {
  const { t } = view;
  const offers: [string, boolean, string][] = [
    ['approve', row.status === 'held', t('Утвердить…', 'Approve…')],
    ['reject', row.status === 'held', t('Отклонить…', 'Reject…')],
    ['retry', ['failed', 'unknown'].includes(row.status), t('Повторить…', 'Retry…')],
    [
      'cancel',
      ['held', 'pending', 'queued', 'failed'].includes(row.status) && !row.maybe_made,
      t('Отменить…', 'Cancel…'),
    ],
    ['anew', row.status === 'done' && row.kind !== 'scan' && view.may('admin'), t('Создать заново…', 'Make anew…')],
  ];
  const possible = offers.filter(([, yes]) => yes);
  if (possible.length === 0 || !view.may('operator')) return null;
  return (
    <p class="acts">
      {possible.map(([act, , name], index) => (
        <a
          class={index === 0 && act !== 'anew' ? 'button' : 'button quiet'}
          href={`/console/documents/${row.id}/confirm?act=${act}`}
        >
          {name}
        </a>
      ))}
    </p>
  );
};

const Entries: FC<{ view: View; entries: EntryRow[] }> = ({ view, entries }) => {
  const { t } = view;
  return (
    <List
      label={t('События', 'Events')}
      rows={entries}
      empty={t('Ещё ничего не было.', 'Nothing yet.')}
      columns={[
        {
          head: t('Когда', 'When'),
          kind: 'time',
          cell: ({ id, ts }) => <a href={`/console/journal/${id}`}>{view.time(ts)}</a>,
        },
        { head: t('Система', 'System'), cell: ({ system }) => systemName(view, system) },
        { head: t('Исход', 'Outcome'), cell: ({ status }) => <Tag word={entryState(view, status)} /> },
        { head: t('Что', 'What'), cell: ({ message }) => message },
      ]}
    />
  );
};

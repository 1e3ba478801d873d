import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { notFound } from '../../problem.ts';
import { type EntryRow, listJournal } from '../../queries/journal.ts';
import { findOutbox, type OutboxRowView } from '../../queries/outbox.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { ActButton, Copy, Csrf, Empty, Table, Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { documentKind, documentState, entryState, systemName } from '../words.ts';
import { idOf } from './run.tsx';

const ENTRIES_SHOWN = 200;

type Line = NonNullable<Awaited<ReturnType<typeof findOutbox>>>['lines'][number];

/** `/console/documents/{id}`: one document with its lines, its attempts, what it asks, and what a person may do. */
export function documentPage(app: Hono<ConsoleEnv>, { db }: Pick<ConsoleDeps, 'db'>): void {
  app.get('/documents/:id', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const id = idOf(c);
    const [found, entries] = await Promise.all([
      findOutbox(db, id),
      listJournal(db, { outboxId: id }, { limit: ENTRIES_SHOWN }),
    ]);
    if (found === null) throw notFound(t(`Документа ${id} нет.`, `There is no document ${id}.`));
    const { row, lines } = found;
    const title = `${documentKind(view, row.kind)} ${row.external_number ?? ''}`.trim();
    return c.html(
      renderPage({
        view,
        title,
        children: (
          <>
            <h1>
              {title} <Tag word={documentState(view, row.status)} />
            </h1>
            <Facts view={view} row={row} />
            <Acts view={view} row={row} />
            <section class="card" aria-labelledby="lines">
              <h2 id="lines">{t('Строки', 'Lines')}</h2>
              <Lines view={view} row={row} lines={lines} />
            </section>
            <section class="card" aria-labelledby="attempts">
              <h2 id="attempts">{t('Попытки и события', 'Attempts and events')}</h2>
              <Entries view={view} entries={entries} />
              <p>
                <a href={`/console/journal?outbox_id=${id}`}>{t('В журнале', 'In the journal')}</a>
              </p>
            </section>
          </>
        ),
      }),
    );
  });
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
        <dt>{t('Маршрут', 'Route')}</dt>
        <dd>{[row.sender_name, row.recipient_name].filter((one) => one !== null).join(' → ') || '—'}</dd>
        <dt>{row.kind === 'order' ? t('Номер в МойСклад', 'Number in MoySklad') : t('Номер в 1С', 'Number in 1C')}</dt>
        <dd>
          {row.external_number === null ? '—' : <Copy view={view} text={row.external_number} />}
          {row.posted === false ? ` ${t('не проведён', 'not posted')}` : ''}
        </dd>
        <dt>
          {row.kind === 'order'
            ? t('Ключ в МойСклад', 'Key in MoySklad')
            : t('Ключ в 1С (Ref_Key)', 'Key in 1C (Ref_Key)')}
        </dt>
        <dd>
          <Copy view={view} text={row.external_key ?? row.document_key} />
        </dd>
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
        <dt>{t('Попыток', 'Attempts')}</dt>
        <dd>
          {row.attempts} ({t('начал', 'starts')}: {row.starts})
        </dd>
        <dt>{t('Задание в очереди', 'Job in the queue')}</dt>
        <dd>
          <a href={`/queues/queue/${row.queue}/${row.id}-${row.generation}`}>
            {row.id}-{row.generation}
          </a>
        </dd>
      </dl>
    </section>
  );
};

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
        <a class={index === 0 ? 'button' : 'button quiet'} href={`/console/documents/${row.id}/confirm?act=${act}`}>
          {name}
        </a>
      ))}
    </p>
  );
};

const Lines: FC<{ view: View; row: OutboxRowView; lines: Line[] }> = ({ view, row, lines }) => {
  const { t } = view;
  const decides = row.status === 'held' && view.may('operator');
  if (lines.length === 0) return <Empty>{t('Строк нет.', 'No lines.')}</Empty>;
  const head = [
    t('№', 'No.'),
    t('Товар', 'Item'),
    t('Количество', 'Quantity'),
    t('Получено', 'Received'),
    t('Состояние', 'State'),
  ];
  return (
    <Table
      label={t('Строки документа', 'Lines of the document')}
      head={decides ? [...head, t('Решение', 'Decision')] : head}
    >
      <tbody>
        {lines.map((line) => (
          <tr>
            <td class="n" data-label={t('№', 'No.')}>
              {line.line_number}
            </td>
            <td data-label={t('Товар', 'Item')}>
              <a href={`/console/runs/${row.run_id}?q=${encodeURIComponent(line.article)}`}>{line.article}</a>{' '}
              {line.item_name}
            </td>
            <td class="n" data-label={t('Количество', 'Quantity')}>
              {view.number(line.quantity)}
              {line.planned_quantity === null ? null : (
                <p class="soft">
                  {t('по расчёту', 'planned')} {view.number(line.planned_quantity)}; {line.edited_by}:{' '}
                  {line.edit_reason}
                </p>
              )}
            </td>
            <td class="n" data-label={t('Получено', 'Received')}>
              {view.number(line.received)}
            </td>
            <td data-label={t('Состояние', 'State')}>
              {line.closed_reason !== null
                ? closedName(view, line.closed_reason)
                : line.approved_by === null
                  ? t('ожидается', 'expected')
                  : `${t('утверждена', 'approved')}: ${line.approved_by}`}
            </td>
            {decides ? (
              <td data-label={t('Решение', 'Decision')}>
                {line.closed_at === null ? <Decision view={view} row={row} line={line} /> : null}
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </Table>
  );
};

/** A single line needs no page of its own to be confirmed: what is touched stands beside the button. */
const Decision: FC<{ view: View; row: OutboxRowView; line: Line }> = ({ view, row, line }) => {
  const { t } = view;
  const base = `/console/documents/${row.id}/lines/${line.line_number}`;
  const id = `edit-${line.line_number}`;
  return (
    <>
      <div class="acts">
        <ActButton view={view} action={`${base}/approve`} name={t('Утвердить строку', 'Approve line')} look="quiet" />
        <ActButton view={view} action={`${base}/reject`} name={t('Отклонить строку', 'Reject line')} look="danger" />
      </div>
      <details>
        <summary>{t('Изменить количество', 'Edit the quantity')}</summary>
        <form method="post" action={`${base}/edit`} class="filters">
          <Csrf view={view} />
          <div class="field">
            <label for={`${id}-q`}>{t('Количество', 'Quantity')}</label>
            <input id={`${id}-q`} name="quantity" inputmode="decimal" value={String(line.quantity)} required={true} />
          </div>
          <div class="field wide">
            <label for={`${id}-r`}>{t('Почему', 'Why')}</label>
            <input id={`${id}-r`} name="reason" required={true} maxlength={500} />
          </div>
          <label class="check">
            <input type="checkbox" name="force" value="yes" />
            {t(
              'настоять: неполная упаковка или больше, чем у донора сверх минимума',
              'insist: a broken pack, or more than the donor has above its minimum',
            )}
          </label>
          <button type="submit">{t('Сохранить', 'Save')}</button>
        </form>
      </details>
    </>
  );
};

const closedName = ({ t }: View, reason: string): string =>
  ({
    received: t('получена', 'received'),
    shipped: t('отгружена', 'shipped'),
    deleted: t('документ удалён', 'document deleted'),
    cancelled: t('отменена', 'cancelled'),
    rejected: t('отклонена', 'rejected'),
    superseded: t('заменена', 'superseded'),
  })[reason] ?? reason;

const Entries: FC<{ view: View; entries: EntryRow[] }> = ({ view, entries }) => {
  const { t } = view;
  if (entries.length === 0) return <Empty>{t('Ещё ничего не было.', 'Nothing yet.')}</Empty>;
  return (
    <Table
      label={t('События', 'Events')}
      head={[t('Когда', 'When'), t('Система', 'System'), t('Исход', 'Outcome'), t('Что', 'What')]}
    >
      <tbody>
        {entries.map((entry) => (
          <tr>
            <td class="t" data-label={t('Когда', 'When')}>
              <a href={`/console/journal/${entry.id}`}>{view.time(entry.ts)}</a>
            </td>
            <td data-label={t('Система', 'System')}>{systemName(view, entry.system)}</td>
            <td data-label={t('Исход', 'Outcome')}>
              <Tag word={entryState(view, entry.status)} />
            </td>
            <td data-label={t('Что', 'What')}>{entry.message}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
};

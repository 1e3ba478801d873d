import type { FC } from 'hono/jsx';
import { notFound } from '../../problem.ts';
import type { ConsoleContext, ConsoleDeps } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { Copy } from '../parts.tsx';
import { entryState, levelName, systemName } from '../words.ts';
import { pretty } from './journal-entries.tsx';

/** `/console/journal/:id`: all of one entry. */
export async function entryPage(c: ConsoleContext, { journal }: Pick<ConsoleDeps, 'journal'>): Promise<Response> {
  const { view } = c.var;
  const { t } = view;
  const entry = await journal.find(c.req.param('id') ?? '');
  if (entry === null) throw notFound(t('Такой записи нет.', 'There is no such entry.'));
  const facts: [string, string | null][] = [
    [t('Когда', 'When'), entry.ts === null ? null : view.time(entry.ts)],
    [t('Уровень', 'Level'), entry.level === null ? null : levelName(view, entry.level)],
    [t('Система', 'System'), entry.system === null ? null : systemName(view, entry.system)],
    [t('Шаг', 'Step'), entry.step],
    [t('Исход', 'Outcome'), entry.status === null ? null : entryState(view, entry.status).name],
  ];
  return c.html(
    renderPage({
      view,
      title: `${t('Запись', 'Entry')} ${entry.id}`,
      children: (
        <>
          <h1>
            {t('Запись', 'Entry')} {entry.id}
          </h1>
          <section class="card">
            <p>{entry.message ?? '—'}</p>
            <dl class="facts">
              {facts.map(([name, value]) => (
                <>
                  <dt>{name}</dt>
                  <dd>{value ?? t('нет такого столбца', 'no such column')}</dd>
                </>
              ))}
              <dt>{t('Прогон', 'Run')}</dt>
              <dd>{entry.run_id === null ? '—' : <a href={`/console/runs/${entry.run_id}`}>{entry.run_id}</a>}</dd>
              <dt>{t('Документ', 'Document')}</dt>
              <dd>
                {entry.outbox_id === null ? (
                  '—'
                ) : (
                  <a href={`/console/documents/${entry.outbox_id}`}>{entry.outbox_id}</a>
                )}
              </dd>
              <dt>{t('Номер записи', 'Entry id')}</dt>
              <dd>{entry.id === null ? '—' : <Copy view={view} text={entry.id} />}</dd>
            </dl>
          </section>
          <Raw title={t('Подробности', 'Details')} value={entry.details} open={true} />
          {view.may('operator') ? (
            <Raw title={t('Что отправлено или получено', 'Payload')} value={entry.payload} open={false} />
          ) : (
            <p class="soft">{t('Отправленное и полученное видит оператор.', 'Payloads are for operators.')}</p>
          )}
        </>
      ),
    }),
  );
}

const Raw: FC<{ title: string; value: unknown; open: boolean }> = ({ title, value, open }) =>
  value === null || value === undefined ? null : (
    <details class="card" open={open}>
      <summary>{title}</summary>
      <pre>{pretty(value)}</pre>
    </details>
  );

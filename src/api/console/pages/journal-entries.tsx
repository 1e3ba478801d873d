import type { Child, FC } from 'hono/jsx';
import type { Column as JournalColumn, ShownEntry } from '../../journal/journal-source.ts';
import { type Column, List, ListRows } from '../list.tsx';
import { Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { entryState, levelName, levelTone, systemName } from '../words.ts';

/** JSON in the list is cut here; the entry's own page shows all of it. */
const PREVIEW = 1_500;

interface EntriesProps {
  view: View;
  entries: ShownEntry[];
  /** Columns that this database's table does not have. */
  absent: readonly JournalColumn[];
}

export const Entries: FC<EntriesProps> = ({ view, entries, absent }) => (
  <List
    class="journal cards"
    label={view.t('Записи', 'Entries')}
    bodyId="rows"
    rows={entries}
    rowClass={levelOf}
    columns={columnsOf(view, absent)}
  />
);

/** The rows alone: a refresh puts them above those of the page. `more`: what is said below them, where there are more. */
export const EntryRows: FC<EntriesProps & { more: Child }> = ({ view, entries, absent, more }) => {
  const columns = columnsOf(view, absent);
  return (
    <>
      <ListRows rows={entries} rowClass={levelOf} columns={columns} />
      {more === null ? null : (
        <tr>
          <td colspan={columns.length}>{more}</td>
        </tr>
      )}
    </>
  );
};

const levelOf = ({ level }: ShownEntry): string => level ?? '';

function columnsOf(view: View, absent: readonly JournalColumn[]): Column<ShownEntry>[] {
  const { t } = view;
  const or = (column: JournalColumn, value: Child) => (absent.includes(column) ? '—' : (value ?? ''));
  return [
    {
      head: t('Когда', 'When'),
      kind: 'time',
      cell: ({ id, ts }) =>
        id === null ? (
          or('ts', ts && view.time(ts))
        ) : (
          <a href={`/console/journal/${encodeURIComponent(id)}`}>{ts === null ? id : view.time(ts)}</a>
        ),
    },
    {
      head: t('Уровень', 'Level'),
      cell: ({ level }) =>
        or('level', level && <Tag word={{ name: levelName(view, level), tone: levelTone(level) }} />),
    },
    { head: t('Система', 'System'), cell: ({ system }) => or('system', system && systemName(view, system)) },
    { head: t('Шаг', 'Step'), cell: ({ step }) => or('step', step) },
    {
      head: t('Исход', 'Outcome'),
      cell: ({ status }) => or('status', status && <Tag word={entryState(view, status)} />),
    },
    {
      head: t('Сообщение', 'Message'),
      kind: 'text',
      cell: (entry) => <Message view={view} entry={entry} text={or('message', entry.message)} />,
    },
  ];
}

const Message: FC<{ view: View; entry: ShownEntry; text: Child }> = ({ view, entry, text }) => {
  const { t } = view;
  return (
    <>
      {text}
      {entry.outbox_id === null ? null : (
        <>
          {' '}
          <a href={`/console/documents/${entry.outbox_id}`}>{t('документ', 'document')}</a>
        </>
      )}
      <Preview title={t('Подробности', 'Details')} value={entry.details} />
      {view.may('operator') ? <Preview title={t('Отправлено или получено', 'Payload')} value={entry.payload} /> : null}
    </>
  );
};

/** Folded, and cut where it is long. */
const Preview: FC<{ title: string; value: unknown }> = ({ title, value }) => {
  if (value === null || value === undefined) return null;
  const text = pretty(value);
  return (
    <details>
      <summary>{title}</summary>
      <pre>{text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text}</pre>
    </details>
  );
};

/** JSON for eyes. */
export const pretty = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

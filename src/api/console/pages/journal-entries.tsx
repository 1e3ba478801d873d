import type { FC } from 'hono/jsx';
import type { Column, ShownEntry } from '../../journal/journal-source.ts';
import { Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { entryState, levelName, levelTone, systemName } from '../words.ts';

/** JSON in the list is cut here; the entry's own page shows all of it. */
const PREVIEW = 1_500;

/** The rows of the list. `absent`: columns that this database's table does not have. */
export const EntryRows: FC<{ view: View; entries: ShownEntry[]; absent: readonly Column[] }> = ({
  view,
  entries,
  absent,
}) => {
  const { t } = view;
  const or = (column: Column, value: string | null) => (absent.includes(column) ? '—' : (value ?? ''));
  return (
    <>
      {entries.map((entry) => (
        <tr class={entry.level ?? ''}>
          <td class="t" data-label={t('Когда', 'When')}>
            {entry.id === null ? (
              or('ts', entry.ts && view.time(entry.ts))
            ) : (
              <a href={`/console/journal/${encodeURIComponent(entry.id)}`}>
                {entry.ts === null ? entry.id : view.time(entry.ts)}
              </a>
            )}
          </td>
          <td data-label={t('Уровень', 'Level')}>
            {entry.level === null ? (
              or('level', null)
            ) : (
              <Tag word={{ name: levelName(view, entry.level), tone: levelTone(entry.level) }} />
            )}
          </td>
          <td data-label={t('Система', 'System')}>
            {entry.system === null ? or('system', null) : systemName(view, entry.system)}
          </td>
          <td data-label={t('Шаг', 'Step')}>{or('step', entry.step)}</td>
          <td data-label={t('Исход', 'Outcome')}>
            {entry.status === null ? or('status', null) : <Tag word={entryState(view, entry.status)} />}
          </td>
          <td class="m" data-label={t('Сообщение', 'Message')}>
            {or('message', entry.message)}
            {entry.outbox_id === null ? null : (
              <>
                {' '}
                <a href={`/console/documents/${entry.outbox_id}`}>{t('документ', 'document')}</a>
              </>
            )}
            <Preview title={t('Подробности', 'Details')} value={entry.details} />
            {view.may('operator') ? (
              <Preview title={t('Отправлено или получено', 'Payload')} value={entry.payload} />
            ) : null}
          </td>
        </tr>
      ))}
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

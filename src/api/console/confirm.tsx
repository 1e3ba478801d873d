import type { FC } from 'hono/jsx';
import { Csrf, Table, Tag } from './parts.tsx';
import type { View } from './view.ts';
import { documentKind, documentState } from './words.ts';

/** So many of the list are told by name; all of them are in the form. */
const SHOWN = 100;

export interface Touched {
  id: string;
  kind: string;
  status: string;
  number: string | null;
  /** Route and goods, in a few words. */
  what: string;
}

/** «Затронет N»: what an act is about to touch. The list is frozen in the form; what comes to stand beside it is not touched. */
export const Confirm: FC<{
  view: View;
  title: string;
  /** What will happen to each. */
  consequence: string;
  action: string;
  button: string;
  rows: Touched[];
  /** How many there are in all; the rest needs another go. */
  total: number;
  back: string;
}> = ({ view, title, consequence, action, button, rows, total, back }) => {
  const { t } = view;
  return (
    <>
      <h1>{title}</h1>
      <div class="card">
        <p class="notice warn">
          <strong>{t(`Затронет ${rows.length}.`, `${rows.length} will be touched.`)}</strong> {consequence}
        </p>
        {total > rows.length ? (
          <p>
            {t(
              `Всего их ${total}; за раз — не больше ${rows.length}.`,
              `There are ${total}; at most ${rows.length} at a time.`,
            )}
          </p>
        ) : null}
        <div class="acts">
          <form method="post" action={action}>
            <Csrf view={view} />
            <input type="hidden" name="ids" value={rows.map(({ id }) => id).join(',')} />
            <input type="hidden" name="back" value={back} />
            <button type="submit" disabled={rows.length === 0}>
              {button}
            </button>
          </form>
          <a class="button quiet" href={back}>
            {t('Назад', 'Back')}
          </a>
        </div>
        {rows.length === 0 ? (
          <p class="empty">
            {t('Касаться нечего: всё уже в другом состоянии.', 'Nothing to touch: all is in another state by now.')}
          </p>
        ) : (
          <Table
            label={t('Что будет затронуто', 'What will be touched')}
            head={[t('Документ', 'Document'), t('Что', 'What'), t('Состояние', 'State')]}
          >
            <tbody>
              {rows.slice(0, SHOWN).map((row) => (
                <tr>
                  <td data-label={t('Документ', 'Document')}>
                    <a href={`/console/documents/${row.id}`}>
                      {documentKind(view, row.kind)} {row.number ?? ''}
                    </a>
                  </td>
                  <td data-label={t('Что', 'What')}>{row.what}</td>
                  <td data-label={t('Состояние', 'State')}>
                    <Tag word={documentState(view, row.status)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
        {rows.length > SHOWN ? (
          <p class="soft">{t(`и ещё ${rows.length - SHOWN}`, `and ${rows.length - SHOWN} more`)}</p>
        ) : null}
      </div>
    </>
  );
};

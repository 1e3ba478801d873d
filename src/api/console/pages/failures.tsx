import type { FC } from 'hono/jsx';
import { causeOf } from '../../../shared/errors/causes.ts';
import type { FailureGroup } from '../../queries/failures.ts';
import { List } from '../list.tsx';
import { Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { documentKind, documentState } from '../words.ts';

/** What was not made, by cause: what the documents of one cause have in common, and a few of them for example. */
export const Failures: FC<{ view: View; groups: FailureGroup[] }> = ({ view, groups }) => {
  const { t } = view;
  if (groups.length === 0) return null;
  return (
    <section class="card" aria-labelledby="failures">
      <h2 id="failures">{t('Не создано, по причинам', 'Not made, by cause')}</h2>
      <List
        label={t('Причины', 'Causes')}
        rows={groups}
        columns={[
          { head: t('Причина', 'Cause'), cell: (group) => <Cause view={view} group={group} /> },
          {
            head: t('Вид', 'Kind'),
            cell: ({ kind, status }) => (
              <>
                {documentKind(view, kind)} <Tag word={documentState(view, status)} />
              </>
            ),
          },
          {
            head: t('Документов', 'Documents'),
            kind: 'number',
            cell: (group) => <a href={`/console/documents?${chosen(group)}`}>{view.number(group.documents)}</a>,
          },
          { head: t('С какого времени', 'Since'), kind: 'time', cell: ({ first }) => view.time(first) },
          { head: t('Что можно', 'What can be done'), cell: (group) => <Acts view={view} group={group} /> },
        ]}
      />
      <p>
        <a href="/console/links">{t('Товары, которые не заказать в МойСклад', 'Items that cannot be ordered')}</a>
      </p>
    </section>
  );
};

/** The filter that shows the documents of a group. */
const chosen = ({ status, kind, code }: FailureGroup) => new URLSearchParams({ status, kind, cause: code });

const Cause: FC<{ view: View; group: FailureGroup }> = ({ view, group: { code, examples } }) => (
  <>
    {causeOf(code, view.lang)} <span class="key">{code}</span>
    {examples.length === 0 ? null : (
      <ul class="soft">
        {examples.map((one) => (
          <li>{one}</li>
        ))}
      </ul>
    )}
  </>
);

const Acts: FC<{ view: View; group: FailureGroup }> = ({ view, group }) => {
  const { t } = view;
  if (!view.may('operator')) return <span class="soft">{t('решает оператор', 'an operator decides')}</span>;
  return (
    <span class="acts">
      <a class="button quiet" href={`/console/documents/many?act=retry&${chosen(group)}`}>
        {t('Повторить…', 'Retry…')}
      </a>
      {group.status === 'failed' ? (
        <a class="button quiet" href={`/console/documents/many?act=cancel&${chosen(group)}`}>
          {t('Отменить…', 'Cancel…')}
        </a>
      ) : null}
    </span>
  );
};

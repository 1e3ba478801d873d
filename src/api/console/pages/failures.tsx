import type { FC } from 'hono/jsx';
import { causeOf } from '../../../shared/errors/causes.ts';
import type { FailureGroup } from '../../queries/failures.ts';
import { Table, Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { documentKind, documentState } from '../words.ts';

/** What was not made, by cause: what the documents of one cause have in common, and a few of them for example. */
export const Failures: FC<{ view: View; groups: FailureGroup[] }> = ({ view, groups }) => {
  const { t } = view;
  if (groups.length === 0) return null;
  return (
    <section class="card" aria-labelledby="failures">
      <h2 id="failures">{t('Не создано, по причинам', 'Not made, by cause')}</h2>
      <Table
        label={t('Причины', 'Causes')}
        head={[
          t('Причина', 'Cause'),
          t('Вид', 'Kind'),
          t('Документов', 'Documents'),
          t('С какого времени', 'Since'),
          t('Что можно', 'What can be done'),
        ]}
      >
        <tbody>
          {groups.map((group) => (
            <Group view={view} group={group} />
          ))}
        </tbody>
      </Table>
      <p>
        <a href="/console/links">{t('Товары, которые не заказать в МойСклад', 'Items that cannot be ordered')}</a>
      </p>
    </section>
  );
};

const Group: FC<{ view: View; group: FailureGroup }> = ({ view, group }) => {
  const { t } = view;
  const chosen = new URLSearchParams({ status: group.status, kind: group.kind, cause: group.code });
  return (
    <tr>
      <td data-label={t('Причина', 'Cause')}>
        {causeOf(group.code, view.lang)} <span class="key">{group.code}</span>
        {group.examples.length === 0 ? null : (
          <ul class="soft">
            {group.examples.map((one) => (
              <li>{one}</li>
            ))}
          </ul>
        )}
      </td>
      <td data-label={t('Вид', 'Kind')}>
        {documentKind(view, group.kind)} <Tag word={documentState(view, group.status)} />
      </td>
      <td class="n" data-label={t('Документов', 'Documents')}>
        <a href={`/console/documents?${chosen}`}>{view.number(group.documents)}</a>
      </td>
      <td class="t" data-label={t('С какого времени', 'Since')}>
        {view.time(group.first)}
      </td>
      <td data-label={t('Что можно', 'What can be done')}>
        {view.may('operator') ? (
          <span class="acts">
            <a class="button quiet" href={`/console/documents/many?act=retry&${chosen}`}>
              {t('Повторить…', 'Retry…')}
            </a>
            {group.status === 'failed' ? (
              <a class="button quiet" href={`/console/documents/many?act=cancel&${chosen}`}>
                {t('Отменить…', 'Cancel…')}
              </a>
            ) : null}
          </span>
        ) : (
          <span class="soft">{t('решает оператор', 'an operator decides')}</span>
        )}
      </td>
    </tr>
  );
};

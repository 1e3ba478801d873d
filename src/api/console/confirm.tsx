import type { Child, FC } from 'hono/jsx';
import type { Role } from '../../shared/people/people.ts';
import type { RouteTotal } from '../queries/outbox-content.ts';
import { roleName } from './layout.tsx';
import { Csrf, Table, Tag } from './parts.tsx';
import { type Content, SHOWN } from './touched.ts';
import type { View } from './view.ts';
import { documentKind, documentState, routeName } from './words.ts';

const LINES_SHOWN = 10;

/** «Затронет N»: what an act is about to touch. The list is frozen in the form; what comes to stand beside it is not touched. */
export const Confirm: FC<{
  view: View;
  title: string;
  /** What will happen to each. */
  consequence: string;
  action: string;
  button: string;
  content: Content;
  /** Sentences on what is left out, and why. */
  notes?: string[];
  /** Why it cannot be done, where that is known beforehand. */
  refusal?: string | null;
  needs: Role;
  back: string;
}> = ({ view, title, consequence, action, button, content, notes = [], refusal = null, needs, back }) => {
  const { t } = view;
  const { rows, totals } = content;
  const may = view.may(needs);
  return (
    <>
      <h1>{title}</h1>
      <div class="card">
        <p class="notice warn">
          <strong>{t(`Затронет ${rows.length}.`, `${rows.length} will be touched.`)}</strong> {consequence}
        </p>
        {notes.map((one) => (
          <p>{one}</p>
        ))}
        {refusal === null ? null : <p class="notice bad">{refusal}</p>}
        <div class="acts">
          {may ? (
            <form method="post" action={action}>
              <Csrf view={view} />
              <input type="hidden" name="ids" value={rows.map(({ id }) => id).join(',')} />
              <input type="hidden" name="back" value={back} />
              <button type="submit" disabled={rows.length === 0 || refusal !== null}>
                {button}
              </button>
            </form>
          ) : (
            <span class="soft">
              {t('Это делает', 'This is done by')}: {roleName(view, needs)}.
            </span>
          )}
          <a class="button quiet" href={back}>
            {t('Назад', 'Back')}
          </a>
        </div>
        {rows.length === 0 ? (
          <p class="empty">
            {t('Касаться нечего: всё уже в другом состоянии.', 'Nothing to touch: all is in another state by now.')}
          </p>
        ) : (
          <>
            {totals.length === 0 ? null : <Totals view={view} totals={totals} />}
            <Rows view={view} rows={rows} />
          </>
        )}
        {rows.length > SHOWN ? (
          <p class="soft">{t(`и ещё ${rows.length - SHOWN}`, `and ${rows.length - SHOWN} more`)}</p>
        ) : null}
      </div>
    </>
  );
};

const quantityOf = (view: View, quantity: number, unit: string) => `${view.number(quantity)} ${unit}`.trim();

/** All of the list by route: how much goes where, and for how much money. */
const Totals: FC<{ view: View; totals: RouteTotal[] }> = ({ view, totals }) => {
  const { t } = view;
  const orders = totals.filter(({ kind }) => kind === 'order');
  const priced = orders.filter(({ sum }) => sum !== null);
  const sum = priced.reduce((all, one) => all + (one.sum ?? 0), 0);
  const unpriced = orders.reduce((all, one) => all + one.unpriced, 0);
  return (
    <>
      <h2>{t('Всего по маршрутам', 'In all, by route')}</h2>
      <Table
        label={t('Всего по маршрутам', 'In all, by route')}
        head={[
          t('Маршрут', 'Route'),
          t('Документов', 'Documents'),
          t('Строк', 'Lines'),
          t('Количество', 'Quantity'),
          t('Сумма', 'Sum'),
        ]}
      >
        <tbody>
          {totals.map((one) => (
            <tr>
              <td data-label={t('Маршрут', 'Route')}>{routeName(view, one)}</td>
              <td class="n" data-label={t('Документов', 'Documents')}>
                {view.number(one.documents)}
              </td>
              <td class="n" data-label={t('Строк', 'Lines')}>
                {view.number(one.lines)}
              </td>
              <td class="n" data-label={t('Количество', 'Quantity')}>
                {one.quantities.map(({ quantity, unit }) => quantityOf(view, quantity, unit)).join(', ')}
              </td>
              <td class="n" data-label={t('Сумма', 'Sum')}>
                {one.kind === 'order'
                  ? one.sum === null
                    ? t('цены неизвестны', 'no price known')
                    : view.money(one.sum)
                  : '—'}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {orders.length === 0 ? null : (
        <p>
          <strong>
            {t('Заказов на сумму', 'Orders for')}: {priced.length === 0 ? '—' : view.money(sum)}
          </strong>{' '}
          <span class="soft">
            {t(
              `по ценам МойСклад, какими хаб видел их последний раз${unpriced > 0 ? `; без известной цены строк: ${unpriced}` : ''}.`,
              `at the prices of МойСклад that the hub saw last${unpriced > 0 ? `; lines without a known price: ${unpriced}` : ''}.`,
            )}
          </span>
        </p>
      )}
    </>
  );
};

const Rows: FC<{ view: View; rows: Content['rows'] }> = ({ view, rows }) => {
  const { t } = view;
  const head: Child[] = [
    t('Документ', 'Document'),
    t('Маршрут', 'Route'),
    t('Что и сколько', 'What and how much'),
    t('Состояние', 'State'),
  ];
  return (
    <>
      <h2>{t('По документам', 'By document')}</h2>
      <Table label={t('Что будет затронуто', 'What will be touched')} head={head}>
        <tbody>
          {rows.slice(0, SHOWN).map((row) => (
            <tr>
              <td data-label={t('Документ', 'Document')}>
                <a href={`/console/documents/${row.id}`}>
                  {documentKind(view, row.kind)} {row.external_number ?? ''}
                </a>
              </td>
              <td data-label={t('Маршрут', 'Route')}>{routeName(view, row)}</td>
              <td data-label={t('Что и сколько', 'What and how much')}>
                {row.lines.slice(0, LINES_SHOWN).map((line) => (
                  <p>
                    {line.article} {line.item_name} — <strong>{quantityOf(view, line.quantity, line.unit)}</strong>
                  </p>
                ))}
                {row.lines.length > LINES_SHOWN ? (
                  <p class="soft">
                    {t(
                      `и ещё строк: ${row.lines.length - LINES_SHOWN}`,
                      `and ${row.lines.length - LINES_SHOWN} more lines`,
                    )}
                  </p>
                ) : null}
              </td>
              <td data-label={t('Состояние', 'State')}>
                <Tag word={documentState(view, row.status)} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
};

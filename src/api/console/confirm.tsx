import type { FC } from 'hono/jsx';
import type { Role } from '../../shared/people/people.ts';
import type { RouteTotal } from '../queries/outbox-content.ts';
import { renderPage, roleName } from './layout.tsx';
import { List } from './list.tsx';
import { Csrf, Tag } from './parts.tsx';
import { type Content, SHOWN } from './touched.ts';
import type { View } from './view.ts';
import { documentKind, documentState, routeName } from './words.ts';

const LINES_SHOWN = 10;

interface ConfirmProps {
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
}

/** «Затронет N»: what an act is about to touch. The list is frozen in the form; what comes to stand beside it is not touched. */
export const renderConfirm = (props: ConfirmProps) =>
  renderPage({ view: props.view, title: props.title, children: <Confirm {...props} /> });

const Confirm: FC<ConfirmProps> = (props) => {
  const { view, title, consequence, action, button, content, notes = [], refusal = null, needs, back } = props;
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
      <List
        label={t('Всего по маршрутам', 'In all, by route')}
        rows={totals}
        columns={[
          { head: t('Маршрут', 'Route'), cell: (one) => routeName(view, one) },
          { head: t('Документов', 'Documents'), kind: 'number', cell: ({ documents }) => view.number(documents) },
          { head: t('Строк', 'Lines'), kind: 'number', cell: ({ lines }) => view.number(lines) },
          {
            head: t('Количество', 'Quantity'),
            kind: 'number',
            cell: ({ quantities }) =>
              quantities.map(({ quantity, unit }) => quantityOf(view, quantity, unit)).join(', '),
          },
          { head: t('Сумма', 'Sum'), kind: 'number', cell: (one) => sumOf(view, one) },
        ]}
      />
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

/** What the orders of a route come to; what is moved costs nothing. */
function sumOf(view: View, { kind, sum }: RouteTotal): string {
  if (kind !== 'order') return '—';
  return sum === null ? view.t('цены неизвестны', 'no price known') : view.money(sum);
}

const Rows: FC<{ view: View; rows: Content['rows'] }> = ({ view, rows }) => {
  const { t } = view;
  return (
    <>
      <h2>{t('По документам', 'By document')}</h2>
      <List
        label={t('Что будет затронуто', 'What will be touched')}
        rows={rows.slice(0, SHOWN)}
        columns={[
          {
            head: t('Документ', 'Document'),
            cell: (row) => (
              <a href={`/console/documents/${row.id}`}>
                {documentKind(view, row.kind)} {row.external_number ?? ''}
              </a>
            ),
          },
          { head: t('Маршрут', 'Route'), cell: (row) => routeName(view, row) },
          { head: t('Что и сколько', 'What and how much'), cell: ({ lines }) => <Goods view={view} lines={lines} /> },
          { head: t('Состояние', 'State'), cell: ({ status }) => <Tag word={documentState(view, status)} /> },
        ]}
      />
    </>
  );
};

/** The first lines of a document. */
const Goods: FC<{ view: View; lines: Content['rows'][number]['lines'] }> = ({ view, lines }) => (
  <>
    {lines.slice(0, LINES_SHOWN).map((line) => (
      <p>
        {line.article} {line.item_name} — <strong>{quantityOf(view, line.quantity, line.unit)}</strong>
      </p>
    ))}
    {lines.length > LINES_SHOWN ? (
      <p class="soft">
        {view.t(`и ещё строк: ${lines.length - LINES_SHOWN}`, `and ${lines.length - LINES_SHOWN} more lines`)}
      </p>
    ) : null}
  </>
);

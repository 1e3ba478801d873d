import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { cursorField, cutPage } from '../../fields/cursor.ts';
import { failureGroups } from '../../queries/failures.ts';
import { listOutbox, type OutboxRowView } from '../../queries/outbox.ts';
import { type Goods, goodsOf } from '../../queries/outbox-goods.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { readFilters } from '../filters.ts';
import { renderPage } from '../layout.tsx';
import { List } from '../list.tsx';
import { NextPage, Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { documentKind, documentState, routeName } from '../words.ts';
import { DocumentFilters, documentFilters, outboxFilter } from './document-filters.tsx';
import { Failures } from './failures.tsx';

const PAGE = 100;

const query = z.object({ ...documentFilters, cursor: cursorField(z.tuple([z.uuid()])) });

/** `/console/documents`: what the hub promised to make, with filters, search, and failures by cause. */
export function documentsPage(app: Hono<ConsoleEnv>, { db }: Pick<ConsoleDeps, 'db'>): void {
  app.get('/documents', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const filters = readFilters(c, view, query);
    const { cursor, ...asked } = filters.asked;
    const filter = outboxFilter(asked, view);
    // Scans have a page of their own.
    const kind = filter.kind ?? ['transfer', 'order'];
    const [rows, groups, warehouses] = await Promise.all([
      filters.isWrong ? [] : listOutbox(db, { ...filter, kind, after: cursor, limit: PAGE + 1 }),
      cursor === undefined ? failureGroups(db) : [],
      db.prisma.knownWarehouse.findMany({ select: { name: true, role: true }, orderBy: { name: 'asc' } }),
    ]);
    const { shown, next } = cutPage(rows, PAGE, ({ id }) => [id]);
    const goods = await goodsOf(
      db,
      shown.map(({ id }) => id),
    );
    return c.html(
      renderPage({
        view,
        title: t('Документы', 'Documents'),
        children: (
          <>
            <h1>{t('Документы', 'Documents')}</h1>
            <Failures view={view} groups={groups} />
            <DocumentFilters view={view} filters={filters} warehouses={warehouses} />
            <div class="card">
              {filters.isWrong ? (
                <p class="notice warn">{filters.problems.cursor ?? t('Исправьте отбор.', 'Correct the filter.')}</p>
              ) : (
                <Rows view={view} rows={shown} goods={goods} />
              )}
              <NextPage view={view} next={next} first={cursor === undefined} />
            </div>
          </>
        ),
      }),
      filters.isWrong ? 422 : 200,
    );
  });
}

const Rows: FC<{ view: View; rows: OutboxRowView[]; goods: Map<string, Goods> }> = ({ view, rows, goods }) => {
  const { t } = view;
  return (
    <List
      label={t('Документы', 'Documents')}
      rows={rows}
      empty={t('По этому отбору документов нет.', 'No documents fit this filter.')}
      columns={[
        {
          head: t('Документ', 'Document'),
          cell: (row) => (
            <a href={`/console/documents/${row.id}`}>
              {documentKind(view, row.kind)} {row.external_number ?? t('без номера', 'no number yet')}
            </a>
          ),
        },
        { head: t('Состояние', 'State'), cell: (row) => <State view={view} row={row} /> },
        { head: t('Маршрут', 'Route'), cell: (row) => routeName(view, row) },
        { head: t('Товар', 'Item'), cell: ({ id }) => goodsText(view, goods.get(id)) },
        { head: t('Сделан', 'Made'), kind: 'time', cell: ({ confirmed_at }) => view.shortTime(confirmed_at) },
        { head: t('Обновлён', 'Updated'), kind: 'time', cell: ({ updated_at }) => view.shortTime(updated_at) },
      ]}
    />
  );
};

const State: FC<{ view: View; row: OutboxRowView }> = ({ view, row }) => (
  <>
    <Tag word={documentState(view, row.status)} />
    {row.question === null ? null : (
      <>
        {' '}
        <Tag word={{ name: view.t('есть вопрос', 'asks'), tone: 'warn' }} />
      </>
    )}
    {row.error_message === null || row.status === 'done' ? null : <p class="soft">{row.error_message}</p>}
  </>
);

/** The first item of a document, its quantity, and how many more there are. */
function goodsText(view: View, goods: Goods | undefined): string {
  if (goods === undefined) return '';
  const { article, itemName, quantity, lines } = goods;
  return `${article} ${itemName}, ${view.number(quantity)}${lines > 1 ? ` (+${lines - 1})` : ''}`;
}

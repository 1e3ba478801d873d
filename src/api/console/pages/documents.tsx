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
import { Empty, NextPage, Table, Tag } from '../parts.tsx';
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
  if (rows.length === 0) return <Empty>{t('По этому отбору документов нет.', 'No documents fit this filter.')}</Empty>;
  return (
    <Table
      label={t('Документы', 'Documents')}
      head={[
        t('Документ', 'Document'),
        t('Состояние', 'State'),
        t('Маршрут', 'Route'),
        t('Товар', 'Item'),
        t('Сделан', 'Made'),
        t('Обновлён', 'Updated'),
      ]}
    >
      <tbody>
        {rows.map((row) => {
          const content = goods.get(row.id);
          return (
            <tr>
              <td data-label={t('Документ', 'Document')}>
                <a href={`/console/documents/${row.id}`}>
                  {documentKind(view, row.kind)} {row.external_number ?? t('без номера', 'no number yet')}
                </a>
              </td>
              <td data-label={t('Состояние', 'State')}>
                <Tag word={documentState(view, row.status)} />
                {row.question === null ? null : (
                  <>
                    {' '}
                    <Tag word={{ name: t('есть вопрос', 'asks'), tone: 'warn' }} />
                  </>
                )}
                {row.error_message === null || row.status === 'done' ? null : <p class="soft">{row.error_message}</p>}
              </td>
              <td data-label={t('Маршрут', 'Route')}>{routeName(view, row)}</td>
              <td data-label={t('Товар', 'Item')}>
                {content === undefined
                  ? ''
                  : `${content.article} ${content.itemName}, ${view.number(content.quantity)}${content.lines > 1 ? ` (+${content.lines - 1})` : ''}`}
              </td>
              <td class="t" data-label={t('Сделан', 'Made')}>
                {view.shortTime(row.confirmed_at)}
              </td>
              <td class="t" data-label={t('Обновлён', 'Updated')}>
                {view.shortTime(row.updated_at)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </Table>
  );
};

import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { cursorField, cutPage } from '../../fields/cursor.ts';
import { anyOfField, textField, uuidField } from '../../fields/query-fields.ts';
import { type FailureGroup, failureGroups } from '../../queries/failures.ts';
import { listOutbox, OUTBOX_KINDS, OUTBOX_STATUSES, type OutboxRowView } from '../../queries/outbox.ts';
import { type Goods, goodsOf } from '../../queries/outbox-goods.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { Empty, Input, NextPage, Select, Table, Tag } from '../parts.tsx';
import { readQuery } from '../query.ts';
import type { View } from '../view.ts';
import { documentKind, documentState } from '../words.ts';

const PAGE = 100;

export const documentFilters = {
  status: anyOfField(OUTBOX_STATUSES),
  kind: anyOfField(OUTBOX_KINDS),
  run_id: uuidField.optional(),
  donor: textField('Key or name of the donor.'),
  recipient: textField('Key or name of the recipient.'),
  cause: textField('Error code.'),
  asks: z.literal('yes').optional(),
  q: textField('Part of an article, an item name or a document number, or a whole key.'),
};
const query = z.object({ ...documentFilters, cursor: cursorField(z.tuple([z.uuid()])) });

/** `/console/documents`: what the hub promised to make, with filters, search, and failures by cause. */
export function documentsPage(app: Hono<ConsoleEnv>, { db }: Pick<ConsoleDeps, 'db'>): void {
  app.get('/documents', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const { cursor, run_id: runId, asks, ...filter } = readQuery(c, query);
    // Scans have a page of their own.
    const kind = filter.kind ?? ['transfer', 'order'];
    const [rows, groups, warehouses] = await Promise.all([
      listOutbox(db, { ...filter, kind, runId, asks: asks === 'yes', after: cursor, limit: PAGE + 1 }),
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
            <form class="filters" method="get" action="/console/documents">
              <Input
                name="q"
                type="search"
                wide={true}
                value={filter.q}
                label={t('Артикул, товар, склад, номер или ключ', 'Article, item, warehouse, number or key')}
              />
              <Select
                name="status"
                label={t('Состояние', 'State')}
                any={t('любое', 'any')}
                value={filter.status?.length === 1 ? filter.status[0] : undefined}
                choices={OUTBOX_STATUSES.map((value) => ({ value, name: documentState(view, value).name }))}
              />
              <Select
                name="kind"
                label={t('Вид', 'Kind')}
                any={t('любой', 'any')}
                value={filter.kind?.[0]}
                choices={(['transfer', 'order'] as const).map((value) => ({ value, name: documentKind(view, value) }))}
              />
              <Input name="donor" label={t('Откуда', 'From')} value={filter.donor} list="f-donors" />
              <Input name="recipient" label={t('Куда', 'To')} value={filter.recipient} list="f-recipients" />
              <Names id="f-donors" of={warehouses.filter(({ role }) => role === 'donor')} />
              <Names id="f-recipients" of={warehouses.filter(({ role }) => role === 'recipient')} />
              <Input name="cause" label={t('Причина (код)', 'Cause (code)')} value={filter.cause} />
              <label class="check">
                <input type="checkbox" name="asks" value="yes" checked={asks === 'yes'} />
                {t('только с вопросом', 'only those that ask')}
              </label>
              {runId === undefined ? null : <input type="hidden" name="run_id" value={runId} />}
              <button type="submit">{t('Показать', 'Show')}</button>
              <a class="button quiet" href="/console/documents">
                {t('Сбросить', 'Reset')}
              </a>
            </form>
            <div class="card">
              <Rows view={view} rows={shown} goods={goods} />
              <NextPage view={view} next={next} first={cursor === undefined} />
            </div>
          </>
        ),
      }),
    );
  });
}

/** What a field offers while somebody types. */
const Names: FC<{ id: string; of: { name: string }[] }> = ({ id, of }) => (
  <datalist id={id}>
    {of.map(({ name }) => (
      <option value={name} />
    ))}
  </datalist>
);

const Failures: FC<{ view: View; groups: FailureGroup[] }> = ({ view, groups }) => {
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
          {groups.map((group) => {
            const chosen = new URLSearchParams({ status: group.status, kind: group.kind, cause: group.code });
            return (
              <tr>
                <td data-label={t('Причина', 'Cause')}>
                  {group.message} <span class="key">{group.code}</span>
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
          })}
        </tbody>
      </Table>
    </section>
  );
};

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
              <td data-label={t('Маршрут', 'Route')}>
                {[row.sender_name, row.recipient_name].filter((one) => one !== null).join(' → ')}
              </td>
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

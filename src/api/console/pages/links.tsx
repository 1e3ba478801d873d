import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { type BlockedLink, LINK_PROBLEMS, listBlocked } from '../../../shared/moysklad/blocked-links.ts';
import { cursorField, cutPage } from '../../fields/cursor.ts';
import { anyOfField } from '../../fields/query-fields.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { fieldOf, readFilters } from '../filters.ts';
import { renderPage } from '../layout.tsx';
import { List } from '../list.tsx';
import { FilterForm, NextPage, Select, severalOf, Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { linkProblem } from '../words.ts';

const PAGE = 100;

const query = z.object({
  problem: anyOfField(LINK_PROBLEMS),
  waiting: z.enum(['yes', 'no']).optional(),
  cursor: cursorField(z.tuple([z.int().nonnegative()])),
});

/** `/console/links`: items that cannot be ordered in МойСклад, with the money that waits for them; the most first. */
export function linksPage(app: Hono<ConsoleEnv>, { db }: Pick<ConsoleDeps, 'db'>): void {
  app.get('/links', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const filters = readFilters(c, view, query);
    const { problem, waiting, cursor } = filters.asked;
    const offset = cursor?.[0] ?? 0;
    const found = await listBlocked(db.prisma, {
      ...(problem === undefined ? {} : { problems: problem }),
      waiting: waiting === 'yes',
      limit: PAGE + 1,
      offset,
    });
    const { shown, next } = cutPage(found, PAGE, () => [offset + PAGE]);
    const problems = LINK_PROBLEMS.map((value) => ({ value, name: linkProblem(view, value).name }));
    return c.html(
      renderPage({
        view,
        title: t('Что не заказать', 'What cannot be ordered'),
        children: (
          <>
            <h1>{t('Товары, которые не заказать в МойСклад', 'Items that cannot be ordered in MoySklad')}</h1>
            <p class="soft">
              {t(
                'Деньги — то, что ждёт в несозданных заказах, по цене, какой хаб видел её последний раз. Исправьте карточку товара и повторите заказы.',
                'Money is what waits in orders that are not made, at the price that the hub saw last. Correct the product and retry the orders.',
              )}
            </p>
            <FilterForm view={view} action="/console/links">
              <Select
                {...fieldOf(filters)('problem')}
                label={t('Что не так', 'What is wrong')}
                any={t('что угодно', 'anything')}
                {...severalOf(problems, filters.given.problem)}
              />
              <Select
                name="waiting"
                label={t('Ждут ли заказы', 'Whether orders wait')}
                value={waiting ?? 'no'}
                choices={[
                  { value: 'no', name: t('все товары', 'all items') },
                  { value: 'yes', name: t('только те, что держат заказы', 'only those that hold orders up') },
                ]}
              />
            </FilterForm>
            <div class="card">
              <Rows view={view} rows={shown} />
              <NextPage view={view} next={next} first={cursor === undefined} />
            </div>
          </>
        ),
      }),
      filters.isWrong ? 422 : 200,
    );
  });
}

const Rows: FC<{ view: View; rows: BlockedLink[] }> = ({ view, rows }) => {
  const { t } = view;
  return (
    <List
      label={t('Товары', 'Items')}
      rows={rows}
      empty={t('Таких товаров нет.', 'There are no such items.')}
      columns={[
        { head: t('Товар', 'Item'), cell: (one) => <Item link={one} /> },
        { head: t('Что не так', 'What is wrong'), cell: (one) => <Wrong view={view} link={one} /> },
        {
          head: t('Искали', 'Looked for'),
          cell: ({ match_by, match_value }) => (
            <>
              <span class="key">{match_by}</span> {match_value === '' ? '—' : `«${match_value}»`}
            </>
          ),
        },
        {
          head: t('Ждёт', 'Waits'),
          kind: 'number',
          cell: ({ waiting_quantity: quantity, item_unit, waiting_lines }) =>
            quantity === 0 ? '—' : `${view.number(quantity)} ${item_unit} (${t('строк', 'lines')}: ${waiting_lines})`,
        },
        {
          head: t('На сумму', 'Money'),
          kind: 'number',
          cell: ({ blocked }) => (blocked === null ? t('цена неизвестна', 'no price known') : view.money(blocked)),
        },
        { head: t('Проверено', 'Checked'), kind: 'time', cell: ({ checked_at }) => view.shortTime(checked_at) },
      ]}
    />
  );
};

const Item: FC<{ link: BlockedLink }> = ({ link: { article, code, item_key, item_name } }) => (
  <>
    <a href={`/console/documents?kind=order&q=${encodeURIComponent(article || item_key)}`}>
      {article || code || item_key}
    </a>{' '}
    {item_name}
  </>
);

const Wrong: FC<{ view: View; link: BlockedLink }> = ({ view, link: { problem, matches, item_unit, unit } }) => (
  <>
    <Tag word={linkProblem(view, problem)} />
    {matches > 1 ? ` (${matches})` : ''}
    {problem === 'unit' ? ` ${item_unit} ≠ ${unit ?? '—'}` : ''}
  </>
);

import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { ProblemError } from '../../problem.ts';
import { itemsByArticle } from '../../queries/snoozes.ts';
import { checkWarehouse } from '../../warehouse-check.ts';
import type { ConsoleContext, ConsoleDeps } from '../env.ts';
import { Csrf, Input, Problem, wrong } from '../parts.tsx';
import type { View } from '../view.ts';

const LONGEST = { warehouse: 200, article: 200, reason: 500, until: 10 } as const;
type Field = keyof typeof LONGEST;
type Values = Record<Field, string>;
type Problems = Partial<Record<Field, string>>;

/** What somebody typed, and what is wrong with it: shown again, so that nothing has to be typed twice. */
export interface Typed {
  values: Values;
  problems: Problems;
}

export const NOTHING_TYPED: Typed = { values: { warehouse: '', article: '', reason: '', until: '' }, problems: {} };

/** The form's fields as they came, and what can be said of them without asking anybody. */
export async function readTyped(c: ConsoleContext): Promise<Typed> {
  const { t } = c.var.view;
  const body = await c.req.parseBody();
  const of = (name: Field) => {
    const value = body[name];
    return typeof value === 'string' ? value.trim().slice(0, LONGEST[name]) : '';
  };
  const values = { warehouse: of('warehouse'), article: of('article'), reason: of('reason'), until: of('until') };
  const problems: Problems = {
    ...(values.reason === '' && { reason: t('Нужна причина.', 'A reason is needed.') }),
    ...(values.until !== '' &&
      !z.iso.date().safeParse(values.until).success && { until: t('Такого дня нет.', 'There is no such day.') }),
    ...(values.warehouse === '' &&
      values.article === '' && { article: t('Назовите склад, товар или оба.', 'Name a warehouse, an item or both.') }),
  };
  return { values, problems };
}

interface Scope {
  recipient: { key: string; name: string } | null;
  item: { key: string; name: string; article: string; characteristicKey: null } | null;
}

/** The warehouse and the item that are meant, or what is wrong with them. */
export async function readScope(
  c: ConsoleContext,
  deps: Pick<ConsoleDeps, 'db' | 'onec' | 'log'>,
  { warehouse, article }: Pick<Values, 'warehouse' | 'article'>,
): Promise<{ scope: Scope; problems?: undefined } | { problems: Problems }> {
  const { t } = c.var.view;
  let recipient: Scope['recipient'] = null;
  if (warehouse !== '') {
    try {
      recipient = await checkWarehouse(deps, warehouse);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.options.status !== 422) throw error;
      return { problems: { warehouse: error.options.detail } };
    }
    if (recipient === null) {
      const unknown = t(
        '1С не отвечает, а склад ещё не известен.',
        '1C does not answer, and the warehouse is not known yet.',
      );
      return { problems: { warehouse: unknown } };
    }
  }
  const items = article === '' ? [] : await itemsByArticle(deps.db, article);
  if (article !== '' && items.length === 0) {
    return {
      problems: {
        article: t(`Артикула «${article}» не было ни в одном расчёте.`, `No run has had the article “${article}”.`),
      },
    };
  }
  if (items.length > 1) {
    return {
      problems: {
        article: t(
          `Товаров с артикулом «${article}» несколько: отложите через API по ключу.`,
          `Several items have the article “${article}”: use the API and a key.`,
        ),
      },
    };
  }
  const item = items[0] === undefined ? null : { ...items[0], article, characteristicKey: null };
  return { scope: { recipient: recipient && { key: recipient.key, name: recipient.name }, item } };
}

export const NewSnooze: FC<{ view: View; warehouses: { key: string; name: string }[]; typed: Typed }> = (props) => {
  const { view, warehouses, typed } = props;
  const { values, problems } = typed;
  const { t } = view;
  return (
    <section class="card" aria-labelledby="new">
      <h2 id="new">{t('Не заказывать', 'Do not order')}</h2>
      <form class="filters" method="post" action="/console/snoozes">
        <Csrf view={view} />
        <div class="field">
          <label for="new-warehouse">{t('Склад', 'Warehouse')}</label>
          <select id="new-warehouse" name="warehouse" {...wrong('new-warehouse', problems.warehouse)}>
            <option value="">{t('на всех', 'everywhere')}</option>
            {warehouses.map(({ key, name }) => (
              <option value={key} selected={key === values.warehouse}>
                {name}
              </option>
            ))}
          </select>
          <Problem id="new-warehouse" problem={problems.warehouse} />
        </div>
        <Input
          name="article"
          label={t('Артикул (пусто: весь склад)', 'Article (empty: the whole warehouse)')}
          value={values.article}
          problem={problems.article}
        />
        <Input
          name="until"
          type="date"
          label={t('Снова с (пусто: насовсем)', 'Again from (empty: for good)')}
          value={values.until}
          problem={problems.until}
        />
        <Input
          name="reason"
          label={t('Почему', 'Why')}
          required={true}
          wide={true}
          value={values.reason}
          problem={problems.reason}
        />
        <button type="submit">{t('Не заказывать', 'Do not order')}</button>
      </form>
    </section>
  );
};

import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { createSnooze, endSnooze } from '../../../shared/snooze/operations.ts';
import { type SnoozeRecord, scopeText, termText } from '../../../shared/snooze/record.ts';
import { cursorField, cutPage } from '../../fields/cursor.ts';
import { textField } from '../../fields/query-fields.ts';
import { notFound, ProblemError } from '../../problem.ts';
import { itemsByArticle, listSnoozes } from '../../queries/snoozes.ts';
import { checkWarehouse } from '../../warehouse-check.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { leadTo } from '../flash.ts';
import { renderPage } from '../layout.tsx';
import { ActButton, Csrf, Empty, Input, NextPage, Select, Table } from '../parts.tsx';
import { readForm, readQuery } from '../query.ts';
import type { View } from '../view.ts';
import { idOf } from './run.tsx';

const PAGE = 100;

const query = z.object({
  state: z.enum(['active', 'ended']).optional(),
  q: textField('Part of an article, a name or the reason.'),
  cursor: cursorField(z.tuple([z.uuid()])),
});

const form = z.object({
  warehouse: z.string().trim().max(200).default(''),
  article: z.string().trim().max(200).default(''),
  reason: z.string().trim().min(1, { error: 'нужна причина' }).max(500),
  until: z.union([z.literal(''), z.iso.date()]).default(''),
});

/** `/console/snoozes`: what people told the hub not to order, until when and why. */
export function snoozePages(app: Hono<ConsoleEnv>, deps: ConsoleDeps): void {
  const { db, config, log } = deps;

  app.get('/snoozes', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const { cursor, ...filter } = readQuery(c, query);
    const [rows, warehouses] = await Promise.all([
      listSnoozes(db, { state: filter.state ?? 'active', q: filter.q, after: cursor, limit: PAGE + 1 }),
      db.prisma.knownWarehouse.findMany({ where: { role: 'recipient' }, orderBy: { name: 'asc' } }),
    ]);
    const { shown, next } = cutPage(rows, PAGE, ({ id }) => [id]);
    return c.html(
      renderPage({
        view,
        title: t('Отложенное', 'Snoozes'),
        children: (
          <>
            <h1>{t('Отложенное и исключённое', 'Snoozed and excluded')}</h1>
            {view.may('operator') ? <NewSnooze view={view} warehouses={warehouses} /> : null}
            <form class="filters" method="get" action="/console/snoozes">
              <Input
                name="q"
                type="search"
                wide={true}
                label={t('Артикул, товар, склад или причина', 'Article, item, warehouse or reason')}
                value={filter.q}
              />
              <Select
                name="state"
                label={t('Какие', 'Which')}
                value={filter.state ?? 'active'}
                choices={[
                  { value: 'active', name: t('действуют', 'in force') },
                  { value: 'ended', name: t('сняты', 'ended') },
                ]}
              />
              <button type="submit">{t('Показать', 'Show')}</button>
            </form>
            <div class="card">
              <Rows view={view} rows={shown} />
              <NextPage view={view} next={next} first={cursor === undefined} />
            </div>
          </>
        ),
      }),
    );
  });

  app.post('/snoozes', async (c) => {
    const { t } = c.var.view;
    const { warehouse, article, reason, until } = await readForm(c, form);
    if (warehouse === '' && article === '') {
      throw new ProblemError({
        status: 422,
        code: 'validation',
        detail: t('Назовите склад, товар или оба.', 'Name a warehouse, an item or both.'),
      });
    }
    const recipient = warehouse === '' ? null : await checkWarehouse(deps, warehouse);
    if (warehouse !== '' && recipient === null) {
      throw new ProblemError({
        status: 503,
        code: 'warehouse-unchecked',
        detail: t(
          '1С не отвечает, а склад ещё не известен.',
          '1C does not answer, and the warehouse is not known yet.',
        ),
      });
    }
    const items = article === '' ? [] : await itemsByArticle(db, article);
    if (article !== '' && items.length !== 1) {
      const detail =
        items.length === 0
          ? t(`Артикула «${article}» не было ни в одном расчёте.`, `No run has had the article “${article}”.`)
          : t(
              `Товаров с артикулом «${article}» несколько: отложите через API по ключу.`,
              `Several items have the article “${article}”: use the API and a key.`,
            );
      throw new ProblemError({ status: 422, code: 'article', detail });
    }
    const item = items[0] === undefined ? null : { ...items[0], article, characteristicKey: null };
    const { timezone } = config.schedule;
    const made = await createSnooze(db, {
      recipient: recipient === null ? null : { key: recipient.key, name: recipient.name },
      item,
      reason,
      until: until === '' ? null : until,
      actor: c.var.actor,
      timezone,
    });
    log.info({ event: 'snooze.create', outcome: made.outcome });
    if (made.outcome === 'past') {
      throw new ProblemError({
        status: 422,
        code: 'validation',
        detail: t(
          'День, с которого снова заказывать, уже наступил.',
          'The day from which to order again has come already.',
        ),
      });
    }
    return leadTo(c, '/console/snoozes', {
      tone: made.outcome === 'done' ? 'good' : 'warn',
      text:
        made.outcome === 'done'
          ? `${t('Не заказывается', 'Not ordered')}: ${scopeText(made.snooze)}.`
          : `${t('Уже не заказывается', 'Not ordered already')}: ${scopeText(made.snooze)}.`,
    });
  });

  app.post('/snoozes/:id/end', async (c) => {
    const { t } = c.var.view;
    const { outcome, snooze } = await endSnooze(db, { id: idOf(c), actor: c.var.actor });
    log.info({ event: 'snooze.end', outcome });
    if (outcome === 'not-found') throw notFound(t('Такой отметки нет.', 'There is no such snooze.'));
    return leadTo(c, '/console/snoozes', {
      tone: outcome === 'done' ? 'good' : 'warn',
      text: `${outcome === 'done' ? t('Снова заказывается', 'Ordered again') : t('Уже снято', 'Ended already')}: ${scopeText(snooze)}.`,
    });
  });
}

const NewSnooze: FC<{ view: View; warehouses: { key: string; name: string }[] }> = ({ view, warehouses }) => {
  const { t } = view;
  return (
    <section class="card" aria-labelledby="new">
      <h2 id="new">{t('Не заказывать', 'Do not order')}</h2>
      <form class="filters" method="post" action="/console/snoozes">
        <Csrf view={view} />
        <div class="field">
          <label for="new-warehouse">{t('Склад', 'Warehouse')}</label>
          <select id="new-warehouse" name="warehouse">
            <option value="">{t('на всех', 'everywhere')}</option>
            {warehouses.map(({ key, name }) => (
              <option value={key}>{name}</option>
            ))}
          </select>
        </div>
        <Input name="article" label={t('Артикул (пусто: весь склад)', 'Article (empty: the whole warehouse)')} />
        <Input name="until" type="date" label={t('Снова с (пусто: насовсем)', 'Again from (empty: for good)')} />
        <Input name="reason" label={t('Почему', 'Why')} required={true} wide={true} />
        <button type="submit">{t('Не заказывать', 'Do not order')}</button>
      </form>
    </section>
  );
};

const Rows: FC<{ view: View; rows: SnoozeRecord[] }> = ({ view, rows }) => {
  const { t } = view;
  if (rows.length === 0) return <Empty>{t('Ничего не отложено.', 'Nothing is snoozed.')}</Empty>;
  return (
    <Table
      label={t('Отложенное', 'Snoozes')}
      head={[
        t('Что', 'What'),
        t('До', 'Until'),
        t('Почему', 'Why'),
        t('Кто и когда', 'Who and when'),
        t('Состояние', 'State'),
      ]}
    >
      <tbody>
        {rows.map((one) => (
          <tr>
            <td data-label={t('Что', 'What')}>{scopeText(one)}</td>
            <td class="t" data-label={t('До', 'Until')}>
              {termText(one.until)}
            </td>
            <td data-label={t('Почему', 'Why')}>{one.reason}</td>
            <td data-label={t('Кто и когда', 'Who and when')}>
              {one.author}, {view.time(one.created_at)}
            </td>
            <td data-label={t('Состояние', 'State')}>
              {one.ended_at !== null ? (
                `${t('снято', 'ended')} ${view.time(one.ended_at)}`
              ) : view.may('operator') ? (
                <ActButton
                  view={view}
                  action={`/console/snoozes/${one.id}/end`}
                  name={t('Снова заказывать', 'Order again')}
                  look="quiet"
                />
              ) : (
                t('действует', 'in force')
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
};

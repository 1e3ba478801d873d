import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { createSnooze, endSnooze } from '../../../shared/snooze/operations.ts';
import { type SnoozeRecord, scopeText, termText } from '../../../shared/snooze/record.ts';
import { cursorField, cutPage } from '../../fields/cursor.ts';
import { textField } from '../../fields/query-fields.ts';
import { notFound } from '../../problem.ts';
import { listSnoozes } from '../../queries/snoozes.ts';
import type { ConsoleContext, ConsoleDeps, ConsoleEnv } from '../env.ts';
import { leadTo } from '../flash.ts';
import { renderPage } from '../layout.tsx';
import { List } from '../list.tsx';
import { ActButton, FilterForm, Input, NextPage, Select } from '../parts.tsx';
import { readQuery } from '../query.ts';
import type { View } from '../view.ts';
import { idOf } from './run.tsx';
import { NewSnooze, NOTHING_TYPED, readScope, readTyped, type Typed } from './snooze-form.tsx';

const PAGE = 100;

const query = z.object({
  state: z.enum(['active', 'ended']).optional(),
  q: textField('Part of an article, a name or the reason.'),
  cursor: cursorField(z.tuple([z.uuid()])),
});

/** `/console/snoozes`: what people told the hub not to order, until when and why. */
export function snoozePages(app: Hono<ConsoleEnv>, deps: ConsoleDeps): void {
  const { db, config, log } = deps;

  const draw = async (c: ConsoleContext, typed: Typed, status: 200 | 422 = 200) => {
    const { view } = c.var;
    const { t } = view;
    const asked: z.output<typeof query> = status === 200 ? readQuery(c, query) : {};
    const { cursor, ...filter } = asked;
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
            {view.may('operator') ? <NewSnooze view={view} warehouses={warehouses} typed={typed} /> : null}
            <FilterForm view={view} action="/console/snoozes">
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
            </FilterForm>
            <div class="card">
              <Rows view={view} rows={shown} />
              <NextPage view={view} next={next} first={cursor === undefined} />
            </div>
          </>
        ),
      }),
      status,
    );
  };

  app.get('/snoozes', (c) => draw(c, NOTHING_TYPED));

  app.post('/snoozes', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const { values, problems } = await readTyped(c);
    const read = Object.keys(problems).length === 0 ? await readScope(c, deps, values) : { problems };
    if (read.problems !== undefined) return draw(c, { values, problems: read.problems }, 422);
    const made = await createSnooze(db, {
      ...read.scope,
      reason: values.reason,
      until: values.until === '' ? null : values.until,
      actor: c.var.actor,
      timezone: config.schedule.timezone,
    });
    log.info({ event: 'snooze.create', outcome: made.outcome });
    if (made.outcome === 'past') {
      const until = t(
        'День, с которого снова заказывать, уже наступил.',
        'The day from which to order again has come already.',
      );
      return draw(c, { values, problems: { until } }, 422);
    }
    return leadTo(c, '/console/snoozes', {
      tone: made.outcome === 'done' ? 'good' : 'warn',
      text:
        made.outcome === 'done'
          ? `${t('Не заказывается', 'Not ordered')}: ${scopeText(made.snooze, view.lang)}.`
          : `${t('Уже не заказывается', 'Not ordered already')}: ${scopeText(made.snooze, view.lang)}.`,
    });
  });

  app.post('/snoozes/:id/end', async (c) => {
    const { t } = c.var.view;
    const { outcome, snooze } = await endSnooze(db, { id: idOf(c), actor: c.var.actor });
    log.info({ event: 'snooze.end', outcome });
    if (outcome === 'not-found') throw notFound(t('Такой отметки нет.', 'There is no such snooze.'));
    return leadTo(c, '/console/snoozes', {
      tone: outcome === 'done' ? 'good' : 'warn',
      text: `${outcome === 'done' ? t('Снова заказывается', 'Ordered again') : t('Уже снято', 'Ended already')}: ${scopeText(snooze, c.var.view.lang)}.`,
    });
  });
}

const Rows: FC<{ view: View; rows: SnoozeRecord[] }> = ({ view, rows }) => {
  const { t } = view;
  return (
    <List
      label={t('Отложенное', 'Snoozes')}
      rows={rows}
      empty={t('Ничего не отложено.', 'Nothing is snoozed.')}
      columns={[
        { head: t('Что', 'What'), cell: (one) => scopeText(one, view.lang) },
        { head: t('До', 'Until'), kind: 'time', cell: ({ until }) => termText(until, view.lang) },
        { head: t('Почему', 'Why'), cell: ({ reason }) => reason },
        {
          head: t('Кто и когда', 'Who and when'),
          cell: ({ author, created_at }) => `${author}, ${view.time(created_at)}`,
        },
        { head: t('Состояние', 'State'), cell: (one) => <Standing view={view} snooze={one} /> },
      ]}
    />
  );
};

/** Since when it has ended; while it is in force, the way to end it. */
const Standing: FC<{ view: View; snooze: SnoozeRecord }> = ({ view, snooze: { id, ended_at } }) => {
  const { t } = view;
  if (ended_at !== null) return <>{`${t('снято', 'ended')} ${view.time(ended_at)}`}</>;
  if (!view.may('operator')) return <>{t('действует', 'in force')}</>;
  const action = `/console/snoozes/${id}/end`;
  return <ActButton view={view} action={action} name={t('Снова заказывать', 'Order again')} look="quiet" />;
};

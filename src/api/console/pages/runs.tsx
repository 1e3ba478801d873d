import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { cursorField, toPage } from '../../fields/cursor.ts';
import { anyOfField } from '../../fields/query-fields.ts';
import { listRuns, RUN_STATUSES } from '../../queries/runs.ts';
import { runView } from '../../routes/run-view.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { List } from '../list.tsx';
import { FilterForm, NextPage, Select, severalOf, Tag } from '../parts.tsx';
import { readQuery } from '../query.ts';
import type { View } from '../view.ts';
import { runState, triggerName } from '../words.ts';

const PAGE = 50;

const query = z.object({
  status: anyOfField(RUN_STATUSES),
  cursor: cursorField(z.tuple([z.iso.datetime(), z.uuid()])),
});

/** `/console/runs`: every scan, newest first. */
export function runsPage(app: Hono<ConsoleEnv>, { db }: Pick<ConsoleDeps, 'db'>): void {
  app.get('/runs', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const { status, cursor } = readQuery(c, query);
    const found = await listRuns(db, { status, after: cursor, limit: PAGE + 1 });
    const { items, next_cursor } = toPage(found, PAGE, {
      item: runView,
      place: ({ run }) => [run.createdAt.toISOString(), run.id],
    });
    const choices = RUN_STATUSES.map((value) => ({ value, name: runState(view, value).name }));
    return c.html(
      renderPage({
        view,
        title: t('Прогоны', 'Runs'),
        children: (
          <>
            <h1>{t('Прогоны', 'Runs')}</h1>
            <FilterForm view={view} action="/console/runs">
              <Select
                name="status"
                label={t('Состояние', 'State')}
                {...severalOf(choices, status?.join(','))}
                any={t('любое', 'any')}
              />
            </FilterForm>
            <div class="card">
              <Rows view={view} rows={items} />
              <NextPage view={view} next={next_cursor} first={cursor === undefined} />
            </div>
          </>
        ),
      }),
    );
  });
}

const Rows: FC<{ view: View; rows: ReturnType<typeof runView>[] }> = ({ view, rows }) => {
  const { t } = view;
  return (
    <List
      label={t('Прогоны', 'Runs')}
      rows={rows}
      empty={t('Прогонов нет. Запустите проверку на странице «Обзор».', 'No runs. Start a scan on the overview page.')}
      columns={[
        {
          head: t('Когда', 'When'),
          kind: 'time',
          cell: ({ id, created_at }) => <a href={`/console/runs/${id}`}>{view.time(created_at)}</a>,
        },
        { head: t('Состояние', 'State'), cell: (run) => <Tag word={runState(view, run.status)} /> },
        {
          head: t('Кто и как', 'Who and how'),
          cell: ({ trigger, requested_by }) =>
            triggerName(view, trigger) + (requested_by === null ? '' : `, ${requested_by}`),
        },
        {
          head: t('Что', 'What'),
          cell: ({ warehouse, dry_run }) =>
            (warehouse ?? t('все склады', 'all warehouses')) + (dry_run ? `, ${t('пробный', 'dry run')}` : ''),
        },
        { head: t('Потребностей', 'Needs'), kind: 'number', cell: ({ counts }) => view.number(counts.needs) },
        { head: t('Документов', 'Documents'), kind: 'number', cell: ({ counts }) => view.number(counts.documents) },
        { head: t('Создано', 'Made'), kind: 'number', cell: ({ counts }) => view.number(counts.done) },
        {
          head: t('Не создано', 'Not made'),
          kind: 'number',
          cell: ({ counts }) => view.number(counts.failed + counts.unknown),
        },
        { head: t('Ждут утверждения', 'Held'), kind: 'number', cell: ({ counts }) => view.number(counts.held) },
      ]}
    />
  );
};

import type { Hono } from 'hono';
import { z } from 'zod';
import { cursorField, toPage } from '../../fields/cursor.ts';
import { anyOfField } from '../../fields/query-fields.ts';
import { listRuns, RUN_STATUSES } from '../../queries/runs.ts';
import { runView } from '../../routes/run-view.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { Empty, NextPage, Select, severalOf, Table, Tag } from '../parts.tsx';
import { readQuery } from '../query.ts';
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
            <form class="filters" method="get" action="/console/runs">
              <Select
                name="status"
                label={t('Состояние', 'State')}
                {...severalOf(choices, status?.join(','))}
                any={t('любое', 'any')}
              />
              <button type="submit">{t('Показать', 'Show')}</button>
            </form>
            <div class="card">
              {items.length === 0 ? (
                <Empty>
                  {t(
                    'Прогонов нет. Запустите проверку на странице «Обзор».',
                    'No runs. Start a scan on the overview page.',
                  )}
                </Empty>
              ) : (
                <Table
                  label={t('Прогоны', 'Runs')}
                  head={[
                    t('Когда', 'When'),
                    t('Состояние', 'State'),
                    t('Кто и как', 'Who and how'),
                    t('Что', 'What'),
                    t('Потребностей', 'Needs'),
                    t('Документов', 'Documents'),
                    t('Создано', 'Made'),
                    t('Не создано', 'Not made'),
                    t('Ждут утверждения', 'Held'),
                  ]}
                >
                  <tbody>
                    {items.map((run) => (
                      <tr>
                        <td class="t" data-label={t('Когда', 'When')}>
                          <a href={`/console/runs/${run.id}`}>{view.time(run.created_at)}</a>
                        </td>
                        <td data-label={t('Состояние', 'State')}>
                          <Tag word={runState(view, run.status)} />
                        </td>
                        <td data-label={t('Кто и как', 'Who and how')}>
                          {triggerName(view, run.trigger)}
                          {run.requested_by === null ? '' : `, ${run.requested_by}`}
                        </td>
                        <td data-label={t('Что', 'What')}>
                          {run.warehouse ?? t('все склады', 'all warehouses')}
                          {run.dry_run ? `, ${t('пробный', 'dry run')}` : ''}
                        </td>
                        <td class="n" data-label={t('Потребностей', 'Needs')}>
                          {view.number(run.counts.needs)}
                        </td>
                        <td class="n" data-label={t('Документов', 'Documents')}>
                          {view.number(run.counts.documents)}
                        </td>
                        <td class="n" data-label={t('Создано', 'Made')}>
                          {view.number(run.counts.done)}
                        </td>
                        <td class="n" data-label={t('Не создано', 'Not made')}>
                          {view.number(run.counts.failed + run.counts.unknown)}
                        </td>
                        <td class="n" data-label={t('Ждут утверждения', 'Held')}>
                          {view.number(run.counts.held)}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </Table>
              )}
              <NextPage view={view} next={next_cursor} first={cursor === undefined} />
            </div>
          </>
        ),
      }),
    );
  });
}

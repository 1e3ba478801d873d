import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { compareRuns, findComparedRun, findRunBefore } from '../../../shared/runs/compare-runs.ts';
import { notFound } from '../../problem.ts';
import { differenceView } from '../../routes/difference-view.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { Empty } from '../parts.tsx';
import type { View } from '../view.ts';
import { idOf } from './run.tsx';

/** Lines of each kind that are told one by one. */
const MOST = 500;

/** `/console/runs/{id}/difference`: what this run decides otherwise than the one before, and why. */
export function differencePage(app: Hono<ConsoleEnv>, { db }: Pick<ConsoleDeps, 'db'>): void {
  app.get('/runs/:id/difference', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const id = idOf(c);
    const run = await findComparedRun(db, id);
    if (run === null) throw notFound(t('У этого прогона нет готового плана.', 'This run has no plan.'));
    const { to, counts, added, gone, changed } = differenceView(
      run,
      await compareRuns(db, run, await findRunBefore(db, run)),
      MOST,
    );
    return c.html(
      renderPage({
        view,
        title: t('Что изменилось', 'Difference'),
        children: (
          <>
            <h1>{t('Что изменилось с прошлого прогона', 'Difference to the run before')}</h1>
            <p>
              <a href={`/console/runs/${id}`}>
                {t('Прогон', 'Run')} {view.time(run.createdAt)}
              </a>{' '}
              {to === null ? (
                t(
                  'первый такой: сравнивать не с чем, все строки новые.',
                  'is the first of its kind: every line is new.',
                )
              ) : (
                <>
                  {t('сравнён с прогоном', 'compared with the run')}{' '}
                  <a href={`/console/runs/${to.run_id}`}>{view.time(to.created_at)}</a>
                </>
              )}
            </p>
            <ul class="tiles">
              {(
                [
                  [t('Новых', 'New'), counts.added],
                  [t('Изменилось', 'Changed'), counts.changed],
                  [t('Ушло', 'Gone'), counts.gone],
                  [t('Без изменений', 'The same'), counts.same],
                ] as const
              ).map(([name, value]) => (
                <li>
                  <span class="value">{view.number(value)}</span> {name}
                </li>
              ))}
            </ul>
            <Part view={view} title={t('Изменилось', 'Changed')} lines={changed} total={counts.changed} />
            <Part view={view} title={t('Новые', 'New')} lines={added} total={counts.added} />
            <Part view={view} title={t('Ушли', 'Gone')} lines={gone} total={counts.gone} />
          </>
        ),
      }),
    );
  });
}

const Part: FC<{
  view: View;
  title: string;
  lines: { explanation: { ru: string; en: string } }[];
  total: number;
}> = ({ view, title, lines, total }) => (
  <section class="card">
    <h2>{title}</h2>
    {lines.length === 0 ? (
      <Empty>{view.t('Нет.', 'None.')}</Empty>
    ) : (
      <ul>
        {lines.map(({ explanation }) => (
          <li>{explanation[view.lang]}</li>
        ))}
      </ul>
    )}
    {total > lines.length ? (
      <p class="soft">
        {view.t(`Показаны первые ${lines.length} из ${total}.`, `The first ${lines.length} of ${total}.`)}
      </p>
    ) : null}
  </section>
);

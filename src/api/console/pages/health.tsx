import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { describeDiagnosis } from '../../../shared/db/migrations.ts';
import { MOYSKLAD_LIMITS } from '../../../shared/moysklad/budget.ts';
import { within } from '../../deadline.ts';
import { type BudgetUse, listBudgets } from '../../queries/budget.ts';
import { shareAnswer } from '../../shared-answer.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { List } from '../list.tsx';
import { Tag } from '../parts.tsx';
import { readQuery } from '../query.ts';
import { createSystemWatch, type SystemWatch } from '../system-watch.ts';
import type { View } from '../view.ts';
import { Queues } from './health-queues.tsx';
import { Steps } from './health-steps.tsx';
import { nextRun } from './overview.tsx';

/** The hub's own parts answer within this or count as down; the page itself must come sooner than three seconds. */
const LOCAL_MS = 1_500;
const DIAGNOSIS_KEEP_MS = 15_000;
const ANSWER_MS = 2_000;

/** `/console/health`: the steps of `hub check`, migrations, schedules, queues, versions and what is left of the budget. */
export function healthPage(app: Hono<ConsoleEnv>, deps: ConsoleDeps): void {
  const { clock, config, queues, version } = deps;
  const diagnose = shareAnswer(clock, DIAGNOSIS_KEEP_MS, () => deps.diagnose());
  const systems: Record<string, SystemWatch> = {
    '1c': createSystemWatch(clock, deps.checks['1c']),
    moysklad: createSystemWatch(clock, deps.checks.moysklad),
  };

  app.get('/health', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const [diagnosis, store, counts, budgets] = await Promise.all([
      within(LOCAL_MS, diagnose()).then(describeDiagnosis, () => [
        t('Проверка миграций не ответила вовремя.', 'The check of migrations did not answer in time.'),
      ]),
      within(LOCAL_MS, deps.queueHealth()).catch(() => ({
        ok: false,
        backend: 'redis' as const,
        detail: t('нет ответа', 'no answer'),
      })),
      Promise.all(
        Object.entries(queues).map(async ([name, queue]) => ({
          name,
          counts: await within(LOCAL_MS, queue.getJobCounts('waiting', 'active', 'delayed', 'failed')).catch(
            () => null,
          ),
          schedulers: await within(LOCAL_MS, queue.getJobSchedulers(0, 20)).catch(() => null),
        })),
      ),
      listBudgets(deps.db),
    ]);
    return c.html(
      renderPage({
        view,
        title: t('Состояние', 'Health'),
        children: (
          <>
            <h1>{t('Состояние', 'Health')}</h1>
            <div class="grid">
              <section class="card" aria-labelledby="own">
                <h2 id="own">{t('Сам хаб', 'The hub itself')}</h2>
                <dl class="facts">
                  <dt>{t('Выпуск', 'Release')}</dt>
                  <dd>
                    {version}, Node {process.versions.node}
                  </dd>
                  <dt>{t('База данных', 'Database')}</dt>
                  <dd>
                    <Tag word={{ name: t('отвечает', 'up'), tone: 'good' }} />
                  </dd>
                  <dt>{t('Миграции', 'Migrations')}</dt>
                  <dd>
                    {diagnosis.length === 0 ? (
                      <Tag word={{ name: t('в порядке', 'in order'), tone: 'good' }} />
                    ) : (
                      diagnosis.map((one) => <p class="notice bad">{one}</p>)
                    )}
                  </dd>
                  <dt>{t('Очереди лежат в', 'Queues are kept in')}</dt>
                  <dd>
                    {store.backend === 'redis' ? 'Redis' : 'PostgreSQL'}{' '}
                    <Tag
                      word={
                        store.ok
                          ? { name: t('отвечает', 'up'), tone: 'good' }
                          : { name: t('не отвечает', 'down'), tone: 'bad' }
                      }
                    />
                    {store.ok ? null : <p>{store.detail}</p>}
                  </dd>
                  <dt>{t('Проверка по расписанию', 'Scheduled scan')}</dt>
                  <dd>
                    <span class="key">{config.schedule.cron}</span> {config.schedule.timezone}; {t('следующая', 'next')}{' '}
                    {view.time(nextRun(config.schedule, view.now))}
                  </dd>
                </dl>
              </section>
              <section class="card" aria-labelledby="budget">
                <h2 id="budget">{t('Бюджет запросов МойСклад', 'Budget of requests to MoySklad')}</h2>
                <Budgets view={view} budgets={budgets} />
              </section>
            </div>
            <section class="card" aria-labelledby="queues">
              <h2 id="queues">{t('Очереди и расписания', 'Queues and schedules')}</h2>
              <Queues view={view} queues={counts} />
            </section>
            <p>
              <a href="/console/links">
                {t('Товары, которые не заказать в МойСклад', 'Items that cannot be ordered in MoySklad')}
              </a>
            </p>
            {Object.entries(systems).map(([system, watch]) => (
              <Steps view={view} system={system} watch={watch} isPage={true} />
            ))}
          </>
        ),
      }),
    );
  });

  // The outside systems may take long: the page comes first, and asks for each of them by itself.
  app.get('/health/steps/:system', async (c) => {
    const system = c.req.param('system');
    const watch = systems[system];
    if (watch === undefined) return c.notFound();
    const { anew } = readQuery(c, z.object({ anew: z.literal('yes').optional() }));
    // Whoever waits longer than a page may gets what there is, and asks again.
    await within(ANSWER_MS, watch.look({ anew: anew === 'yes' })).catch(() => undefined);
    return c.html(<Steps view={c.var.view} system={system} watch={watch} />);
  });
}

/** What is used and what is left, in units of МойСклад's own counting. */
const Budgets: FC<{ view: View; budgets: BudgetUse[] }> = ({ view, budgets }) => {
  const { t } = view;
  const { units, parallel } = MOYSKLAD_LIMITS;
  return (
    <List
      label={t('Бюджет запросов', 'Budget of requests')}
      rows={budgets}
      empty={t(
        `За сутки запросов не было: свободны все ${units} единиц за 3 с.`,
        `No request within a day: all ${units} units in 3 s are free.`,
      )}
      columns={[
        {
          head: t('Чей', 'Whose'),
          cell: (one) => (
            <>
              {one === budgets[0] ? t('нынешний доступ', 'present access') : t('прежний доступ', 'former access')}{' '}
              <span class="key">{one.name.split(' ').at(-1)?.slice(0, 8)}</span>
            </>
          ),
        },
        { head: t('Единиц за 3 с', 'Units in 3 s'), cell: (one) => used(view, one.units, units) },
        { head: t('Запросов сразу', 'Requests at once'), cell: ({ flying }) => used(view, flying, parallel) },
        {
          head: t('Отказов за минуту', 'Refusals in a minute'),
          kind: 'number',
          cell: ({ failures }) => view.number(failures),
        },
      ]}
    />
  );
};

const used = ({ t }: View, some: number, all: number): string =>
  t(
    `занято ${some} из ${all}, осталось ${Math.max(0, all - some)}`,
    `${some} of ${all} used, ${Math.max(0, all - some)} left`,
  );

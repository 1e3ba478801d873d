import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { passed, runSteps } from '../../../shared/check/run-steps.ts';
import type { CheckedStep } from '../../../shared/check/step.ts';
import { describeDiagnosis } from '../../../shared/db/migrations.ts';
import { within } from '../../deadline.ts';
import { shareAnswer } from '../../shared-answer.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { Empty, Table, Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { queueName, systemName, type Tone } from '../words.ts';
import { nextRun } from './overview.tsx';

/** The hub's own parts answer within this or count as down; the page itself must come sooner than three seconds. */
const LOCAL_MS = 1_500;
const DIAGNOSIS_KEEP_MS = 15_000;
/** All steps of a system ask it a dozen things: the answer is shared for so long. */
const STEPS_KEEP_MS = 20_000;
const STEPS_MS = 60_000;

/** `/console/health`: the steps of `hub check`, migrations, schedules, queues, versions and what is left of the budget. */
export function healthPage(app: Hono<ConsoleEnv>, deps: ConsoleDeps): void {
  const { clock, config, queues, version } = deps;
  const diagnose = shareAnswer(clock, DIAGNOSIS_KEEP_MS, () => deps.diagnose());
  const systems: Record<string, { read(): Promise<CheckedStep[]>; last: { at: Date; steps: CheckedStep[] } | null }> =
    {};
  for (const [name, check] of [
    ['1c', () => deps.onec.check()],
    ['moysklad', () => deps.moysklad.check()],
  ] as const) {
    const entry: (typeof systems)[string] = {
      last: null,
      read: shareAnswer(clock, STEPS_KEEP_MS, async () => {
        const steps = await runSteps(check(), { signal: AbortSignal.timeout(STEPS_MS) });
        entry.last = { at: clock.now(), steps };
        return steps;
      }),
    };
    systems[name] = entry;
  }

  app.get('/health', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const [diagnosis, store, counts, budget] = await Promise.all([
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
      readBudget(deps),
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
                  <dt>{t('Бюджет МойСклад', 'Budget of MoySklad')}</dt>
                  <dd>
                    {t(
                      `за последние 3 с занято единиц: ${budget.units}; запросов в пути: ${budget.flying}; отказов за минуту: ${budget.failures}`,
                      `units used within the last 3 s: ${budget.units}; requests under way: ${budget.flying}; refusals within a minute: ${budget.failures}`,
                    )}
                  </dd>
                </dl>
              </section>
              <section class="card" aria-labelledby="queues">
                <h2 id="queues">{t('Очереди и расписания', 'Queues and schedules')}</h2>
                <Queues view={view} queues={counts} />
              </section>
            </div>
            {Object.entries(systems).map(([system, { last }]) => (
              <Steps view={view} system={system} last={last} />
            ))}
          </>
        ),
      }),
    );
  });

  // The outside systems may take long: the page comes first, and asks for each of them by itself.
  app.get('/health/steps/:system', async (c) => {
    const system = c.req.param('system');
    const entry = systems[system];
    if (entry === undefined) return c.notFound();
    // Whoever waits longer than a page may gets what there is, and asks again.
    await within(2_000, entry.read()).catch(() => undefined);
    return c.html(<Steps view={c.var.view} system={system} last={entry.last} />);
  });
}

const budgetRow = z.object({ units: z.number(), flying: z.number(), failures: z.number() });

async function readBudget({ db }: Pick<ConsoleDeps, 'db'>): Promise<z.output<typeof budgetRow>> {
  const rows = await db.prisma.$queryRaw`
    select
      coalesce(sum(units) filter (where coalesce(ended_at, expires_at) > clock_timestamp() - interval '3 seconds'), 0)::int as units,
      (count(*) filter (where ended_at is null and expires_at > clock_timestamp()))::int as flying,
      (select count(*)::int from api_failures where at > clock_timestamp() - interval '1 minute') as failures
    from api_calls`;
  return z.array(budgetRow).min(1).parse(rows)[0]!;
}

interface QueueState {
  name: string;
  counts: Record<string, number> | null;
  schedulers: { name: string; pattern?: string | undefined; next?: number | undefined }[] | null;
}

const Queues: FC<{ view: View; queues: QueueState[] }> = ({ view, queues }) => {
  const { t } = view;
  return (
    <Table
      label={t('Очереди', 'Queues')}
      head={[
        t('Очередь', 'Queue'),
        t('Ждут', 'Waiting'),
        t('В работе', 'Active'),
        t('Отложены', 'Delayed'),
        t('С ошибкой', 'Failed'),
        t('Расписание', 'Schedule'),
      ]}
    >
      <tbody>
        {queues.map(({ name, counts, schedulers }) => (
          <tr>
            <td data-label={t('Очередь', 'Queue')}>
              <a href={`/queues/queue/${name}`}>{queueName(view, name)}</a>
            </td>
            {(
              [
                ['waiting', t('Ждут', 'Waiting')],
                ['active', t('В работе', 'Active')],
                ['delayed', t('Отложены', 'Delayed')],
                ['failed', t('С ошибкой', 'Failed')],
              ] as const
            ).map(([state, label]) => (
              <td class="n" data-label={label}>
                {counts === null ? '—' : view.number(counts[state] ?? 0)}
              </td>
            ))}
            <td data-label={t('Расписание', 'Schedule')}>
              {(schedulers ?? []).map((one) => (
                <p>
                  {one.name} <span class="key">{one.pattern ?? ''}</span>{' '}
                  {one.next === undefined ? '' : view.time(new Date(one.next))}
                </p>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
};

const results = ({ t }: View): Record<CheckedStep['result'], { name: string; tone: Tone }> => ({
  ok: { name: t('в порядке', 'ok'), tone: 'good' },
  warn: { name: t('внимание', 'warning'), tone: 'warn' },
  fail: { name: t('не так', 'wrong'), tone: 'bad' },
  skipped: { name: t('не проверялось', 'skipped'), tone: 'calm' },
});

/** What `hub check` says of one system; asks for it as soon as the page is there, and again every half minute. */
const Steps: FC<{ view: View; system: string; last: { at: Date; steps: CheckedStep[] } | null }> = ({
  view,
  system,
  last,
}) => {
  const { t } = view;
  return (
    <section
      id={`steps-${system}`}
      class="card"
      aria-labelledby={`steps-${system}-title`}
      hx-get={`/console/health/steps/${system}`}
      hx-trigger={last === null ? 'every 1s' : 'every 30s'}
      hx-swap="outerHTML"
    >
      <h2 id={`steps-${system}-title`}>
        {systemName(view, system)}{' '}
        {last === null ? null : <Tag word={passed(last.steps) ? results(view).ok : results(view).fail} />}
      </h2>
      {last === null ? (
        <Empty>{t('Проверяется…', 'Being checked…')}</Empty>
      ) : (
        <>
          <p class="soft">
            {t('проверено', 'checked')} {view.shortTime(last.at)}
          </p>
          <Table
            label={systemName(view, system)}
            head={[t('Что', 'What'), t('Итог', 'Result'), t('Увидено', 'Seen'), t('Что сделать', 'What to do')]}
          >
            <tbody>
              {last.steps.map((step) => (
                <tr>
                  <td data-label={t('Что', 'What')}>{step.name}</td>
                  <td data-label={t('Итог', 'Result')}>
                    <Tag word={results(view)[step.result]} />
                  </td>
                  <td data-label={t('Увидено', 'Seen')}>
                    {step.detail}
                    {step.more.length === 0 ? null : (
                      <ul>
                        {step.more.map((one) => (
                          <li>{one}</li>
                        ))}
                      </ul>
                    )}
                  </td>
                  <td data-label={t('Что сделать', 'What to do')}>{step.cure ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        </>
      )}
    </section>
  );
};

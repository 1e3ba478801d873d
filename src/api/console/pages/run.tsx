import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { cursorField, toPage } from '../../fields/cursor.ts';
import { anyOfField, textField, uuidField } from '../../fields/query-fields.ts';
import { notFound } from '../../problem.ts';
import { LINE_OUTCOMES, listLines } from '../../queries/run-lines.ts';
import { findRun } from '../../queries/runs.ts';
import { lineView } from '../../routes/line-view.ts';
import { exportLines } from '../../routes/lines-export.ts';
import { type runSchema, runView } from '../../routes/run-view.ts';
import type { ConsoleContext, ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { Copy, Input, NextPage, Select, severalOf, Tag, withQuery } from '../parts.tsx';
import { readQuery } from '../query.ts';
import type { View } from '../view.ts';
import { lineOutcome, phaseName, runState, triggerName } from '../words.ts';
import { Lines } from './run-lines.tsx';

const PAGE = 100;
type RunShown = z.output<typeof runSchema>;

const filters = {
  recipient: textField('Key or name of the recipient.'),
  outcome: anyOfField(LINE_OUTCOMES),
  q: textField('Part of the article or of the name.'),
};
const query = z.object({ ...filters, cursor: cursorField(z.tuple([z.string(), z.string(), z.uuid()])) });

export const idOf = (c: ConsoleContext, name = 'id'): string => {
  const read = uuidField.safeParse(c.req.param(name));
  if (!read.success) throw notFound(c.var.view.t('Такой страницы нет.', 'There is no such page.'));
  return read.data.toLowerCase();
};

/** `/console/runs/{id}`: one scan with its progress, lines, reasons and documents. */
export function runPage(app: Hono<ConsoleEnv>, { db, log }: Pick<ConsoleDeps, 'db' | 'log'>): void {
  const read = async (c: ConsoleContext) => {
    const id = idOf(c);
    const found = await findRun(db, id);
    if (found === null) throw notFound(c.var.view.t(`Прогона ${id} нет.`, `There is no run ${id}.`));
    return runView(found);
  };

  app.get('/runs/:id', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const { cursor, ...filter } = readQuery(c, query);
    const run = await read(c);
    const found = await listLines(db, run.id, { ...filter, after: cursor, limit: PAGE + 1 });
    const { items, next_cursor } = toPage(found, PAGE, {
      item: (line) => lineView(line, view.lang),
      place: (line) => [line.recipient_name, line.article, line.id],
    });
    return c.html(
      renderPage({
        view,
        title: `${t('Прогон', 'Run')} ${view.time(run.created_at)}`,
        children: (
          <>
            <h1>
              {t('Прогон', 'Run')} {view.time(run.created_at)} <Tag word={runState(view, run.status)} />
            </h1>
            <Progress view={view} run={run} />
            <Facts view={view} run={run} />
            <Counts view={view} run={run} />
            <Decide view={view} run={run} />
            <section class="card" aria-labelledby="lines">
              <h2 id="lines">{t('Строки и почему столько', 'Lines and why so many')}</h2>
              <form class="filters" method="get" action={`/console/runs/${run.id}`}>
                <Input
                  name="q"
                  label={t('Артикул или товар', 'Article or item')}
                  type="search"
                  value={filter.q}
                  wide={true}
                />
                <Input name="recipient" label={t('Склад', 'Warehouse')} value={filter.recipient} />
                <Select
                  name="outcome"
                  label={t('Решение', 'Decision')}
                  any={t('любое', 'any')}
                  {...severalOf(
                    LINE_OUTCOMES.map((value) => ({ value, name: lineOutcome(view, value).name })),
                    filter.outcome?.join(','),
                  )}
                />
                <button type="submit">{t('Показать', 'Show')}</button>
                <a class="button quiet" href={withQuery(`/console/runs/${run.id}/export`, filtersOf(view))} download="">
                  CSV
                </a>
              </form>
              <Lines view={view} lines={items} empty={emptyText(view, run)} />
              <NextPage view={view} next={next_cursor} first={cursor === undefined} />
            </section>
          </>
        ),
      }),
    );
  });

  app.get('/runs/:id/progress', async (c) => {
    const run = await read(c);
    // The rest of the page is out of date by now: it is asked for once more, as a whole.
    if (run.status === 'completed' || run.status === 'failed') return c.body(null, 200, { 'HX-Refresh': 'true' });
    return c.html(<Progress view={c.var.view} run={run} />);
  });

  app.get('/runs/:id/counts', async (c) => c.html(<Counts view={c.var.view} run={await read(c)} />));

  app.get('/runs/:id/export', async (c) => {
    const run = await read(c);
    const filter = readQuery(c, z.object(filters));
    const { lang } = c.var.view;
    const as = { runId: run.id, filter, lang, delimiter: lang === 'ru' ? ';' : ',' } as const;
    return new Response(await exportLines({ db, log }, as), {
      headers: {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="run-${run.id}-lines.csv"`,
      },
    });
  });
}

function filtersOf({ here }: View): Record<string, string> {
  const given = new URL(here, 'http://hub.invalid').searchParams;
  return Object.fromEntries([...given].filter(([name, value]) => name in filters && value !== ''));
}

const emptyText = ({ t, here }: View, run: RunShown): string => {
  if (here.includes('?')) return t('По этому отбору строк нет.', 'No lines fit this filter.');
  if (run.status === 'completed') return t('Ниже минимума ничего нет.', 'Nothing is below its minimum.');
  if (run.status === 'failed') return t('Прогон не дошёл до плана.', 'The run came to no plan.');
  return t('План ещё не готов.', 'The plan is not ready yet.');
};

/** What the run does now; asks again every two seconds for as long as it goes. */
const Progress: FC<{ view: View; run: RunShown }> = ({ view, run }) => {
  if (run.status === 'completed' || run.status === 'failed') return null;
  const { t } = view;
  const { done, total, phase } = z
    .object({ done: z.number().catch(0), total: z.number().catch(0), phase: z.string().catch('') })
    .parse(run.progress);
  const name = phaseName(view, phase || run.phase || '');
  return (
    <section
      id="progress"
      class="card"
      aria-label={t('Ход прогона', 'Progress')}
      hx-get={`/console/runs/${run.id}/progress`}
      hx-trigger="every 1s"
      hx-swap="outerHTML"
    >
      <p>
        {run.status === 'queued'
          ? run.error === null
            ? t(
                'Прогон в очереди: его возьмёт первый свободный рабочий процесс.',
                'The run is queued: the next free worker takes it.',
              )
            : `${t('Прогон ждёт и начнёт сам, когда сможет', 'The run waits, and begins by itself once it can')}: ${run.error.message}`
          : `${t('Идёт', 'Running')}: ${name}`}
        {total > 0 ? `, ${view.number(done)} ${t('из', 'of')} ${view.number(total)}` : ''}
      </p>
      <progress
        aria-label={t('Выполнено', 'Done')}
        {...(total > 0 ? { max: total, value: Math.min(done, total) } : {})}
      />
    </section>
  );
};

const Facts: FC<{ view: View; run: RunShown }> = ({ view, run }) => {
  const { t } = view;
  const warnings = run.warnings.map(String);
  return (
    <section class="card" aria-label={t('О прогоне', 'About the run')}>
      {run.error === null ? null : (
        <p class="notice bad">
          {run.error.message} <span class="key">{run.error.code}</span>
        </p>
      )}
      {warnings.length === 0 ? null : (
        <div class="notice warn">
          {warnings.slice(0, 30).map((one) => (
            <p>{one}</p>
          ))}
          {warnings.length > 30 ? (
            <p>{t(`И ещё ${warnings.length - 30}.`, `And ${warnings.length - 30} more.`)}</p>
          ) : null}
        </div>
      )}
      <dl class="facts">
        <dt>{t('Запущен', 'Asked for by')}</dt>
        <dd>
          {triggerName(view, run.trigger)}
          {run.requested_by === null ? '' : `, ${run.requested_by}`}
        </dd>
        <dt>{t('Что проверялось', 'Scope')}</dt>
        <dd>
          {run.warehouse ?? t('все склады', 'all warehouses')}
          {run.dry_run ? `, ${t('пробный: документы не создаются', 'dry run: no documents are made')}` : ''}
          {run.force ? `, ${t('без проверки полноты и отложенного', 'checks and snoozes overridden')}` : ''}
        </dd>
        <dt>{t('Начат и закончен', 'Started and ended')}</dt>
        <dd>
          {run.started_at === null
            ? t('ещё не начат', 'not yet')
            : `${view.time(run.started_at)} — ${run.finished_at === null ? t('идёт', 'goes on') : view.time(run.finished_at)}`}
        </dd>
        <dt>{t('Номер прогона', 'Run id')}</dt>
        <dd>
          <Copy view={view} text={run.id} />
        </dd>
      </dl>
      <p class="acts">
        <a href={`/console/runs/${run.id}/difference`}>
          {t('Что изменилось с прошлого прогона', 'Difference to the run before')}
        </a>
        <a href={`/console/journal?run_id=${run.id}`}>{t('Журнал прогона', 'Journal of the run')}</a>
        <a href={`/console/documents?run_id=${run.id}`}>{t('Документы прогона', 'Documents of the run')}</a>
      </p>
    </section>
  );
};

/** How the run's documents stand; asks again for as long as some of them move. */
const Counts: FC<{ view: View; run: RunShown }> = ({ view, run: { id, counts } }) => {
  const { t } = view;
  const documents = (status: string) => `/console/documents?run_id=${id}&status=${status}`;
  const tiles: [string, number, string | null][] = [
    [t('Потребностей', 'Needs'), counts.needs, null],
    [t('Уже ожидается', 'Already expected'), counts.covered, `/console/runs/${id}?outcome=covered`],
    [t('Не закрыто', 'Not covered'), counts.unmet, `/console/runs/${id}?outcome=unmet`],
    [t('Документов', 'Documents'), counts.documents, `/console/documents?run_id=${id}`],
    [t('Ждут утверждения', 'Held'), counts.held, documents('held')],
    [t('Ждут отправки', 'Waiting'), counts.waiting + counts.sending, documents('pending,queued,sending')],
    [t('Создано', 'Made'), counts.done, documents('done')],
    [t('Не создано', 'Not made'), counts.failed, documents('failed')],
    [t('Исход неизвестен', 'Unknown'), counts.unknown, documents('unknown')],
  ];
  const live =
    counts.waiting + counts.sending > 0
      ? { 'hx-get': `/console/runs/${id}/counts`, 'hx-trigger': 'every 2s', 'hx-swap': 'outerHTML' }
      : {};
  return (
    <ul id="counts" class="tiles" {...live}>
      {tiles.map(([name, value, href]) => (
        <li>
          {href === null || value === 0 ? (
            <>
              <span class="value">{view.number(value)}</span> {name}
            </>
          ) : (
            <a href={href}>
              <span class="value">{view.number(value)}</span> {name}
            </a>
          )}
        </li>
      ))}
    </ul>
  );
};

const Decide: FC<{ view: View; run: RunShown }> = ({ view, run }) => {
  const { t } = view;
  if (run.counts.held === 0) return null;
  return (
    <section class="card" aria-label={t('Утверждение', 'Approval')}>
      <p>
        {t('Ждут решения человека, документов:', 'Documents that wait for a person:')} {view.number(run.counts.held)}
      </p>
      {view.may('operator') ? (
        <p class="acts">
          <a class="button" href={`/console/runs/${run.id}/decide?act=approve`}>
            {t('Утвердить…', 'Approve…')}
          </a>
          <a class="button quiet" href={`/console/runs/${run.id}/decide?act=reject`}>
            {t('Отклонить…', 'Reject…')}
          </a>
        </p>
      ) : (
        <p class="soft">{t('Решает оператор.', 'An operator decides.')}</p>
      )}
    </section>
  );
};

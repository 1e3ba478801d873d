import type { FC } from 'hono/jsx';
import { passed } from '../../../shared/check/run-steps.ts';
import type { CheckedStep } from '../../../shared/check/step.ts';
import { List } from '../list.tsx';
import { Empty, Tag } from '../parts.tsx';
import type { SystemWatch } from '../system-watch.ts';
import type { View } from '../view.ts';
import { stepName, systemName, type Tone } from '../words.ts';

const results = ({ t }: View): Record<CheckedStep['result'], { name: string; tone: Tone }> => ({
  ok: { name: t('в порядке', 'ok'), tone: 'good' },
  warn: { name: t('внимание', 'warning'), tone: 'warn' },
  fail: { name: t('не так', 'wrong'), tone: 'bad' },
  skipped: { name: t('не проверялось', 'skipped'), tone: 'calm' },
});

/**
 * What `hub check` says of one system. `isPage`: asks again as soon as the page is there. A part that comes later must
 * not, for it would ask without end.
 */
export const Steps: FC<{ view: View; system: string; watch: SystemWatch; isPage?: boolean }> = (props) => {
  const { view, system, watch, isPage = false } = props;
  const { t } = view;
  const last = watch.last();
  const address = `/console/health/steps/${system}`;
  const id = `steps-${system}`;
  const often = last === null ? 'every 1s' : 'every 30s';
  return (
    <section
      id={id}
      class="card"
      aria-labelledby={`${id}-title`}
      hx-get={address}
      hx-trigger={isPage ? `load, ${often}` : often}
      hx-swap="outerHTML"
    >
      <h2 id={`${id}-title`}>
        {systemName(view, system)} {last === null ? null : <Tag word={summary(view, last.steps)} />}
      </h2>
      {last === null ? (
        <Empty>
          {t('Проверяется…', 'Being checked…')} <Progress view={view} watch={watch} />
        </Empty>
      ) : (
        <>
          <p class="soft">
            {t('Все шаги пройдены', 'All steps gone through')} {view.time(last.at)} (
            {view.span(view.now.getTime() - last.at.getTime())} {t('назад', 'ago')}),{' '}
            {t('связь проверена', 'connection checked')} {view.shortTime(last.heardAt)}.{' '}
            <button
              class="quiet"
              type="button"
              hx-get={`${address}?anew=yes`}
              hx-target={`#${id}`}
              hx-swap="outerHTML"
              disabled={watch.progress() !== null}
            >
              {t('Пройти заново', 'Go through again')}
            </button>{' '}
            <Progress view={view} watch={watch} />
          </p>
          <StepTable view={view} system={system} steps={last.steps} />
        </>
      )}
    </section>
  );
};

/** A warning is no fault, and is not to be overlooked either. */
function summary(view: View, steps: readonly CheckedStep[]) {
  if (!passed(steps)) return results(view).fail;
  return steps.some(({ result }) => result === 'warn') ? results(view).warn : results(view).ok;
}

const Progress: FC<{ view: View; watch: SystemWatch }> = ({ view, watch }) => {
  const under = watch.progress();
  if (under === null) return null;
  const { t } = view;
  return (
    <span role="status">
      {t('идёт проверка: шаг', 'under way: step')} {Math.min(under.done + 1, under.all)} {t('из', 'of')} {under.all}
    </span>
  );
};

const StepTable: FC<{ view: View; system: string; steps: readonly CheckedStep[] }> = ({ view, system, steps }) => {
  const { t } = view;
  return (
    <List
      label={systemName(view, system)}
      rows={steps}
      columns={[
        { head: t('Что', 'What'), cell: ({ id, name }) => stepName(view, id, name) },
        { head: t('Итог', 'Result'), cell: ({ result }) => <Tag word={results(view)[result]} /> },
        { head: t('Увидено', 'Seen'), cell: (step) => <Seen step={step} /> },
        { head: t('Что сделать', 'What to do'), cell: ({ cure }) => cure },
      ]}
    />
  );
};

const Seen: FC<{ step: CheckedStep }> = ({ step: { detail, more } }) => (
  <>
    {detail}
    {more.length === 0 ? null : (
      <ul>
        {more.map((one) => (
          <li>{one}</li>
        ))}
      </ul>
    )}
  </>
);

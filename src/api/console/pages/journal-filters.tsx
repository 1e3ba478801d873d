import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { cursorField } from '../../fields/cursor.ts';
import { anyOfField, textField, uuidField } from '../../fields/query-fields.ts';
import { ENTRY_STATUSES, type JournalFilter, LEVELS, SYSTEMS } from '../../queries/journal.ts';
import { Input, Select, withQuery } from '../parts.tsx';
import { instantIn, PERIODS } from '../period.ts';
import type { View } from '../view.ts';
import { entryState, levelName, systemName } from '../words.ts';

const PAGE_SIZES = [100, 200, 500, 1000, 2000];
const INTERVALS = [0, 2, 5, 10, 30];

const wallClock = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/, { error: 'время вида 2026-03-02T09:00' })
  .optional();
const filters = {
  period: z.enum(Object.keys(PERIODS) as [keyof typeof PERIODS, ...(keyof typeof PERIODS)[]]).optional(),
  from: wallClock,
  to: wallClock,
  level: anyOfField(LEVELS),
  system: anyOfField(SYSTEMS),
  status: anyOfField(ENTRY_STATUSES),
  step: textField('Exact step.'),
  run_id: uuidField.optional(),
  outbox_id: uuidField.optional(),
  q: textField('Part of the message or of the details.'),
};
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max).optional();
/** Where in the journal a page begins. */
export const place = cursorField(z.tuple([z.string().max(40), z.string().max(100)]));
/** What the journal's address may say. */
export const journalQuery = z.object({ ...filters, limit: whole(100, 2000), refresh: whole(0, 30), cursor: place });
export type JournalQuery = z.output<typeof journalQuery>;

/** Times without a zone are the wall clock of the hub's zone; a beginning wins over a period. */
export function filterOf(asked: Omit<JournalQuery, 'cursor'>, { timezone, now }: View): JournalFilter {
  const { period, from, to, run_id: runId, outbox_id: outboxId, level, system, status, step, q } = asked;
  const since = from === undefined ? null : instantIn(timezone, from);
  const until = to === undefined ? null : instantIn(timezone, to);
  const begin = since ?? (period === undefined ? null : new Date(now.getTime() - PERIODS[period]));
  return {
    ...(begin && { from: begin }),
    ...(until && { to: until }),
    ...(level && { level }),
    ...(system && { system }),
    ...(status && { status }),
    ...(step && { step }),
    ...(runId && { runId }),
    ...(outboxId && { outboxId }),
    ...(q && { q }),
  };
}

export const JournalFilters: FC<{ view: View; asked: JournalQuery; limit: number; refresh: number }> = ({
  view,
  asked,
  limit,
  refresh,
}) => {
  const { t } = view;
  const one = (chosen: readonly string[] | undefined) => chosen?.join(',');
  const levels = [
    { value: 'error', name: levelName(view, 'error') },
    { value: 'warning,error', name: t('внимание и ошибки', 'warnings and errors') },
    ...(['warning', 'info', 'debug'] as const).map((value) => ({ value, name: levelName(view, value) })),
  ];
  const address = (format: string) =>
    withQuery(view.here.replace('/console/journal', '/console/journal/export'), { format, cursor: null });
  return (
    <form class="filters" method="get" action="/console/journal">
      <Input
        name="q"
        type="search"
        wide={true}
        value={asked.q}
        label={t('Слово в сообщении или в подробностях', 'Word in the message or the details')}
      />
      <Select
        name="period"
        label={t('За последние', 'Within the last')}
        any={t('всё время', 'all time')}
        value={asked.period}
        choices={[
          { value: '15m', name: t('15 минут', '15 minutes') },
          { value: '1h', name: t('час', 'hour') },
          { value: '24h', name: t('сутки', '24 hours') },
          { value: '7d', name: t('неделю', 'week') },
        ]}
      />
      <Input name="from" type="datetime-local" label={t('С', 'From')} value={asked.from} />
      <Input name="to" type="datetime-local" label={t('По', 'To')} value={asked.to} />
      <Select
        name="level"
        label={t('Уровень', 'Level')}
        any={t('любой', 'any')}
        value={one(asked.level)}
        choices={levels}
      />
      <Select
        name="system"
        label={t('Система', 'System')}
        any={t('любая', 'any')}
        value={one(asked.system)}
        choices={SYSTEMS.map((value) => ({ value, name: systemName(view, value) }))}
      />
      <Select
        name="status"
        label={t('Исход', 'Outcome')}
        any={t('любой', 'any')}
        value={one(asked.status)}
        choices={ENTRY_STATUSES.map((value) => ({ value, name: entryState(view, value).name }))}
      />
      <Input name="step" label={t('Шаг', 'Step')} value={asked.step} />
      <Input name="run_id" label={t('Прогон', 'Run')} value={asked.run_id} />
      {asked.outbox_id === undefined ? null : <input type="hidden" name="outbox_id" value={asked.outbox_id} />}
      <Select
        name="refresh"
        label={t('Обновлять', 'Refresh')}
        value={String(refresh)}
        choices={[...new Set([...INTERVALS, refresh])]
          .sort((a, b) => a - b)
          .map((value) => ({
            value: String(value),
            name: value === 0 ? t('нет', 'never') : `${value} ${t('с', 's')}`,
          }))}
      />
      <Select
        name="limit"
        label={t('Записей', 'Entries')}
        value={String(limit)}
        choices={[...new Set([...PAGE_SIZES, limit])]
          .sort((a, b) => a - b)
          .map((value) => ({ value: String(value), name: String(value) }))}
      />
      <button type="submit">{t('Показать', 'Show')}</button>
      <a class="button quiet" href="/console/journal">
        {t('Сбросить', 'Reset')}
      </a>
      <a class="button quiet" href={address('csv')} download="">
        CSV
      </a>
      <a class="button quiet" href={address('ndjson')} download="">
        NDJSON
      </a>
    </form>
  );
};

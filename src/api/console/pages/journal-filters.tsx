import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { cursorField } from '../../fields/cursor.ts';
import { anyOfField, textField, uuidField } from '../../fields/query-fields.ts';
import { ENTRY_STATUSES, type JournalFilter, LEVELS, SYSTEMS } from '../../queries/journal.ts';
import { type Filters, fieldOf } from '../filters.ts';
import { Input, Select, severalOf, withQuery } from '../parts.tsx';
import { instantIn, PERIODS } from '../period.ts';
import type { View } from '../view.ts';
import { entryState, levelName, systemName } from '../words.ts';

const PAGE_SIZES = [100, 200, 500, 1000, 2000];
const INTERVALS = [0, 2, 5, 10, 30];

const wallClock = z
  .string()
  .refine((text) => instantIn('UTC', text) !== null, { error: 'время вида 2026-03-02T09:00' })
  .optional();
/** A whole id, or the beginning of one, as people read it off a page. */
const idOrBeginning = z
  .string()
  .trim()
  .regex(/^[0-9a-f-]{4,36}$/i, { error: 'номер прогона или его начало' })
  .optional();
const filters = {
  period: z.enum(Object.keys(PERIODS) as [keyof typeof PERIODS, ...(keyof typeof PERIODS)[]]).optional(),
  from: wallClock,
  to: wallClock,
  level: anyOfField(LEVELS),
  system: anyOfField(SYSTEMS),
  status: anyOfField(ENTRY_STATUSES),
  step: textField('Exact step.'),
  run_id: idOrBeginning,
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

/** Fields that most people leave alone. */
const RARE = ['from', 'to', 'system', 'status', 'step', 'run_id', 'outbox_id', 'limit', 'refresh'];

export const JournalFilters: FC<{
  view: View;
  filters: Filters<JournalQuery>;
  limit: number;
  refresh: number;
}> = ({ view, filters, limit, refresh }) => {
  const { t } = view;
  const { given } = filters;
  const field = fieldOf(filters);
  const levels = [
    { value: 'error', name: levelName(view, 'error') },
    { value: 'warning,error', name: t('внимание и ошибки', 'warnings and errors') },
    ...(['warning', 'info', 'debug'] as const).map((value) => ({ value, name: levelName(view, value) })),
  ];
  const level = levels.some(({ value }) => value === given.level)
    ? { choices: levels, value: given.level }
    : severalOf(levels, given.level);
  const address = (format: string) =>
    withQuery(view.here.replace('/console/journal', '/console/journal/export'), { format, cursor: null });
  return (
    <form class="filters" method="get" action="/console/journal">
      <Input
        {...field('q')}
        type="search"
        wide={true}
        label={t('Слово в сообщении или в подробностях', 'Word in the message or the details')}
      />
      <Select
        {...field('period')}
        label={t('За последние', 'Within the last')}
        any={t('всё время', 'all time')}
        choices={[
          { value: '15m', name: t('15 минут', '15 minutes') },
          { value: '1h', name: t('час', 'hour') },
          { value: '24h', name: t('сутки', '24 hours') },
          { value: '7d', name: t('неделю', 'week') },
        ]}
      />
      <Select {...field('level')} label={t('Уровень', 'Level')} any={t('любой', 'any')} {...level} />
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
      <details class="more" open={RARE.some((name) => given[name] !== undefined)}>
        <summary>{t('Другие отборы и вид списка', 'More filters, and how the list looks')}</summary>
        <div class="fields">
          <Rare view={view} filters={filters} limit={limit} refresh={refresh} />
        </div>
      </details>
    </form>
  );
};

const Rare: FC<{
  view: View;
  filters: Filters<JournalQuery>;
  limit: number;
  refresh: number;
}> = ({ view, filters, limit, refresh }) => {
  const { t } = view;
  const { given } = filters;
  const field = fieldOf(filters);
  const systems = SYSTEMS.map((value) => ({ value, name: systemName(view, value) }));
  const states = ENTRY_STATUSES.map((value) => ({ value, name: entryState(view, value).name }));
  return (
    <>
      <Input {...field('from')} type="datetime-local" label={t(`С (${view.timezone})`, `From (${view.timezone})`)} />
      <Input {...field('to')} type="datetime-local" label={t(`По (${view.timezone})`, `To (${view.timezone})`)} />
      <Select
        {...field('system')}
        label={t('Система', 'System')}
        any={t('любая', 'any')}
        {...severalOf(systems, given.system)}
      />
      <Select
        {...field('status')}
        label={t('Исход', 'Outcome')}
        any={t('любой', 'any')}
        {...severalOf(states, given.status)}
      />
      <Input {...field('step')} label={t('Шаг', 'Step')} />
      <Input {...field('run_id')} label={t('Прогон (номер или его начало)', 'Run (id or its beginning)')} />
      {given.outbox_id === undefined ? null : (
        <Input {...field('outbox_id')} label={t('Документ (ключ)', 'Document (key)')} />
      )}
      <Select
        {...field('refresh')}
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
        {...field('limit')}
        label={t('Записей', 'Entries')}
        value={String(limit)}
        choices={[...new Set([...PAGE_SIZES, limit])]
          .sort((a, b) => a - b)
          .map((value) => ({ value: String(value), name: String(value) }))}
      />
    </>
  );
};

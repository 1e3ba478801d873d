import type { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { z } from 'zod';
import { cutPage, encodeCursor } from '../../fields/cursor.ts';
import { COLUMNS } from '../../journal/journal-source.ts';
import { EXPORTS, exportJournal } from '../../routes/logs-export.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { Empty, NextPage, withQuery } from '../parts.tsx';
import { readQuery } from '../query.ts';
import type { View } from '../view.ts';
import { Entries, EntryRows } from './journal-entries.tsx';
import { entryPage } from './journal-entry.tsx';
import { filterOf, JournalFilters, journalQuery, place } from './journal-filters.tsx';
import { orRefuse, readJournalFilters } from './journal-query.ts';

/** New entries that a refresh puts above the others; were there more, the page says so and leads to them. */
const MOST_NEW = 200;
/** `/console/journal`: what happened, with every filter, new entries above the others, and the same as a file. */
export function journalPages(
  app: Hono<ConsoleEnv>,
  deps: Pick<ConsoleDeps, 'journal' | 'config' | 'log' | 'clock' | 'db'>,
): void {
  const { journal, config, log, clock } = deps;

  app.get('/journal', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const filters = await readJournalFilters(c, deps, journalQuery);
    const { asked } = filters;
    const limit = asked.limit ?? config.admin.pageSize;
    const refresh = asked.refresh ?? Math.round(config.admin.pollMs / 1000);
    const [rows, absent] = await Promise.all([
      filters.isWrong
        ? []
        : journal.list(filterOf(asked, view), { ...(asked.cursor && { after: asked.cursor }), limit: limit + 1 }),
      journal.absent(),
    ]);
    const { shown, next } = cutPage(rows, limit, (row) => journal.placeOf(row));
    const newest = shown[0];
    const isLive = asked.cursor === undefined && refresh > 0 && !filters.isWrong;
    return c.html(
      renderPage({
        view,
        title: t('Журнал', 'Journal'),
        children: (
          <>
            <h1>{t('Журнал', 'Journal')}</h1>
            {absent.length < COLUMNS.length ? null : (
              <p class="notice bad">
                {t(
                  'Таблицы integration_logs в этой базе нет, или в ней нет знакомых столбцов.',
                  'This database has no table integration_logs, or it has no column that is known.',
                )}
              </p>
            )}
            {absent.length === 0 || absent.length === COLUMNS.length ? null : (
              <p class="notice warn">
                {t('В этой таблице нет столбцов', 'This table lacks the columns')}: {absent.join(', ')}.{' '}
                {t('Отборы по ним не действуют.', 'Filters by them have no effect.')}
              </p>
            )}
            <JournalFilters view={view} filters={filters} limit={limit} refresh={refresh} />
            <div class="card">
              {isLive ? (
                <Fresh
                  view={view}
                  newest={newest === undefined ? null : encodeCursor(journal.placeOf(newest))}
                  seconds={refresh}
                />
              ) : null}
              {filters.isWrong ? (
                <p class="notice warn">{filters.problems.cursor ?? t('Исправьте отбор.', 'Correct the filter.')}</p>
              ) : shown.length === 0 ? (
                <Empty>{t('По этому отбору записей нет.', 'No entries fit this filter.')}</Empty>
              ) : null}
              <Entries view={view} entries={shown} absent={absent} />
              <NextPage view={view} next={next} first={asked.cursor === undefined} />
            </div>
          </>
        ),
      }),
      filters.isWrong ? 422 : 200,
    );
  });

  // What came since the newest entry that the page has: put above it, so that nobody loses the place.
  app.get('/journal/fresh', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const { newest, ...asked } = orRefuse(await readJournalFilters(c, deps, journalQuery.extend({ newest: place })));
    const seconds = Math.max(2, asked.refresh ?? Math.round(config.admin.pollMs / 1000));
    const [rows, absent] = await Promise.all([
      journal.list(filterOf(asked, view), { ...(newest && { before: newest }), limit: MOST_NEW + 1 }),
      journal.absent(),
    ]);
    const [first] = rows;
    const mark = first === undefined ? newest : journal.placeOf(first);
    return c.html(
      <>
        <Fresh view={view} newest={mark === undefined ? null : encodeCursor(mark)} seconds={seconds} />
        {rows.length === 0 ? null : (
          <hx-partial hx-target="#rows" hx-swap="afterbegin">
            <EntryRows
              view={view}
              entries={rows.slice(0, MOST_NEW)}
              absent={absent}
              more={
                rows.length <= MOST_NEW ? null : (
                  <a href={`/console/journal?${new URL(view.here, 'http://hub.invalid').searchParams}`}>
                    {t(
                      'Новых записей больше, чем помещается: показать с начала',
                      'There are more new entries than fit: show from the beginning',
                    )}
                  </a>
                )
              }
            />
          </hx-partial>
        )}
      </>,
    );
  });

  app.get('/journal/export', async (c) => {
    const { view } = c.var;
    const { format } = readQuery(c, z.object({ format: z.enum(['csv', 'ndjson']) }));
    const asked = orRefuse(await readJournalFilters(c, deps, journalQuery));
    const as =
      format === 'csv' ? EXPORTS.csv(view.lang === 'ru' ? ';' : ',', config.schedule.timezone) : EXPORTS.ndjson;
    const body = await exportJournal(
      { journal, log },
      { filter: filterOf(asked, view), format: as, payloads: view.may('operator') },
    );
    const stamp = clock.now().toISOString().slice(0, 19).replaceAll(':', '-');
    return new Response(body, {
      headers: {
        'Content-Type': as.contentType,
        'Content-Disposition': `attachment; filename="integration-logs-${stamp}.${format}"`,
      },
    });
  });

  app.get('/journal/:id', async (c) => entryPage(c, deps));
}

/** Asks every few seconds for what is newer than the newest entry of the page. */
const Fresh: FC<{ view: View; newest: string | null; seconds: number }> = ({ view, newest, seconds }) => {
  const { searchParams } = new URL(view.here, 'http://hub.invalid');
  const here = `/console/journal/fresh?${searchParams}`;
  const address = withQuery(here, { newest, cursor: null });
  return (
    <p id="fresh" class="soft" hx-get={address} hx-trigger={`every ${seconds}s`} hx-swap="outerHTML">
      {view.t(
        `Новые записи появляются сверху сами, каждые ${seconds} с.`,
        `New entries appear above by themselves, every ${seconds} s.`,
      )}
    </p>
  );
};

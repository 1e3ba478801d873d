import type { Hono } from 'hono';
import { z } from 'zod';
import { cursorField, cutPage } from '../../fields/cursor.ts';
import { textField } from '../../fields/query-fields.ts';
import { listActions } from '../../queries/actions.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { Empty, Input, NextPage, Table, Tag } from '../parts.tsx';
import { readQuery } from '../query.ts';
import { actName } from '../words.ts';

const PAGE = 100;

const query = z.object({
  actor: textField('Exact name.'),
  action: textField('Exact act.'),
  cursor: cursorField(z.tuple([z.string().regex(/^\d{1,18}$/)])),
});

/** `/console/actions`: what people did, newest first. */
export function actionsPage(app: Hono<ConsoleEnv>, { db }: Pick<ConsoleDeps, 'db'>): void {
  app.get('/actions', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const { cursor, ...filter } = readQuery(c, query);
    const rows = await listActions(db, { ...filter, after: cursor, limit: PAGE + 1 });
    const { shown, next } = cutPage(rows, PAGE, ({ id }) => [id]);
    return c.html(
      renderPage({
        view,
        title: t('Действия людей', 'What people did'),
        children: (
          <>
            <h1>{t('Действия людей', 'What people did')}</h1>
            <form class="filters" method="get" action="/console/actions">
              <Input name="actor" label={t('Кто', 'Who')} value={filter.actor} />
              <Input name="action" label={t('Действие (код)', 'Act (code)')} value={filter.action} />
              <button type="submit">{t('Показать', 'Show')}</button>
            </form>
            <div class="card">
              {shown.length === 0 ? (
                <Empty>{t('Никто ещё ничего не делал.', 'Nobody has done anything yet.')}</Empty>
              ) : (
                <Table
                  label={t('Действия', 'Acts')}
                  head={[
                    t('Когда', 'When'),
                    t('Кто', 'Who'),
                    t('Что', 'What'),
                    t('Итог', 'Outcome'),
                    t('С чем', 'With what'),
                    t('Подробности', 'Details'),
                  ]}
                >
                  <tbody>
                    {shown.map((one) => (
                      <tr>
                        <td class="t" data-label={t('Когда', 'When')}>
                          {view.time(one.ts)}
                        </td>
                        <td data-label={t('Кто', 'Who')}>
                          <a href={`/console/actions?actor=${encodeURIComponent(one.actor)}`}>{one.actor}</a>
                        </td>
                        <td data-label={t('Что', 'What')}>
                          {actName(view, one.action)} <span class="key">{one.action}</span>
                        </td>
                        <td data-label={t('Итог', 'Outcome')}>
                          <Tag
                            word={
                              one.outcome === 'done'
                                ? { name: t('сделано', 'done'), tone: 'good' }
                                : one.outcome === 'refused'
                                  ? { name: t('отказано', 'refused'), tone: 'bad' }
                                  : one.outcome === 'failed'
                                    ? { name: t('не удалось', 'failed'), tone: 'bad' }
                                    : { name: t('пропущено', 'skipped'), tone: 'calm' }
                            }
                          />
                        </td>
                        <td {...((one.outbox_id ?? one.run_id) ? { 'data-label': t('С чем', 'With what') } : {})}>
                          {one.outbox_id === null ? null : (
                            <a href={`/console/documents/${one.outbox_id}`}>{t('документ', 'document')}</a>
                          )}{' '}
                          {one.run_id === null ? null : (
                            <a href={`/console/runs/${one.run_id}`}>{t('прогон', 'run')}</a>
                          )}
                        </td>
                        <td {...(one.details === null ? {} : { 'data-label': t('Подробности', 'Details') })}>
                          {one.details === null ? null : (
                            <details>
                              <summary>{t('показать', 'show')}</summary>
                              <pre>{JSON.stringify(one.details, null, 2)}</pre>
                            </details>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </Table>
              )}
              <NextPage view={view} next={next} first={cursor === undefined} />
            </div>
          </>
        ),
      }),
    );
  });
}

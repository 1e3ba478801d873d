import type { Hono } from 'hono';
import type { Child, FC } from 'hono/jsx';
import { z } from 'zod';
import { cursorField, cutPage } from '../../fields/cursor.ts';
import { textField } from '../../fields/query-fields.ts';
import { type ActionRow, listActions } from '../../queries/actions.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { renderPage } from '../layout.tsx';
import { List } from '../list.tsx';
import { FilterForm, Input, NextPage, Tag } from '../parts.tsx';
import { readQuery } from '../query.ts';
import type { View } from '../view.ts';
import { actName, type Tone } from '../words.ts';

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
            <FilterForm view={view} action="/console/actions">
              <Input name="actor" label={t('Кто', 'Who')} value={filter.actor} />
              <Input name="action" label={t('Действие (код)', 'Act (code)')} value={filter.action} />
            </FilterForm>
            <div class="card">
              <Rows view={view} rows={shown} />
              <NextPage view={view} next={next} first={cursor === undefined} />
            </div>
          </>
        ),
      }),
    );
  });
}

const Rows: FC<{ view: View; rows: ActionRow[] }> = ({ view, rows }) => {
  const { t } = view;
  return (
    <List
      label={t('Действия', 'Acts')}
      rows={rows}
      empty={t('Никто ещё ничего не делал.', 'Nobody has done anything yet.')}
      columns={[
        { head: t('Когда', 'When'), kind: 'time', cell: ({ ts }) => view.time(ts) },
        {
          head: t('Кто', 'Who'),
          cell: ({ actor }) => <a href={`/console/actions?actor=${encodeURIComponent(actor)}`}>{actor}</a>,
        },
        {
          head: t('Что', 'What'),
          cell: ({ action }) => (
            <>
              {actName(view, action)} <span class="key">{action}</span>
            </>
          ),
        },
        { head: t('Итог', 'Outcome'), cell: ({ outcome }) => <Tag word={outcomeOf(view, outcome)} /> },
        { head: t('С чем', 'With what'), cell: (one) => touchedBy(view, one) },
        { head: t('Подробности', 'Details'), cell: ({ details }) => folded(view, details) },
      ]}
    />
  );
};

function outcomeOf({ t }: View, outcome: string): { name: string; tone: Tone } {
  if (outcome === 'done') return { name: t('сделано', 'done'), tone: 'good' };
  if (outcome === 'refused') return { name: t('отказано', 'refused'), tone: 'bad' };
  if (outcome === 'failed') return { name: t('не удалось', 'failed'), tone: 'bad' };
  return { name: t('пропущено', 'skipped'), tone: 'calm' };
}

/** The document and the run that the act was about, where there are any. */
const touchedBy = ({ t }: View, { outbox_id, run_id }: ActionRow): Child =>
  outbox_id === null && run_id === null ? null : (
    <>
      {outbox_id === null ? null : <a href={`/console/documents/${outbox_id}`}>{t('документ', 'document')}</a>}{' '}
      {run_id === null ? null : <a href={`/console/runs/${run_id}`}>{t('прогон', 'run')}</a>}
    </>
  );

const folded = ({ t }: View, details: unknown): Child =>
  details === null ? null : (
    <details>
      <summary>{t('показать', 'show')}</summary>
      <pre>{JSON.stringify(details, null, 2)}</pre>
    </details>
  );

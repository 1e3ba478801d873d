import type { FC } from 'hono/jsx';
import { type Column, List } from '../list.tsx';
import type { View } from '../view.ts';
import { jobName, queueName } from '../words.ts';

export interface QueueState {
  name: string;
  counts: Record<string, number> | null;
  schedulers: Scheduler[] | null;
}

interface Scheduler {
  name: string;
  pattern?: string | undefined;
  next?: number | undefined;
}

/** How the queues stand, and what comes by itself. */
export const Queues: FC<{ view: View; queues: QueueState[] }> = ({ view, queues }) => {
  const { t } = view;
  const count = (state: string, head: string): Column<QueueState> => ({
    head,
    kind: 'number',
    cell: ({ counts }) => (counts === null ? '—' : view.number(counts[state] ?? 0)),
  });
  return (
    <List
      label={t('Очереди', 'Queues')}
      rows={queues}
      columns={[
        {
          head: t('Очередь', 'Queue'),
          cell: ({ name }) => <a href={`/queues/queue/${name}`}>{queueName(view, name)}</a>,
        },
        count('waiting', t('Ждут', 'Waiting')),
        count('active', t('В работе', 'Active')),
        count('delayed', t('Отложены', 'Delayed')),
        count('failed', t('С ошибкой', 'Failed')),
        {
          head: t('Расписание', 'Schedule'),
          cell: ({ schedulers }) => (schedulers ?? []).map((one) => <Schedule view={view} one={one} />),
        },
      ]}
    />
  );
};

const Schedule: FC<{ view: View; one: Scheduler }> = ({ view, one: { name, pattern, next } }) => (
  <p>
    {jobName(view, name)} <span class="key">{pattern ?? ''}</span>{' '}
    {next === undefined ? '' : `${view.t('следующий раз', 'next')} ${view.time(new Date(next))}`}
  </p>
);

import type { FC } from 'hono/jsx';
import { Table } from '../parts.tsx';
import type { View } from '../view.ts';
import { jobName, queueName } from '../words.ts';

export interface QueueState {
  name: string;
  counts: Record<string, number> | null;
  schedulers: { name: string; pattern?: string | undefined; next?: number | undefined }[] | null;
}

/** How the queues stand, and what comes by itself. */
export const Queues: FC<{ view: View; queues: QueueState[] }> = ({ view, queues }) => {
  const { t } = view;
  const states = [
    ['waiting', t('Ждут', 'Waiting')],
    ['active', t('В работе', 'Active')],
    ['delayed', t('Отложены', 'Delayed')],
    ['failed', t('С ошибкой', 'Failed')],
  ] as const;
  return (
    <Table
      label={t('Очереди', 'Queues')}
      head={[t('Очередь', 'Queue'), ...states.map(([, label]) => label), t('Расписание', 'Schedule')]}
    >
      <tbody>
        {queues.map(({ name, counts, schedulers }) => (
          <tr>
            <td data-label={t('Очередь', 'Queue')}>
              <a href={`/queues/queue/${name}`}>{queueName(view, name)}</a>
            </td>
            {states.map(([state, label]) => (
              <td class="n" data-label={label}>
                {counts === null ? '—' : view.number(counts[state] ?? 0)}
              </td>
            ))}
            <td {...((schedulers ?? []).length === 0 ? {} : { 'data-label': t('Расписание', 'Schedule') })}>
              {(schedulers ?? []).map((one) => (
                <p>
                  {jobName(view, one.name)} <span class="key">{one.pattern ?? ''}</span>{' '}
                  {one.next === undefined ? '' : `${t('следующий раз', 'next')} ${view.time(new Date(one.next))}`}
                </p>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
};

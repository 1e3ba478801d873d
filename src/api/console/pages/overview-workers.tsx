import type { FC } from 'hono/jsx';
import type { WorkerRow } from '../../queries/overview.ts';
import { List } from '../list.tsx';
import { Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { queueName, type Tone } from '../words.ts';

export const Workers: FC<{ view: View; workers: WorkerRow[] }> = ({ view, workers }) => {
  const { t } = view;
  if (workers.every(({ gone }) => gone)) {
    return (
      <p class="notice bad">
        {t(
          'Ни один рабочий процесс не подаёт признаков жизни: документы ждут.',
          'No worker gives a sign of life: documents wait.',
        )}
      </p>
    );
  }
  return (
    <List
      label={t('Рабочие процессы', 'Workers')}
      rows={workers}
      columns={[
        {
          head: t('Очередь', 'Queue'),
          cell: ({ queue }) => <a href={`/queues/queue/${queue}`}>{queueName(view, queue)}</a>,
        },
        { head: t('Процесс', 'Process'), cell: ({ owner }) => <span class="key">{owner}</span> },
        {
          head: t('Занято', 'Busy'),
          kind: 'number',
          cell: ({ busy, concurrency }) => `${busy} ${t('из', 'of')} ${concurrency}`,
        },
        {
          head: t('Последнее задание', 'Last fetch'),
          kind: 'time',
          cell: ({ last_fetch_at }) => view.shortTime(last_fetch_at),
        },
        { head: t('Состояние', 'State'), cell: (one) => <Tag word={workerState(view, one)} /> },
      ]}
    />
  );
};

function workerState(view: View, one: WorkerRow): { name: string; tone: Tone } {
  const { t } = view;
  if (one.gone) return { name: `${t('молчит с', 'silent since')} ${view.shortTime(one.seen_at)}`, tone: 'bad' };
  if (one.stalled_since !== null)
    return { name: `${t('застрял с', 'stuck since')} ${view.shortTime(one.stalled_since)}`, tone: 'bad' };
  return { name: t('работает', 'works'), tone: 'good' };
}

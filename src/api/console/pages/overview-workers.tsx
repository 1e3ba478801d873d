import type { FC } from 'hono/jsx';
import type { WorkerRow } from '../../queries/overview.ts';
import { Table, Tag } from '../parts.tsx';
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
    <Table
      label={t('Рабочие процессы', 'Workers')}
      head={[
        t('Очередь', 'Queue'),
        t('Процесс', 'Process'),
        t('Занято', 'Busy'),
        t('Последнее задание', 'Last fetch'),
        t('Состояние', 'State'),
      ]}
    >
      <tbody>
        {workers.map((one) => (
          <tr>
            <td data-label={t('Очередь', 'Queue')}>
              <a href={`/queues/queue/${one.queue}`}>{queueName(view, one.queue)}</a>
            </td>
            <td data-label={t('Процесс', 'Process')}>
              <span class="key">{one.owner}</span>
            </td>
            <td class="n" data-label={t('Занято', 'Busy')}>
              {one.busy} {t('из', 'of')} {one.concurrency}
            </td>
            <td class="t" data-label={t('Последнее задание', 'Last fetch')}>
              {view.shortTime(one.last_fetch_at)}
            </td>
            <td data-label={t('Состояние', 'State')}>
              <Tag word={workerState(view, one)} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
};

function workerState(view: View, one: WorkerRow): { name: string; tone: Tone } {
  const { t } = view;
  if (one.gone) return { name: `${t('молчит с', 'silent since')} ${view.shortTime(one.seen_at)}`, tone: 'bad' };
  if (one.stalled_since !== null)
    return { name: `${t('застрял с', 'stuck since')} ${view.shortTime(one.stalled_since)}`, tone: 'bad' };
  return { name: t('работает', 'works'), tone: 'good' };
}

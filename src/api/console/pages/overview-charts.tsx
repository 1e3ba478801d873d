import type { FC } from 'hono/jsx';
import type { Hour, Latency } from '../../queries/overview.ts';
import { Chart } from '../charts.tsx';
import type { View } from '../view.ts';

/** A day by the hour: documents made, how long they waited, how fast the systems answered. */
export const Charts: FC<{ view: View; hours: Hour[]; latencies: Latency[] }> = ({ view, hours, latencies }) => {
  const { t } = view;
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: view.timezone });
  const marks = hours.map(({ at }) => clock.format(at));
  const of = (system: string) =>
    hours.map(
      ({ at }) => latencies.find((one) => one.system === system && one.at.getTime() === at.getTime())?.ms ?? null,
    );
  const total = hours.reduce((sum, { transfers, orders }) => sum + transfers + orders, 0);
  return (
    <>
      <section class="card" aria-labelledby="c-documents">
        <h2 id="c-documents">{t('Документы по часам', 'Documents per hour')}</h2>
        <Chart
          shape="bars"
          marks={marks}
          label={t(`Документов за сутки: ${total}`, `Documents in 24 hours: ${total}`)}
          format={(value) => view.number(value)}
          series={[
            { name: t('перемещения', 'transfers'), values: hours.map(({ transfers }) => transfers) },
            { name: t('заказы', 'orders'), values: hours.map(({ orders }) => orders) },
          ]}
        />
      </section>
      <section class="card" aria-labelledby="c-wait">
        <h2 id="c-wait">{t('Сколько документ ждал', 'How long a document waited')}</h2>
        <Chart
          shape="lines"
          marks={marks}
          label={t(
            'От обещания или решения человека до подтверждения, по часам',
            'From promise or decision to confirmation, by hour',
          )}
          format={(value) => view.span(value)}
          series={[
            { name: t('обычно', 'usually'), values: hours.map(({ wait_ms }) => wait_ms) },
            { name: t('дольше всего', 'longest'), values: hours.map(({ longest_ms }) => longest_ms) },
          ]}
        />
      </section>
      <section class="card" aria-labelledby="c-latency">
        <h2 id="c-latency">{t('Как быстро отвечают системы', 'How fast the systems answer')}</h2>
        <Chart
          shape="lines"
          marks={marks}
          label={t('Обычная длительность создания документа, по часам', 'Usual duration of making a document, by hour')}
          format={(value) => `${view.number(Math.round(value))} ${t('мс', 'ms')}`}
          series={[
            { name: '1С', values: of('1c') },
            { name: t('МойСклад', 'MoySklad'), values: of('moysklad') },
          ]}
        />
      </section>
    </>
  );
};

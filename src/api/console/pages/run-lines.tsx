import type { FC } from 'hono/jsx';
import type { LineView } from '../../routes/line-view.ts';
import { Empty, Table, Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { documentKind, documentState, lineOutcome } from '../words.ts';

/** The lines of a run: what was there, what was decided and why, and the documents that came of it. */
export const Lines: FC<{ view: View; lines: LineView[]; empty: string }> = ({ view, lines, empty }) => {
  const { t } = view;
  if (lines.length === 0) return <Empty>{empty}</Empty>;
  return (
    <Table
      label={t('Строки', 'Lines')}
      head={[
        t('Склад', 'Warehouse'),
        t('Товар', 'Item'),
        t('Минимум — максимум', 'Min — max'),
        t('Есть', 'Free'),
        t('Ожидается', 'Expected'),
        t('Нужно', 'Need'),
        t('Решение', 'Decision'),
        t('Документы', 'Documents'),
      ]}
    >
      <tbody>
        {lines.map((line) => (
          <tr>
            <td data-label={t('Склад', 'Warehouse')}>{line.recipient.name}</td>
            <td data-label={t('Товар', 'Item')}>
              <a href={`/console/documents?q=${encodeURIComponent(line.item.article)}`}>{line.item.article}</a>{' '}
              {line.item.name}
              {line.item.characteristic_name === '' ? '' : ` (${line.item.characteristic_name})`}
              <details>
                <summary>{t('Почему столько?', 'Why so many?')}</summary>
                <p class="why">
                  {line.explanation ??
                    t(
                      'Эту запись сделал другой выпуск хаба; числа — ниже.',
                      'Another release wrote this; its numbers are below.',
                    )}
                </p>
                {line.explanation === null ? <pre>{JSON.stringify(line.why, null, 2)}</pre> : null}
              </details>
            </td>
            <td class="n" data-label={t('Минимум — максимум', 'Min — max')}>
              {view.number(line.minimum)} — {line.maximum === null ? '∞' : view.number(line.maximum)}
            </td>
            <td class="n" data-label={t('Есть', 'Free')}>
              {view.number(line.free)}
            </td>
            <td class="n" data-label={t('Ожидается', 'Expected')}>
              {view.number(line.on_order + line.hub_expected)}
            </td>
            <td class="n" data-label={t('Нужно', 'Need')}>
              {view.number(line.need)} {line.item.unit}
            </td>
            <td data-label={t('Решение', 'Decision')}>
              <Tag word={lineOutcome(view, line.outcome)} />
            </td>
            <td data-label={t('Документы', 'Documents')}>
              {line.documents.map((one) => (
                <p>
                  <a href={`/console/documents/${one.outbox_id}`}>
                    {documentKind(view, one.kind)} {one.number ?? ''}
                  </a>{' '}
                  {view.number(one.quantity)} <Tag word={documentState(view, one.status)} />
                </p>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
};

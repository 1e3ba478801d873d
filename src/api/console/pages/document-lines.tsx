import type { FC } from 'hono/jsx';
import type { findOutbox, OutboxRowView } from '../../queries/outbox.ts';
import { ActButton, Csrf, Empty, Problem, Table, wrong } from '../parts.tsx';
import type { View } from '../view.ts';

type Line = NonNullable<Awaited<ReturnType<typeof findOutbox>>>['lines'][number];

/** An edit that cannot be: what was typed, and why. */
export interface RefusedEdit {
  line: number;
  quantity: string;
  reason: string;
  force: boolean;
  /** The field that the problem is about. */
  field: 'quantity' | 'reason';
  problem: string;
}

export const Lines: FC<{ view: View; row: OutboxRowView; lines: Line[]; refused: RefusedEdit | null }> = (props) => {
  const { view, row, lines, refused } = props;
  const { t } = view;
  const decides = row.status === 'held' && view.may('operator');
  if (lines.length === 0) return <Empty>{t('Строк нет.', 'No lines.')}</Empty>;
  const head = [
    t('№', 'No.'),
    t('Товар', 'Item'),
    t('Количество', 'Quantity'),
    t('Получено', 'Received'),
    t('Состояние', 'State'),
  ];
  return (
    <Table
      label={t('Строки документа', 'Lines of the document')}
      head={decides ? [...head, t('Решение', 'Decision')] : head}
    >
      <tbody>
        {lines.map((line) => (
          <tr>
            <td class="n" data-label={t('№', 'No.')}>
              {line.line_number}
            </td>
            <td data-label={t('Товар', 'Item')}>
              <a href={`/console/runs/${row.run_id}?q=${encodeURIComponent(line.article)}`}>{line.article}</a>{' '}
              {line.item_name}
            </td>
            <td class="n" data-label={t('Количество', 'Quantity')}>
              {view.number(line.quantity)}
              {line.planned_quantity === null ? null : (
                <p class="soft">
                  {t('по расчёту', 'planned')} {view.number(line.planned_quantity)}; {line.edited_by}:{' '}
                  {line.edit_reason}
                </p>
              )}
            </td>
            <td class="n" data-label={t('Получено', 'Received')}>
              {view.number(line.received)}
            </td>
            <td data-label={t('Состояние', 'State')}>
              {line.closed_reason !== null
                ? closedName(view, line.closed_reason)
                : line.approved_by === null
                  ? t('ожидается', 'expected')
                  : `${t('утверждена', 'approved')}: ${line.approved_by}`}
            </td>
            {decides ? (
              <td {...(line.closed_at === null ? { 'data-label': t('Решение', 'Decision') } : {})}>
                {line.closed_at === null ? (
                  <Decision
                    view={view}
                    row={row}
                    line={line}
                    refused={refused?.line === line.line_number ? refused : null}
                  />
                ) : null}
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </Table>
  );
};

/** A single line needs no page of its own to be confirmed: what is touched stands beside the button. */
const Decision: FC<{ view: View; row: OutboxRowView; line: Line; refused: RefusedEdit | null }> = (props) => {
  const { view, row, line, refused } = props;
  const { t } = view;
  const base = `/console/documents/${row.id}/lines/${line.line_number}`;
  const id = `edit-${line.line_number}`;
  const problemOf = (field: RefusedEdit['field']) => (refused?.field === field ? refused.problem : undefined);
  return (
    <>
      <div class="acts">
        <ActButton view={view} action={`${base}/approve`} name={t('Утвердить строку', 'Approve line')} look="quiet" />
        <ActButton view={view} action={`${base}/reject`} name={t('Отклонить строку', 'Reject line')} look="danger" />
      </div>
      <details open={refused !== null}>
        <summary>{t('Изменить количество', 'Edit the quantity')}</summary>
        <form method="post" action={`${base}/edit`} class="filters">
          <Csrf view={view} />
          <div class="field">
            <label for={`${id}-q`}>{t('Количество', 'Quantity')}</label>
            <input
              id={`${id}-q`}
              name="quantity"
              inputmode="decimal"
              value={refused?.quantity ?? String(line.quantity)}
              required={true}
              maxlength={40}
              {...wrong(`${id}-q`, problemOf('quantity'))}
            />
            <Problem id={`${id}-q`} problem={problemOf('quantity')} />
          </div>
          <div class="field wide">
            <label for={`${id}-r`}>{t('Почему', 'Why')}</label>
            <input
              id={`${id}-r`}
              name="reason"
              required={true}
              maxlength={500}
              value={refused?.reason ?? ''}
              {...wrong(`${id}-r`, problemOf('reason'))}
            />
            <Problem id={`${id}-r`} problem={problemOf('reason')} />
          </div>
          <label class="check">
            <input type="checkbox" name="force" value="yes" checked={refused?.force === true} />
            {t(
              'настоять: неполная упаковка или больше, чем у донора сверх минимума',
              'insist: a broken pack, or more than the donor has above its minimum',
            )}
          </label>
          <button type="submit">{t('Сохранить', 'Save')}</button>
        </form>
      </details>
    </>
  );
};

const closedName = ({ t }: View, reason: string): string =>
  ({
    received: t('получена', 'received'),
    shipped: t('отгружена', 'shipped'),
    deleted: t('документ удалён', 'document deleted'),
    cancelled: t('отменена', 'cancelled'),
    rejected: t('отклонена', 'rejected'),
    superseded: t('заменена', 'superseded'),
  })[reason] ?? reason;

import type { FC } from 'hono/jsx';
import type { findOutbox, OutboxRowView } from '../../queries/outbox.ts';
import { type Column, List } from '../list.tsx';
import { ActButton, Csrf, Problem, wrong } from '../parts.tsx';
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
  const decision: Column<Line> = {
    head: t('Решение', 'Decision'),
    cell: (line) =>
      line.closed_at !== null ? null : (
        <Decision view={view} row={row} line={line} refused={refused?.line === line.line_number ? refused : null} />
      ),
  };
  return (
    <List
      label={t('Строки документа', 'Lines of the document')}
      rows={lines}
      empty={t('Строк нет.', 'No lines.')}
      columns={[
        { head: t('№', 'No.'), kind: 'number', cell: ({ line_number }) => line_number },
        {
          head: t('Товар', 'Item'),
          cell: ({ article, item_name }) => (
            <>
              <a href={`/console/runs/${row.run_id}?q=${encodeURIComponent(article)}`}>{article}</a> {item_name}
            </>
          ),
        },
        { head: t('Количество', 'Quantity'), kind: 'number', cell: (line) => <Quantity view={view} line={line} /> },
        { head: t('Получено', 'Received'), kind: 'number', cell: ({ received }) => view.number(received) },
        { head: t('Состояние', 'State'), cell: (line) => stateOf(view, line) },
        ...(decides ? [decision] : []),
      ]}
    />
  );
};

/** What is ordered; where a person changed it, also what the hub had worked out. */
const Quantity: FC<{ view: View; line: Line }> = ({ view, line }) => (
  <>
    {view.number(line.quantity)}
    {line.planned_quantity === null ? null : (
      <p class="soft">
        {view.t('по расчёту', 'planned')} {view.number(line.planned_quantity)}; {line.edited_by}: {line.edit_reason}
      </p>
    )}
  </>
);

function stateOf(view: View, { closed_reason, approved_by }: Line): string {
  const { t } = view;
  if (closed_reason !== null) return closedName(view, closed_reason);
  return approved_by === null ? t('ожидается', 'expected') : `${t('утверждена', 'approved')}: ${approved_by}`;
}

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

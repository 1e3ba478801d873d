import type { OutboxRowView } from '../queries/outbox.ts';
import type { Goods } from '../queries/outbox-goods.ts';
import type { Touched } from './confirm.tsx';

/** A document in a few words: where from, where to, what. */
export function inWords(row: Pick<OutboxRowView, 'sender_name' | 'recipient_name'>, goods: Goods | undefined): string {
  const route = [row.sender_name, row.recipient_name].filter((one) => one !== null).join(' → ');
  if (goods === undefined) return route;
  const more = goods.lines > 1 ? ` +${goods.lines - 1}` : '';
  return `${route}: ${goods.article} ${goods.itemName}${more}`;
}

export const touched = (row: OutboxRowView, goods: Goods | undefined): Touched => ({
  id: row.id,
  kind: row.kind,
  status: row.status,
  number: row.external_number,
  what: inWords(row, goods),
});

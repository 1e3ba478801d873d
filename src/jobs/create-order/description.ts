import { formatMilli } from '../../shared/planning/quantity.ts';
import type { Milli } from '../../shared/planning/types.ts';

export interface DescribedLine {
  article: string;
  itemName: string;
  quantity: Milli;
  unit: string;
  /** Why so much: what is there, what is expected, what is wanted; empty where nobody knows. */
  why?: string;
}

/**
 * The order's comment for people in МойСклад: what it is for, and its positions as far as `limit` characters hold them,
 * each whole; how many more there are is said.
 */
export function describeOrder(recipientName: string, lines: DescribedLine[], limit: number): string {
  const count = lines.length === 1 ? '' : ` Позиций: ${lines.length}.`;
  const head = `Пополнение склада «${recipientName}»: на складах-донорах не нашлось.${count}`;
  const told = lines.map(
    ({ article, itemName, quantity, unit, why }) =>
      `\n${`${article} ${itemName}`.trim()}: ${`${formatMilli(quantity, 'ru')} ${unit}`.trim()}${why ? ` (${why})` : ''}`,
  );
  const more = (left: number) => (left === 0 ? '' : `\n… и ещё ${left}, все — в позициях заказа`);
  // Room for the longest such remark, so that adding it never drops a line that was told.
  const room = limit - head.length - more(lines.length).length;
  let [shown, length] = [0, 0];
  while (shown < told.length && length + told[shown]!.length <= room) length += told[shown++]!.length;
  const whole = told.join('');
  if (head.length + whole.length <= limit) return head + whole;
  return head + told.slice(0, shown).join('') + more(lines.length - shown);
}

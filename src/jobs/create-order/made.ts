import type { JournalEntry } from '../../shared/journal/journal.ts';
import type { MadeOrder } from '../../shared/moysklad/port.ts';
import type { BegunRow } from '../../shared/outbox/attempt-store.ts';

/** What the journal says of an order that is there. */
export function madeEntry(
  row: BegunRow,
  made: MadeOrder,
  lines: number,
): Pick<JournalEntry, 'level' | 'message'> & { details: Record<string, unknown> } {
  const sums =
    made.sums === undefined
      ? ''
      : `. Сумма в МойСклад ${roubles(made.sums.stored)} ₽, а ожидалась ${roubles(made.sums.meant)} ₽: проверьте цены (в МойСклад они поднимаются до минимальных)`;
  return {
    level: made.sums === undefined ? 'info' : 'warning',
    message: `${made.found ? 'Найден созданный ранее' : 'Создан'} заказ покупателя ${made.number} в МойСклад для «${row.recipient_name}»${lines > 1 ? `, позиций: ${lines}` : ''}${sums}`,
    details: { number: made.number, key: made.key, found: made.found, lines, ...(made.sums && { sums: made.sums }) },
  };
}

const roubles = (kopecks: number) =>
  (kopecks / 100).toLocaleString('ru', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

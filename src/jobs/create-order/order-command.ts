import { DESCRIPTION_LENGTH } from '../../shared/moysklad/order.ts';
import type { OrderCommand } from '../../shared/moysklad/port.ts';
import type { BegunRow, linesOf } from '../../shared/outbox/attempt-store.ts';
import { formatMilli, toMilli } from '../../shared/planning/quantity.ts';
import { type DescribedLine, describeOrder } from './description.ts';
import type { BarcodesOf } from './known-barcodes.ts';

/** A line of an order as the database holds it. */
export type StoredLine = Awaited<ReturnType<typeof linesOf>>[number];

/** What is to be ordered for an outbox row, with a comment that tells a manager in МойСклад why. */
export function orderCommand(row: BegunRow, lines: StoredLine[], barcodesOf: BarcodesOf): OrderCommand {
  return {
    key: row.document_key,
    outboxId: row.id,
    recipientName: row.recipient_name ?? '',
    description: describeOrder(row.recipient_name ?? '', lines.map(described), DESCRIPTION_LENGTH),
    lines: lines.map((line) => ({
      itemKey: line.itemKey,
      characteristicKey: line.characteristicKey,
      article: line.article,
      code: line.code,
      barcodes: barcodesOf(line),
      itemName: line.itemName,
      quantity: toMilli(line.quantity.toString()),
    })),
  };
}

const described = ({ article, itemName, quantity, runLine }: StoredLine): DescribedLine => ({
  article,
  itemName,
  quantity: toMilli(quantity.toString()),
  unit: runLine.unit,
  why: whyOf(runLine),
});

/** The numbers that the order came of, as they were when it was planned. */
function whyOf({ minimum, maximum, free, onOrder, hubExpected }: StoredLine['runLine']): string {
  const number = (value: { toString(): string }) => formatMilli(toMilli(value.toString()), 'ru');
  const expected = toMilli(onOrder.toString()) + toMilli(hubExpected.toString());
  const most = maximum === null ? '' : `, максимум ${number(maximum)}`;
  return `свободно ${number(free)}, ожидается ${formatMilli(expected, 'ru')}, минимум ${number(minimum)}${most}`;
}

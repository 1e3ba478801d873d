import { DESCRIPTION_LENGTH } from '../../shared/moysklad/order.ts';
import type { OrderCommand } from '../../shared/moysklad/port.ts';
import type { BegunRow } from '../../shared/outbox/attempt-store.ts';
import type { SentLine } from '../../shared/outbox/sent-lines.ts';
import { formatMilli, toMilli } from '../../shared/planning/quantity.ts';
import { type DescribedLine, describeOrder } from './description.ts';
import type { BarcodesOf } from './known-barcodes.ts';

/** What is to be ordered for an outbox row, with a comment that tells a manager in МойСклад why. */
export function orderCommand(row: BegunRow, lines: SentLine[], barcodesOf: BarcodesOf): OrderCommand {
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
      quantity: toMilli(line.quantity),
    })),
  };
}

const described = (line: SentLine): DescribedLine => ({
  article: line.article,
  itemName: line.itemName,
  quantity: toMilli(line.quantity),
  unit: line.unit,
  why: whyOf(line),
});

/** The numbers that the order came of, as they were when it was planned. */
function whyOf({ minimum, maximum, free, onOrder, hubExpected }: SentLine): string {
  const number = (value: string) => formatMilli(toMilli(value), 'ru');
  const expected = toMilli(onOrder) + toMilli(hubExpected);
  const most = maximum === null ? '' : `, максимум ${number(maximum)}`;
  return `свободно ${number(free)}, ожидается ${formatMilli(expected, 'ru')}, минимум ${number(minimum)}${most}`;
}

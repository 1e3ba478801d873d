import { formatMilli } from '../../shared/planning/quantity.ts';
import type { Milli } from '../../shared/planning/types.ts';
import { type CloseReason, type Finding, info, type WatchedLine, type WatchedRow, warning } from './findings.ts';

/** «Товар А-1, 10 шт» */
export const shown = (line: WatchedLine, quantity: Milli = line.quantity): string =>
  `${line.itemName}${line.article ? ` (${line.article})` : ''}, ${amount(quantity, line)}`;

export const amount = (quantity: Milli, line: WatchedLine): string =>
  `${formatMilli(quantity, 'ru')} ${line.unit}`.trim();

/** Closes every open line of a document that brings nothing any more. */
export function closeAll(lines: WatchedLine[], reason: CloseReason, why: string): Finding[] {
  return lines
    .filter((line) => line.open)
    .map((line) => info({ kind: 'close', lineId: line.id, reason }, `${why}: больше не ожидается ${shown(line)}`));
}

/**
 * What a line is ordered for now: NULL where the document has it no more. Gives back what to write, and the line as it
 * will be.
 */
export function judgeOrdered(
  line: WatchedLine,
  ordered: Milli | null,
  named: string,
): { findings: Finding[]; line: WatchedLine } {
  if (ordered === null || ordered <= 0) {
    const close = info(
      { kind: 'close', lineId: line.id, reason: 'cancelled' },
      `${named}: строки больше нет или она отменена, не ожидается ${shown(line)}`,
    );
    return { findings: line.open ? [close] : [], line: { ...line, open: false } };
  }
  const findings: Finding[] = [];
  if (!line.open) {
    findings.push(
      info({ kind: 'reopen', lineId: line.id }, `${named} снова в силе: опять ожидается ${shown(line, ordered)}`),
    );
  }
  if (ordered !== line.quantity) {
    findings.push(
      info(
        { kind: 'quantity', lineId: line.id, before: line.quantity, after: ordered },
        `${named}: количество изменено в документе, ${shown(line)} → ${amount(ordered, line)}`,
      ),
    );
  }
  return { findings, line: { ...line, open: true, quantity: ordered } };
}

/** A failed row whose document is found: nothing, where it did not fail. */
export function existsFindings({ status }: Pick<WatchedRow, 'status'>, found: string): Finding[] {
  if (status !== 'failed') return [];
  return [warning({ kind: 'exists' }, `${found}, хотя у хаба документ не создан: его товар считается ожидаемым`)];
}

/** « (на 2 шт больше заказанного)», or nothing. */
export function excess(line: WatchedLine, received: Milli): string {
  const over = received - line.quantity;
  return over > 0 ? ` (на ${amount(over, line)} больше заказанного)` : '';
}

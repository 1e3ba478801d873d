import type { Row } from './values.ts';

/** Answers of a base that tells only a part: a query that broke off, a right taken away, a half-rebuilt register. */
export interface Withholding {
  /** Entity set. */
  set: string;
  /** Only questions about this warehouse; NULL: every question. */
  warehouseKey: string | null;
  /** 0 keeps every row back, 1 none. The rows told are always the first ones. */
  share: number;
  /** Answers that were cut. */
  cut: number;
}

/** Cuts what is asked for by `question` (the decoded path and query), where a person of the base said so. */
export function cutRows(withheld: Withholding[], set: string, question: string, rows: Row[]): Row[] {
  const one = withheld.find(
    (each) => each.set === set && (each.warehouseKey === null || question.includes(each.warehouseKey)),
  );
  if (one === undefined || rows.length === 0) return rows;
  one.cut += 1;
  return rows.slice(0, Math.floor(rows.length * one.share));
}

import type { Milli } from '../../shared/planning/types.ts';

/** A quantity of a line that was seen shipped, all of it together, and when it was first seen. */
export interface Shipment {
  /** ISO instant. */
  at: string;
  shipped: Milli;
}

/** A line whose goods have come: nothing follows for it, but its part of the document is its own. */
export interface SettledLine {
  goodsKey: string | null;
  quantity: Milli;
}

export interface WatchedLine {
  id: string;
  itemKey: string;
  characteristicKey: string;
  itemName: string;
  article: string;
  unit: string;
  quantity: Milli;
  received: Milli;
  open: boolean;
  /** МойСклад's product or variant; NULL where the hub does not know it. */
  goodsKey: string | null;
  shipments: Shipment[];
}

/** A row of the outbox whose document is compared, with those of its lines that are open or were given up lately. */
export interface WatchedRow {
  id: string;
  runId: string;
  kind: 'transfer' | 'order';
  /** unknown: left to a person. */
  status: 'done' | 'failed' | 'unknown';
  documentKey: string;
  externalKey: string | null;
  externalNumber: string | null;
  senderKey: string | null;
  senderName: string | null;
  recipientKey: string;
  recipientName: string;
  posted: boolean | null;
  questionCode: string | null;
  /** Of all lines that were sent. */
  lineCount: number;
  lines: WatchedLine[];
  /** Of the others, those whose goods have come. */
  settled: SettledLine[];
}

export type CloseReason = 'deleted' | 'cancelled' | 'received' | 'shipped';

/** What is to be written. Everything that is not here stays as it is. */
export type Change =
  /** `received`: with what has come, where that is why. A deleted transfer order is posted no more. */
  | { kind: 'close'; lineId: string; reason: CloseReason; received?: Milli }
  | { kind: 'reopen'; lineId: string }
  | { kind: 'quantity'; lineId: string; before: Milli; after: Milli }
  | { kind: 'received'; lineId: string; before: Milli; after: Milli }
  | { kind: 'shipments'; lineId: string; shipments: Shipment[] }
  /** Posted anew counts from now on: a snapshot whose reading began earlier cannot have seen it. */
  | { kind: 'posted'; posted: boolean }
  /** The document of a row that failed is there all the same: its outcome is unknown from now on, and its need covered. */
  | { kind: 'exists' }
  /** A row whose outcome was unknown turns out to be made. */
  | { kind: 'made'; externalKey: string; number: string; url: string | null; posted: boolean | null }
  /** NULL: what was asked is settled. Asked once, not at every pass. */
  | { kind: 'question'; code: string | null; text: string };

/** One change and what the journal says of it. */
export interface Finding {
  change: Change;
  level: 'info' | 'warning' | 'error';
  message: string;
}

export interface Question {
  code: string;
  text: string;
  level: 'warning' | 'error';
}

/** Asks, if this was not asked already; takes back what is asked no more. */
export function questionFindings(row: WatchedRow, question: Question | null): Finding[] {
  if (question === null) {
    if (row.questionCode === null) return [];
    const text = 'Вопрос по документу снят: в другой системе он уже решён';
    return [{ change: { kind: 'question', code: null, text }, level: 'info', message: text }];
  }
  if (row.questionCode === question.code) return [];
  const { code, text, level } = question;
  return [{ change: { kind: 'question', code, text }, level, message: text }];
}

export const info = (change: Change, message: string): Finding => ({ change, level: 'info', message });
export const warning = (change: Change, message: string): Finding => ({ change, level: 'warning', message });

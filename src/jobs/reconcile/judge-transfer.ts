import type { SeenTransfer } from '../../shared/onec/port.ts';
import type { Milli } from '../../shared/planning/types.ts';
import {
  type Finding,
  info,
  type Question,
  questionFindings,
  type WatchedLine,
  type WatchedRow,
  warning,
} from './findings.ts';
import { amount, closeAll, excess, existsFindings, judgeOrdered, shown } from './judge-lines.ts';

/** What becomes of a transfer order's row, now that 1C shows this document (NULL: 404 code 9). Pure. */
export function judgeTransfer(row: WatchedRow, document: SeenTransfer | null, posting: 'post' | 'draft'): Finding[] {
  return row.status === 'done' ? judgeMade(row, document, posting) : judgeUnmade(row, document, posting);
}

function judgeMade(row: WatchedRow, document: SeenTransfer | null, posting: 'post' | 'draft'): Finding[] {
  const named = `Заказ на перемещение ${row.externalNumber ?? row.documentKey}`;
  if (document === null || document.deletionMark) {
    const why = `${named} ${document === null ? 'удалён из 1С' : 'помечен в 1С на удаление'}`;
    return [...closeAll(row.lines, 'deleted', why), ...questionFindings(row, null)];
  }
  if (document.senderKey !== row.senderKey || document.recipientKey !== row.recipientKey) {
    return questionFindings(row, {
      code: 'transfer-other-warehouses',
      level: 'error',
      text: `${named}: в 1С стоят другие склады, не «${row.senderName}» → «${row.recipientName}». Хаб ничего не меняет; проведённый документ 1С сама учитывает на том складе, который в нём стоит. Верните склады или пометьте документ на удаление.`,
    });
  }
  const lines = row.lines.flatMap((line) => judgeLine(line, document, named));
  return [
    ...postedFindings(row, document, named),
    ...lines,
    ...questionFindings(row, questionOf(row, document, posting, named)),
  ];
}

function postedFindings(row: WatchedRow, { posted }: SeenTransfer, named: string): Finding[] {
  if (row.posted === posted) return [];
  const message = posted ? 'проведён: ожидаемое показывает сама 1С' : 'не проведён: ожидаемое считает хаб';
  return [info({ kind: 'posted', posted }, `${named} ${message}`)];
}

/** A draft that the hub itself left unposted asks nothing; one that a person unposted does. */
function questionOf(
  row: WatchedRow,
  { posted }: SeenTransfer,
  posting: 'post' | 'draft',
  named: string,
): Question | null {
  if (posted) return null;
  if (posting === 'draft' && row.posted !== true && row.questionCode !== 'transfer-unposted') return null;
  return {
    code: 'transfer-unposted',
    level: 'warning',
    text: `${named} в 1С не проведён, хотя хаб его проводил. Товар всё ещё считается ожидаемым. Проведите документ или пометьте его на удаление.`,
  };
}

function judgeLine(line: WatchedLine, document: SeenTransfer, named: string): Finding[] {
  const same = document.lines.filter(
    (one) => one.itemKey === line.itemKey && one.characteristicKey === line.characteristicKey && !one.cancelled,
  );
  const ordered = same.length === 0 ? null : sum(same.map(({ quantity }) => quantity));
  const judged = judgeOrdered(line, ordered, named);
  if (!judged.line.open) return judged.findings;
  const told = same.map(({ received }) => received);
  return [...judged.findings, ...(told.includes(null) ? [] : judgeReceived(judged.line, sum(told as Milli[]), named))];
}

function judgeReceived(line: WatchedLine, received: Milli, named: string): Finding[] {
  if (received >= line.quantity) {
    const message = `${named} выполнен: ${shown(line, received)}${excess(line, received)}`;
    return [info({ kind: 'close', lineId: line.id, reason: 'received', received }, message)];
  }
  if (received === line.received) return [];
  const message = `${named}: выполнено ${shown(line, received)} из ${amount(line.quantity, line)}`;
  return [info({ kind: 'received', lineId: line.id, before: line.received, after: received }, message)];
}

/** A row that rests without its document: failed, or unknown and left to a person. */
function judgeUnmade(row: WatchedRow, document: SeenTransfer | null, posting: 'post' | 'draft'): Finding[] {
  const route = `«${row.senderName}» → «${row.recipientName}»`;
  if (document === null || document.deletionMark) {
    if (row.status === 'failed') return questionFindings(row, null);
    return questionFindings(row, {
      code: 'transfer-not-found',
      level: 'warning',
      text: `Исход перемещения ${route} неизвестен, в 1С документа ${row.documentKey} нет${document === null ? '' : ' (он помечен на удаление)'}. Товар считается ожидаемым. Нажмите «Повторить»: хаб поищет ещё раз и создаст документ, если его нет.`,
    });
  }
  const found = `Перемещение ${route} в 1С есть: ${document.number || document.key}`;
  const exists = existsFindings(row, found);
  const ask = (question: Question) => [...exists, ...questionFindings(row, question)];
  const differs = differencesOf(row, document);
  if (differs !== null) {
    return ask({
      code: 'transfer-differs',
      level: 'error',
      text: `${found}, но не такое, какое создавал хаб (${differs}). Исправьте документ в 1С и нажмите «Повторить».`,
    });
  }
  if (!document.posted && posting === 'post') {
    return ask({
      code: 'transfer-not-posted',
      level: 'warning',
      text: `${found}, но не проведено. Проведите его или нажмите «Повторить».`,
    });
  }
  const { key, number, posted } = document;
  const made = warning(
    { kind: 'made', externalKey: key, number, url: null, posted },
    `${found}: исход был неизвестен, документ принят как созданный`,
  );
  return [...exists, made, ...questionFindings(row, null)];
}

/** The first difference, in words; NULL where there is none. */
function differencesOf(row: WatchedRow, document: SeenTransfer): string | null {
  if (document.senderKey !== row.senderKey || document.recipientKey !== row.recipientKey) return 'другие склады';
  const held = document.lines.filter((line) => !line.cancelled);
  for (const line of row.lines) {
    const there = sum(held.filter((one) => isSame(one, line)).map((one) => one.quantity));
    if (there !== line.quantity) return `${shown(line)}, а там ${amount(there, line)}`;
  }
  return held.every((one) => row.lines.some((line) => isSame(one, line))) ? null : 'есть лишние строки';
}

const isSame = (one: { itemKey: string; characteristicKey: string }, line: WatchedLine) =>
  one.itemKey === line.itemKey && one.characteristicKey === line.characteristicKey;

const sum = (quantities: Milli[]): Milli => quantities.reduce((total, each) => total + each, 0);

/** Without the mark Excel reads Cyrillic as Windows-1251. */
const BYTE_ORDER_MARK = '\uFEFF';

/** A semicolon suits a Russian Excel, which also wants a comma in its numbers: it reads 1.5 as the first of May. */
export type Delimiter = ',' | ';';

export const csvHead = (columns: readonly string[], delimiter: Delimiter) =>
  `${BYTE_ORDER_MARK}${columns.join(delimiter)}\r\n`;

export const csvLine = (cells: readonly string[], delimiter: Delimiter) => `${cells.join(delimiter)}\r\n`;

/** A cell that begins like a formula gets an apostrophe: a spreadsheet would run it (OWASP "CSV Injection"). */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** A number stays a number for a spreadsheet, below zero too. */
export function csvNumber(value: number | null, delimiter: Delimiter): string {
  if (value === null) return '';
  return delimiter === ';' ? String(value).replace('.', ',') : String(value);
}

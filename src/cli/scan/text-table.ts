import { displayWidth, plain, shorten } from './text-width.ts';

export interface Column {
  title: string;
  align: 'left' | 'right';
  /** Columns that it may be shortened to where the table is too wide; left out: never. */
  least?: number;
}

const GAP = '  ';

export interface TextTable {
  head: string;
  row(cells: string[]): string;
}

/**
 * Lays out all rows alike, by display width. Where they are wider than `width`, the columns that may be shortened give
 * way, the widest first; a table whose fixed columns alone are wider stays wider.
 */
export function layOut(columns: Column[], rows: string[][], width: number): TextTable {
  const widths = columns.map(({ title }, at) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(plain(row[at] ?? ''))), displayWidth(title)),
  );
  let excess = widths.reduce((sum, one) => sum + one, GAP.length * (columns.length - 1)) - width;
  const roomOf = (at: number) =>
    widths[at]! - Math.max(columns[at]!.least ?? widths[at]!, displayWidth(columns[at]!.title));
  while (excess > 0) {
    const most = columns.map((_, at) => at).filter((at) => roomOf(at) > 0);
    if (most.length === 0) break;
    const widest = most.reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
    widths[widest]! -= 1;
    excess -= 1;
  }
  const row = (cells: string[]) =>
    columns
      .map(({ align }, at) => {
        const text = shorten(plain(cells[at] ?? ''), widths[at]!);
        const space = ' '.repeat(widths[at]! - displayWidth(text));
        return align === 'right' ? space + text : text + space;
      })
      .join(GAP)
      .trimEnd();
  return { head: row(columns.map(({ title }) => title)), row };
}

/** How a text stands on a terminal. Widths are columns, not characters: «ё» may be two characters, «界» two columns. */

const graphemes = new Intl.Segmenter('ru', { granularity: 'grapheme' });

/** East Asian wide and full-width forms, and emoji: two columns. From Unicode's EastAsianWidth.txt, ranges joined. */
const WIDE =
  /^(?:\p{Extended_Pictographic}\uFE0F|\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}])/u;
const INVISIBLE = /^(?:\p{Mark}|\p{Default_Ignorable_Code_Point})+$/u;

/** Columns that `text` takes; control characters, which `plain` removes, take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** One line without control characters: a name out of 1C must not move the cursor or colour the terminal. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** `text` in at most `width` columns; what was cut off is an ellipsis. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let [kept, used] = ['', 0];
  for (const { segment } of graphemes.segment(text)) {
    const next = used + graphemeWidth(segment);
    if (next > width - 1) break;
    kept += segment;
    used = next;
  }
  return width < 1 ? '' : `${kept.trimEnd()}…`;
}

/** Lines of at most `width` columns, broken at spaces; a word that is too long by itself is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of plain(text).split(/ +/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) line = longer;
    else {
      if (line !== '') lines.push(line);
      line = shorten(word, width);
    }
  }
  return line === '' ? lines : [...lines, line];
}

function graphemeWidth(segment: string): number {
  if (INVISIBLE.test(segment) || /^\p{Cc}/u.test(segment)) return 0;
  return WIDE.test(segment) ? 2 : 1;
}

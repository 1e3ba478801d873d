import { badOption } from '../errors.ts';

export interface BalanceCall {
  condition: string | null;
  dimensions: string[] | null;
  /** Local date and time; movements after it do not count. */
  period: string | null;
}

/** Which quoting of the inner quotes this base understands: bases were seen with either. */
export type Quoting = 'both' | 'doubled' | 'plain';

const names = new Set(['Condition', 'Dimensions', 'Period']);

/**
 * Reads the arguments of `Balance(…)`: in parentheses, or as query options when the parentheses are empty or missing.
 * Inner quotes may be doubled (OData's rule) or plain (as 1C's manual writes them).
 */
export function parseBalanceCall(inParentheses: string, options: URLSearchParams, quoting: Quoting): BalanceCall {
  const raw = new Map<string, string>();
  for (const [name, value] of splitArguments(inParentheses)) raw.set(name, value);
  for (const name of names) {
    const value = options.get(name);
    if (value !== null && !raw.has(name)) raw.set(name, value);
  }
  const condition = unquote(raw.get('Condition'), quoting);
  const dimensions = unquote(raw.get('Dimensions'), quoting);
  return {
    condition: condition?.trim() ? condition : null,
    dimensions: dimensions?.trim() ? dimensions.split(',').map((name) => name.trim()) : null,
    period: parsePeriod(raw.get('Period')),
  };
}

/** An argument ends where the next known name begins: plain inner quotes leave no other sign. */
function splitArguments(text: string): [string, string][] {
  if (!text.trim()) return [];
  const starts = [...text.matchAll(/(?:^|,)\s*(\p{L}+)\s*=/gu)].filter(
    (match) => names.has(match[1]!) || match.index === 0,
  );
  if (starts.length === 0) throw badOption('Balance', `не разобраны параметры «${text.slice(0, 60)}»`);
  return starts.map((match, index) => {
    const name = match[1]!;
    if (!names.has(name)) throw badOption('Balance', `неизвестный параметр ${name}`);
    const from = match.index + match[0].length;
    return [name, text.slice(from, starts[index + 1]?.index ?? text.length).trim()];
  });
}

function unquote(value: string | undefined, quoting: Quoting): string | null {
  if (value === undefined) return null;
  const quoted = /^'([\s\S]*)'$/.exec(value);
  // As a query option the value may come without outer quotes.
  if (!quoted) return value;
  const inner = quoted[1]!;
  if (!inner.includes("'")) return inner;
  const plain = /(?<!')'(?:'')*(?!')/.test(inner);
  if (quoting !== 'both' && plain !== (quoting === 'plain'))
    throw badOption('Balance', `не разобран параметр «${value.slice(0, 80)}»`);
  return plain ? inner : inner.replaceAll("''", "'");
}

function parsePeriod(value: string | undefined): string | null {
  if (!value) return null;
  const match = /^(?:datetime)?'?(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2}))?'?$/.exec(value);
  if (!match) throw badOption('Period', `«${value}» не является датой`);
  return `${match[1]}T${match[2] ?? '00:00:00'}`;
}

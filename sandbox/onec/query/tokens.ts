import { badOption } from '../errors.ts';

export type Token =
  | { kind: 'guid' | 'datetime' | 'string' | 'name'; text: string }
  | { kind: 'number'; text: string }
  | { kind: '(' | ')' | ','; text: string };

const pattern =
  /\s*(?:(guid|datetime)'([^']*)'|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?[LlMmDdFf]?)(?![\p{L}\w])|([\p{L}_][\p{L}\p{N}_/]*)|([(),]))/uy;

/** Cuts a `$filter` or `Condition` into tokens; anything else is 400 code 14. */
export function tokenize(text: string, option: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw badOption(option, `не разобрано «${text.slice(at, at + 30).trim()}»`);
    tokens.push(tokenOf(match));
  }
  return tokens;
}

function tokenOf(match: RegExpExecArray): Token {
  const [, literal, literalText, string, number, name, mark] = match;
  if (literal) return { kind: literal as 'guid' | 'datetime', text: literalText ?? '' };
  if (string !== undefined) return { kind: 'string', text: string.replaceAll("''", "'") };
  if (number !== undefined) return { kind: 'number', text: number.replace(/[LlMmDdFf]$/, '') };
  if (name !== undefined) return { kind: 'name', text: name };
  return { kind: mark as '(' | ')' | ',', text: mark ?? '' };
}

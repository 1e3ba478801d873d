import { badOption } from '../errors.ts';
import { isGuid } from '../values.ts';
import { type Token, tokenize } from './tokens.ts';

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';

export type Node =
  | { kind: 'and' | 'or'; left: Node; right: Node }
  | { kind: 'not'; inner: Node }
  | { kind: 'compare'; operator: Comparison; left: Node; right: Node }
  | { kind: 'call'; name: string; args: Node[] }
  | { kind: 'property'; name: string }
  | { kind: 'literal'; type: 'guid' | 'datetime' | 'string' | 'number' | 'boolean'; value: string | number | boolean };

const comparisons = new Set(['eq', 'ne', 'gt', 'ge', 'lt', 'le']);
const functions: Record<string, number> = { substringof: 2, startswith: 2, endswith: 2, cast: 2, isof: 2 };

/**
 * Parses the part of 1C's filter language that integrations use. `or` binds weaker than `and`, `not` stronger than both.
 * What is not known here (arithmetic, lambdas, `in`, unknown functions) is 400 code 14, as 1C says it of what it does not know.
 */
export function parseExpression(text: string, option = '$filter'): Node {
  const tokens = tokenize(text, option);
  let at = 0;
  const fail = (detail: string) => badOption(option, detail);
  const peek = (): Token | undefined => tokens[at];
  const isWord = (word: string) => peek()?.kind === 'name' && peek()?.text === word;
  const expect = (kind: '(' | ')' | ',') => {
    if (peek()?.kind !== kind) throw fail(`ожидается «${kind}»${peek() ? ` перед «${peek()?.text}»` : ' в конце'}`);
    at += 1;
  };

  function disjunction(): Node {
    let left = conjunction();
    while (isWord('or')) {
      at += 1;
      left = { kind: 'or', left, right: conjunction() };
    }
    return left;
  }

  function conjunction(): Node {
    let left = negation();
    while (isWord('and')) {
      at += 1;
      left = { kind: 'and', left, right: negation() };
    }
    return left;
  }

  function negation(): Node {
    if (!isWord('not')) return comparison();
    at += 1;
    return { kind: 'not', inner: negation() };
  }

  function comparison(): Node {
    const left = operand();
    const token = peek();
    if (token?.kind !== 'name' || !comparisons.has(token.text)) return left;
    at += 1;
    return { kind: 'compare', operator: token.text as Comparison, left, right: operand() };
  }

  function operand(): Node {
    const token = peek();
    if (!token) throw fail('выражение оборвано');
    at += 1;
    switch (token.kind) {
      case '(': {
        const inner = disjunction();
        expect(')');
        return inner;
      }
      case 'guid':
        if (!isGuid(token.text)) throw fail(`«${token.text}» не является уникальным идентификатором`);
        return { kind: 'literal', type: 'guid', value: token.text.toLowerCase() };
      case 'datetime':
        return { kind: 'literal', type: 'datetime', value: fullDate(token.text) };
      case 'string':
        return { kind: 'literal', type: 'string', value: token.text };
      case 'number':
        return { kind: 'literal', type: 'number', value: Number(token.text) };
      case 'name':
        return named(token.text);
      default:
        throw fail(`неожиданное «${token.text}»`);
    }
  }

  function named(name: string): Node {
    if (name === 'true' || name === 'false') return { kind: 'literal', type: 'boolean', value: name === 'true' };
    if (peek()?.kind !== '(') return { kind: 'property', name };
    const arity = functions[name];
    if (arity === undefined) throw fail(`функция ${name} не поддерживается`);
    at += 1;
    const args = [disjunction()];
    while (peek()?.kind === ',') {
      at += 1;
      args.push(disjunction());
    }
    expect(')');
    if (args.length !== arity) throw fail(`у функции ${name} должно быть ${arity} параметра, а не ${args.length}`);
    return { kind: 'call', name, args };
  }

  function fullDate(value: string): string {
    const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?))?$/.exec(value);
    if (!match) throw fail(`«${value}» не является датой`);
    const time = match[2] ?? '00:00:00';
    return `${match[1]}T${time.length === 5 ? `${time}:00` : time}`;
  }

  const root = disjunction();
  const rest = peek();
  if (rest) throw fail(`лишнее «${rest.text}»`);
  return root;
}

import { badOption, handlerError } from '../errors.ts';
import type { Property } from '../schema/entity.ts';
import { readProperty } from '../schema/read.ts';
import type { Row } from '../values.ts';
import type { Comparison, Node } from './parse.ts';

type Type = 'guid' | 'datetime' | 'string' | 'number' | 'boolean' | 'composite' | 'reference';
interface Operand {
  type: Type;
  text?: boolean;
  read(row: Row): unknown;
  /** Composite and `cast`: the type's name beside the guid. */
  readType?(row: Row): unknown;
}

export type Predicate = (row: Row) => boolean;

/** Turns a parsed expression into a test of a row. Types are checked here, once, not per row. */
export function compilePredicate(node: Node, properties: Map<string, Property>, option = '$filter'): Predicate {
  const fail = (detail: string) => badOption(option, detail);

  function predicate(one: Node): Predicate {
    switch (one.kind) {
      case 'and': {
        const [left, right] = [predicate(one.left), predicate(one.right)];
        return (row) => left(row) && right(row);
      }
      case 'or': {
        const [left, right] = [predicate(one.left), predicate(one.right)];
        return (row) => left(row) || right(row);
      }
      case 'not': {
        const inner = predicate(one.inner);
        return (row) => !inner(row);
      }
      case 'compare':
        return compare(one.operator, operand(one.left), operand(one.right));
      default: {
        const value = operand(one);
        if (value.type !== 'boolean') throw fail('выражение не логическое');
        return (row) => value.read(row) === true;
      }
    }
  }

  function operand(one: Node): Operand {
    if (one.kind === 'literal') return { type: one.type, read: () => one.value };
    if (one.kind === 'property') return property(one.name);
    if (one.kind === 'call') return call(one.name, one.args);
    const test = predicate(one);
    return { type: 'boolean', read: test };
  }

  function property(name: string): Operand {
    const found = properties.get(name);
    if (!found) throw fail(`поле ${name} не найдено`);
    const read = (row: Row) => readProperty(found, row);
    if (found.kind === 'composite') {
      const typeProperty = properties.get(`${name}_Type`)!;
      return { type: 'composite', read, readType: (row) => readProperty(typeProperty, row) };
    }
    if (found.edm === 'Guid') return { type: 'guid', read };
    if (found.edm === 'Boolean') return { type: 'boolean', read };
    if (found.edm === 'DateTime') return { type: 'datetime', read };
    if (found.edm === 'String') return { type: 'string', read, text: found.kind === 'text' };
    return { type: 'number', read };
  }

  function call(name: string, args: Node[]): Operand {
    const [first, second] = args as [Node, Node];
    if (name === 'cast' || name === 'isof') {
      if (second.kind !== 'literal' || second.type !== 'string') throw fail(`у ${name} второй параметр — имя типа`);
      const type = `StandardODATA.${second.value}`;
      const inner = operand(first);
      if (name === 'cast') {
        if (inner.type !== 'guid') throw fail('cast применяется к guid');
        return { type: 'reference', read: inner.read, readType: () => type };
      }
      if (!inner.readType) throw fail('isof применяется к полю составного типа');
      const { readType } = inner;
      return { type: 'boolean', read: (row) => readType(row) === type };
    }
    const [a, b] = [operand(first), operand(second)];
    if (a.type !== 'string' || b.type !== 'string') throw fail(`${name} применяется к строкам`);
    const lower = (value: unknown) => String(value).toLocaleLowerCase('ru');
    if (name === 'substringof')
      return { type: 'boolean', read: (row) => lower(b.read(row)).includes(lower(a.read(row))) };
    if (name === 'startswith')
      return { type: 'boolean', read: (row) => lower(a.read(row)).startsWith(lower(b.read(row))) };
    return { type: 'boolean', read: (row) => lower(a.read(row)).endsWith(lower(b.read(row))) };
  }

  function compare(operator: Comparison, left: Operand, right: Operand): Predicate {
    if (left.text || right.text)
      throw handlerError('Нельзя сравнивать поля неограниченной длины и поля несовместимых типов.');
    const equality = operator === 'eq' || operator === 'ne';
    if (isReference(left) || isReference(right)) {
      if (!equality) throw fail(`${operator} не применяется к ссылкам`);
      const same = sameReference(left, right);
      return operator === 'eq' ? same : (row) => !same(row);
    }
    if (left.type !== right.type) throw fail(`сравниваются значения разных типов: ${left.type} и ${right.type}`);
    if (left.type === 'boolean' && !equality) throw fail(`${operator} не применяется к булевым значениям`);
    return ordered(operator, left, right);
  }

  return predicate(node);
}

const isReference = (operand: Operand) => operand.type === 'composite' || operand.type === 'reference';

/** A composite field holds type and key: a bare guid, which has no type, never matches it. */
function sameReference(left: Operand, right: Operand): Predicate {
  const { readType: leftType } = left;
  const { readType: rightType } = right;
  if (!leftType || !rightType) {
    const [reference, other] = leftType ? [left, right] : [right, left];
    // cast() against an ordinary `_Key` is a comparison of two references of one known type.
    if (reference.type === 'reference' && other.type === 'guid') return (row) => left.read(row) === right.read(row);
    return () => false;
  }
  return (row) => left.read(row) === right.read(row) && leftType(row) === rightType(row);
}

function ordered(operator: Comparison, left: Operand, right: Operand): Predicate {
  // Strings compare without regard to case, as in the databases under 1C; the other types have no case.
  const caseless = left.type === 'string';
  const key = (value: unknown) => (caseless ? String(value).toLocaleLowerCase('ru') : (value as string | number));
  switch (operator) {
    case 'eq':
      return (row) => key(left.read(row)) === key(right.read(row));
    case 'ne':
      return (row) => key(left.read(row)) !== key(right.read(row));
    case 'gt':
      return (row) => key(left.read(row)) > key(right.read(row));
    case 'ge':
      return (row) => key(left.read(row)) >= key(right.read(row));
    case 'lt':
      return (row) => key(left.read(row)) < key(right.read(row));
    default:
      return (row) => key(left.read(row)) <= key(right.read(row));
  }
}

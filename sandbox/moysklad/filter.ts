import { ApiError } from './answers.ts';

export type Field<Row> = {
  type: 'string' | 'boolean' | 'uuid' | 'date' | 'number' | 'href';
  /** Several values (bar codes) match when any of them does. */
  get: (row: Row) => string | number | boolean | undefined | string[];
};
export type Fields<Row> = Record<string, Field<Row>>;

interface Condition {
  field: string;
  operator: string;
  value: string;
}

// Longest first: `=~` must not be read as `=` with a value that starts with `~`.
const OPERATORS = ['!=', '~=', '=~', '>=', '<=', '=', '~', '>', '<'];

/** Splits `a=1;b=2` at semicolons that no backslash precedes. */
function parse(filter: string): Condition[] {
  const parts = filter.split(/(?<!\\);/).filter((part) => part !== '');
  return parts.map((part) => {
    const name = /^[\w.:/-]+/.exec(part)?.[0] ?? '';
    const rest = part.slice(name.length);
    const operator = OPERATORS.find((candidate) => rest.startsWith(candidate));
    if (name === '' || operator === undefined) {
      throw new ApiError(412, 1034, `Ошибка фильтрации: неверный формат выражения '${part}'`, { parameter: 'filter' });
    }
    return { field: name, operator, value: rest.slice(operator.length).replaceAll('\\;', ';') };
  });
}

function holds(actual: string | number | boolean | undefined, type: Field<unknown>['type'], condition: Condition) {
  const { operator, value } = condition;
  if (operator === '=') return value === '' ? actual === undefined || actual === '' : String(actual) === value;
  if (operator === '!=') return value === '' ? actual !== undefined && actual !== '' : String(actual) !== value;
  if (actual === undefined) return false;
  if (operator.includes('~')) {
    const [text, part] = [String(actual).toLowerCase(), value.toLowerCase()];
    return operator === '~' ? text.includes(part) : operator === '~=' ? text.startsWith(part) : text.endsWith(part);
  }
  const [left, right] = type === 'number' ? [Number(actual), Number(value)] : [String(actual), value];
  if (operator === '>') return left > right;
  if (operator === '<') return left < right;
  return operator === '>=' ? left >= right : left <= right;
}

function check<Row>(fields: Fields<Row>, condition: Condition): Field<Row> {
  const field = Object.hasOwn(fields, condition.field) ? fields[condition.field] : undefined;
  if (field === undefined) {
    throw new ApiError(412, 1034, `Ошибка фильтрации: неизвестное поле фильтрации '${condition.field}'`, {
      parameter: condition.field,
    });
  }
  const comparing = /[<>]/.test(condition.operator);
  const wrongOperator =
    (condition.operator.includes('~') && field.type !== 'string') ||
    (comparing && field.type !== 'date' && field.type !== 'number');
  const wrongValue = field.type === 'boolean' && !['true', 'false'].includes(condition.value);
  if (wrongOperator || wrongValue) {
    throw new ApiError(412, 1014, `Неверное значение '${condition.value}' параметра фильтрации '${condition.field}'`, {
      parameter: condition.field,
    });
  }
  if (field.type === 'date' && !/^\d{4}-\d\d-\d\d \d\d:\d\d/.test(condition.value)) {
    throw new ApiError(412, 1035, 'Ошибка фильтрации: неверный формат даты параметра фильтрации');
  }
  return field;
}

/**
 * Equal fields joined by `=` or a likeness are alternatives; everything else must hold together.
 * `hidden` names a boolean field (archived, isDeleted) that is taken as `false` unless the filter speaks of it.
 */
export function createFilter<Row>(fields: Fields<Row>, hidden: string) {
  return (filter: string | undefined): ((row: Row) => boolean) => {
    const conditions = parse(filter ?? '');
    if (!conditions.some(({ field }) => field === hidden)) {
      conditions.push({ field: hidden, operator: '=', value: 'false' });
    }
    const groups = new Map<string, Condition[]>();
    for (const condition of conditions) {
      check(fields, condition);
      const alternative = condition.operator !== '!=' && !/[<>]/.test(condition.operator);
      const group = alternative ? condition.field : `${condition.field} ${condition.operator} ${condition.value}`;
      groups.set(group, [...(groups.get(group) ?? []), condition]);
    }
    return (row) =>
      [...groups.values()].every((group) =>
        group.some((condition) => {
          const field = fields[condition.field]!;
          const actual = field.get(row);
          const values = Array.isArray(actual) ? actual : [actual];
          return condition.operator === '!='
            ? values.every((value) => holds(value, field.type, condition))
            : values.some((value) => holds(value, field.type, condition));
        }),
      );
  };
}

import { badOption, noSegment } from '../errors.ts';
import type { Property } from '../schema/entity.ts';
import { readProperty, showRow } from '../schema/read.ts';
import type { Row } from '../values.ts';
import { compilePredicate } from './compile.ts';
import { parseExpression } from './parse.ts';

export interface Page {
  rows: Row[];
  /** Set when `$inlinecount=allpages` was asked for: all that match, before `$top` and `$skip`. */
  count?: number;
}

export interface Shape {
  properties: Map<string, Property>;
  /** Adds the tabular sections of a row to its answer form. */
  sections?: { names: string[]; show(row: Row, names: string[]): Row };
}

const known = new Set(['$filter', '$select', '$orderby', '$top', '$skip', '$inlinecount', '$format', '$allowedOnly']);

/** Applies the query options of a GET on a set. Unknown `$` options are 400 code 14, never ignored. */
export function queryRows(rows: Iterable<Row>, shape: Shape, options: URLSearchParams): Page {
  for (const name of options.keys())
    if (name.startsWith('$') && !known.has(name)) throw badOption(name, 'опция не поддерживается');
  let found = filterRows(rows, shape.properties, options);
  const page: Page = { rows: [] };
  const inlineCount = options.get('$inlinecount');
  if (inlineCount && inlineCount !== 'allpages' && inlineCount !== 'none')
    throw badOption('$inlinecount', `«${inlineCount}», допустимо allpages или none`);
  if (inlineCount === 'allpages') page.count = found.length;
  const orderBy = options.get('$orderby');
  if (orderBy) found = [...found].sort(comparator(orderBy, shape.properties));
  const skip = wholeNumber(options, '$skip') ?? 0;
  const top = wholeNumber(options, '$top');
  const show = showSelected(shape, options.get('$select'));
  page.rows = found.slice(skip, top === undefined ? undefined : skip + top).map(show);
  return page;
}

/** Only `$filter`: what `/$count` counts. */
export function filterRows(rows: Iterable<Row>, properties: Map<string, Property>, options: URLSearchParams): Row[] {
  const filter = options.get('$filter');
  if (!filter) return [...rows];
  const test = compilePredicate(parseExpression(filter), properties);
  const found: Row[] = [];
  for (const row of rows) if (test(row)) found.push(row);
  return found;
}

/** Answer form of one row for `$select`: `*` is everything, `**` everything but tabular sections. */
export function showSelected({ properties, sections }: Shape, select: string | null): (row: Row) => Row {
  const all = [...properties.values()];
  const sectionNames = sections?.names ?? [];
  const whole = (names: string[]) => (row: Row) => ({ ...showRow(all, row), ...sections?.show(row, names) });
  if (!select || select.trim() === '*') return whole(sectionNames);
  if (select.trim() === '**') return whole([]);
  const chosen: Property[] = [];
  const chosenSections: string[] = [];
  for (const name of select.split(',').map((part) => part.trim())) {
    const property = properties.get(name);
    if (property) chosen.push(property);
    else if (sectionNames.includes(name)) chosenSections.push(name);
    else throw noSegment(name);
  }
  return (row) => ({ ...showRow(chosen, row), ...sections?.show(row, chosenSections) });
}

function comparator(orderBy: string, properties: Map<string, Property>): (a: Row, b: Row) => number {
  const keys = orderBy.split(',').map((part) => {
    const [name = '', direction = 'asc', extra] = part.trim().split(/\s+/);
    const property = properties.get(name);
    if (!property) throw badOption('$orderby', `поле ${name} не найдено`);
    if (extra || (direction !== 'asc' && direction !== 'desc'))
      throw badOption('$orderby', `«${part.trim()}», допустимо «поле asc» или «поле desc»`);
    return { property, sign: direction === 'asc' ? 1 : -1 };
  });
  return (a, b) => {
    for (const { property, sign } of keys) {
      const [left, right] = [readProperty(property, a) as string, readProperty(property, b) as string];
      if (left < right) return -sign;
      if (left > right) return sign;
    }
    return 0;
  };
}

function wholeNumber(options: URLSearchParams, name: string): number | undefined {
  const text = options.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw badOption(name, `«${text}» — не целое неотрицательное число`);
  return Number(text);
}

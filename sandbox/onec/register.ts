import { badOption } from './errors.ts';
import type { BalanceCall } from './query/balance-call.ts';
import { compilePredicate } from './query/compile.ts';
import { type Node, parseExpression } from './query/parse.ts';
import { balanceProperties, dimensionProperties } from './schema/balance.ts';
import type { Entity } from './schema/entity.ts';
import { readProperty } from './schema/read.ts';
import { type Row, toMilli } from './values.ts';

/** One movement: `dimensions` by property name, `quantities` by resource, signed (income +, expense −). */
export interface Movement {
  register: string;
  period: string;
  dimensions: Row;
  quantities: Record<string, number>;
}

export interface Register {
  readonly entity: Entity;
  add(movement: Movement, sign?: 1 | -1): void;
  /** Rows of the virtual table `Balance()`; rows whose every resource is zero are left out, as in 1C. */
  balance(call: BalanceCall): { dimensions: string[]; rows: Row[] };
  /** Sums of the movements with exactly these dimension values (others are summed over); quantities, not thousandths. */
  total(dimensions: Row): Record<string, number>;
}

interface Cell {
  dimensions: Row;
  period: string;
  /** Thousandths, in the order of the register's resources. */
  sums: number[];
}

/**
 * A balance register, grouped by warehouse (`indexBy`), so that a condition on one warehouse never walks the others,
 * and by item inside it, so that a posting check reads one item.
 */
export function createRegister(entity: Entity, indexBy: string): Register {
  const { dimensions: allDimensions, resources } = entity.balance!;
  const dimensionNames = allDimensions.flatMap((name) => dimensionProperties(entity, name));
  const dimensionSpecs = dimensionNames.map((name) => entity.properties.get(name)!);
  const buckets = new Map<string, Map<string, Map<string, Cell>>>();

  const textOf = (row: Row, name: string) => String(readProperty(entity.properties.get(name)!, row));

  function add({ period, dimensions, quantities }: Movement, sign: 1 | -1 = 1) {
    const items = getOrMake(buckets, textOf(dimensions, indexBy), () => new Map());
    const cells = getOrMake(items, textOf(dimensions, 'Номенклатура_Key'), () => new Map());
    const key = `${dimensionSpecs.map((one) => readProperty(one, dimensions)).join('|')}|${period}`;
    const cell = getOrMake(cells, key, () => ({ dimensions, period, sums: resources.map(() => 0) }));
    resources.forEach((resource, index) => {
      cell.sums[index]! += sign * toMilli(quantities[resource] ?? 0);
    });
    if (cell.sums.every((sum) => sum === 0)) cells.delete(key);
  }

  function* cells(bucket?: string): Iterable<Cell> {
    const chosen = bucket === undefined ? buckets.values() : [buckets.get(bucket)];
    for (const items of chosen) for (const inner of items?.values() ?? []) yield* inner.values();
  }

  function balance({ condition, dimensions: asked, period }: BalanceCall) {
    for (const name of asked ?? [])
      if (!allDimensions.includes(name))
        throw badOption('Dimensions', `измерение ${name} не найдено, есть ${allDimensions.join(', ')}`);
    const dimensions = asked ?? allDimensions;
    const node = condition ? parseExpression(condition, 'Condition') : null;
    const known = new Map(dimensionSpecs.map((one) => [one.name, one]));
    const test = node ? compilePredicate(node, known, 'Condition') : () => true;
    const shown = [...balanceProperties(entity, dimensions).values()].filter((one) => !one.name.endsWith('Balance'));
    const groups = new Map<string, { row: Row; sums: number[] }>();
    for (const cell of cells(node ? pinnedKey(node, indexBy) : undefined)) {
      if ((period && cell.period > period) || !test(cell.dimensions)) continue;
      const key = shown.map((one) => readProperty(one, cell.dimensions)).join('|');
      const group = getOrMake(groups, key, () => ({
        row: Object.fromEntries(shown.map((one) => [one.name, readProperty(one, cell.dimensions)])),
        sums: resources.map(() => 0),
      }));
      cell.sums.forEach((sum, index) => {
        group.sums[index]! += sum;
      });
    }
    const rows: Row[] = [];
    for (const { row, sums } of groups.values()) {
      if (sums.every((sum) => sum === 0)) continue;
      resources.forEach((resource, index) => {
        row[`${resource}Balance`] = sums[index]! / 1000;
      });
      rows.push(row);
    }
    return { dimensions, rows };
  }

  function total(wanted: Row): Record<string, number> {
    const items = buckets.get(textOf(wanted, indexBy));
    const found = items?.get(textOf(wanted, 'Номенклатура_Key'));
    const sums = resources.map(() => 0);
    for (const cell of found?.values() ?? []) {
      if (!Object.keys(wanted).every((name) => textOf(cell.dimensions, name) === String(wanted[name]))) continue;
      cell.sums.forEach((sum, index) => {
        sums[index]! += sum;
      });
    }
    return Object.fromEntries(resources.map((resource, index) => [resource, sums[index]! / 1000]));
  }

  return { entity, add, balance, total };
}

/** The one value that the condition pins the indexed property to, when a top-level `and` says so. */
function pinnedKey(node: Node, property: string): string | undefined {
  if (node.kind === 'and') return pinnedKey(node.left, property) ?? pinnedKey(node.right, property);
  if (node.kind !== 'compare' || node.operator !== 'eq') return undefined;
  const [one, other] = node.left.kind === 'property' ? [node.left, node.right] : [node.right, node.left];
  if (one.kind !== 'property' || one.name !== property) return undefined;
  const literal = other.kind === 'call' && other.name === 'cast' ? other.args[0] : other;
  return literal?.kind === 'literal' && literal.type === 'guid' ? String(literal.value) : undefined;
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

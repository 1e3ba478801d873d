import { createTally, readBalances } from './balances.ts';
import {
  EMPTY_KEY,
  type Item,
  type Key,
  type Limit,
  type Milli,
  type Place,
  type PlanInput,
  type Warehouse,
} from './types.ts';
import { whole } from './whole.ts';

/** An item (with its characteristic) that some recipient is to keep. */
export interface Position {
  itemKey: Key;
  characteristicKey: Key;
  item: Item | undefined;
}

/** What is known of one position on one warehouse. */
export interface Cell {
  free: Milli;
  onHand: Milli;
  reserved: Milli;
  /** Never below zero: what came above the order is on hand already, and must not count against it. */
  onOrder: Milli;
  /** Coming by open lines that 1C does not show. */
  expected: Milli;
  /** Leaving by open lines that 1C does not show. */
  outgoing: Milli;
}

/** The input as a grid of positions × warehouses, so that a million rows need no million objects more. */
export interface Positions {
  list: Position[];
  cell(warehouseKey: Key, position: number): Cell;
  limit(warehouseKey: Key, position: number): Limit | undefined;
  /** False where 1C keeps a minimum that the hub cannot work out. */
  isMinimumKnown(warehouseKey: Key, position: number): boolean;
  /** Ids of the outbox rows behind `Cell.expected`, sorted. */
  expectedFrom(warehouseKey: Key, position: number): string[];
}

/**
 * Reads the rows in any order. `keeps` says which limits ask for a stock. Rows of other warehouses, and of positions
 * that no recipient has a limit for, have no say and are passed over. Several balances of one position add up; of
 * several limits the larger minimum counts.
 */
export function readPositions(
  { recipients, donors, items, limits, unknownMinimums = [], stock, open }: PlanInput,
  keeps: (limit: Limit) => boolean,
): Positions {
  const warehouses = new Map<Key, number>();
  for (const { key } of [...recipients, ...donors]) if (!warehouses.has(key)) warehouses.set(key, warehouses.size);
  const { list, indexOf } = listPositions(recipients, items, limits, keeps);
  const count = list.length;
  const size = warehouses.size * count;
  const find = createFind(warehouses, indexOf, count);

  const balanceAt = readBalances(stock, size, find);
  const expected = createTally();
  const outgoing = createTally();
  const outboxIds = new Map<number, Set<string>>();
  for (const line of open) {
    if (line.shownBy1C || line.expected <= 0) continue;
    const arrival = { ...line, warehouseKey: line.recipientKey };
    const quantity = whole(line.expected, 'expected', arrival);
    const to = find(arrival);
    if (to >= 0) {
      expected.add(to, quantity);
      outboxIds.set(to, (outboxIds.get(to) ?? new Set()).add(line.outboxId));
    }
    const from = line.senderKey === null ? -1 : find({ ...line, warehouseKey: line.senderKey });
    if (from >= 0) outgoing.add(from, quantity);
  }
  const chosen = chooseLimits(limits, size, find);
  const unknown = new Set(unknownMinimums.map(find));

  const at = (warehouse: Key, position: number) => warehouses.get(warehouse)! * count + position;
  return {
    list,
    limit: (warehouse, position) => limits[chosen[at(warehouse, position)]!],
    isMinimumKnown: (warehouse, position) => !unknown.has(at(warehouse, position)),
    cell(warehouse, position) {
      const place = at(warehouse, position);
      const { free, onHand, reserved, onOrder } = balanceAt(place);
      return {
        free,
        onHand,
        reserved,
        onOrder: Math.max(0, onOrder),
        expected: expected.at(place),
        outgoing: outgoing.at(place),
      };
    },
    expectedFrom: (warehouse, position) => [...(outboxIds.get(at(warehouse, position)) ?? [])].sort(),
  };
}

/** Where a row stands in the grid; −1 where it has no say. Apart, so that `indexOf` is let go once the rows are read. */
function createFind(
  warehouses: ReadonlyMap<Key, number>,
  indexOf: ReadonlyMap<string, number>,
  count: number,
): (row: Place) => number {
  return ({ warehouseKey, itemKey, characteristicKey }) => {
    const row = warehouses.get(warehouseKey);
    if (row === undefined) return -1;
    const position = indexOf.get(positionKey(itemKey, characteristicKey));
    return position === undefined ? -1 : row * count + position;
  };
}

/** For each place the number of the limit that counts there; −1 where there is none. */
function chooseLimits(limits: Limit[], size: number, find: (row: Place) => number): Int32Array {
  const chosen = new Int32Array(size).fill(-1);
  for (const [number, limit] of limits.entries()) {
    const place = find(limit);
    if (place < 0) continue;
    checkLimit(limit);
    if (isStronger(limit, limits[chosen[place]!])) chosen[place] = number;
  }
  return chosen;
}

function listPositions(recipients: Warehouse[], items: Item[], limits: Limit[], keeps: (limit: Limit) => boolean) {
  const wanted = new Set(recipients.map((one) => one.key));
  const itemOf = new Map(items.map((item) => [item.key, item]));
  const list: Position[] = [];
  const indexOf = new Map<string, number>();
  for (const limit of limits) {
    const { warehouseKey, itemKey, characteristicKey } = limit;
    if (!wanted.has(warehouseKey) || !keeps(limit)) continue;
    const key = positionKey(itemKey, characteristicKey);
    if (indexOf.has(key)) continue;
    indexOf.set(key, list.length);
    list.push({ itemKey, characteristicKey, item: itemOf.get(itemKey) });
  }
  return { list, indexOf };
}

/** Most items have no characteristic: their own key saves a joined string per row. */
function positionKey(item: Key, characteristic: Key): string {
  return characteristic === EMPTY_KEY ? item : `${item}/${characteristic}`;
}

function checkLimit(limit: Limit): void {
  whole(limit.minimum, 'minimum', limit);
  if (limit.maximum !== null) whole(limit.maximum, 'maximum', limit);
  if (limit.pack !== null) whole(limit.pack.size, 'pack size', limit);
  if (limit.safety !== undefined) whole(limit.safety, 'safety', limit);
  if (limit.minimumOrder !== undefined) whole(limit.minimumOrder, 'minimum order', limit);
}

/** Which of two limits for the same place counts: the larger minimum, then maximum, and so on. Never the order of rows. */
function isStronger(one: Limit, other: Limit | undefined): boolean {
  if (other === undefined) return true;
  const differences = [
    one.minimum - other.minimum,
    (one.maximum ?? 0) - (other.maximum ?? 0),
    (one.pack?.size ?? 0) - (other.pack?.size ?? 0),
    (one.safety ?? 0) - (other.safety ?? 0),
    (one.minimumOrder ?? 0) - (other.minimumOrder ?? 0),
    Number(one.reservesFromStock ?? false) - Number(other.reservesFromStock ?? false),
  ];
  const first = differences.find((difference) => difference !== 0);
  return first === undefined ? (one.pack?.name ?? '') > (other.pack?.name ?? '') : first > 0;
}

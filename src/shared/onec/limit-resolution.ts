import { EMPTY_KEY, type Key, type Milli } from '../planning/types.ts';
import type { LimitRow } from './limit-rows.ts';

/** Only for this method are «Минимальное» and «МаксимальноеКоличествоЗапаса» what 1C itself goes by (facts §1.5). */
const MIN_MAX = 'ПоддержаниеЗапасаМинМакс';

/**
 * For these UT makes a minimum of daily consumption, lead time and safety. The lead time sits in supply schemes that the
 * hub does not read, so the minimum is not known here: nothing is ordered by it, and a donor gives nothing against it.
 */
export const COMPUTED_METHODS = ['ПоддержаниеЗапасаНаСрокПоНорме', 'ПоддержаниеЗапасаНаСрокПоСтатистике'];

/** Orders of customers are served out of the stock that is kept, so its limits count reserved goods too. */
const FROM_STOCK = 'ЗаСчетЗапасов';

export interface ResolvedPlace {
  warehouseKey: Key;
  itemKey: Key;
  /** Empty where the limit counts for every characteristic that has none of its own. */
  characteristicKey: Key;
}

export interface ResolvedLimit extends ResolvedPlace {
  minimum: Milli;
  maximum: Milli;
  safety: Milli;
  reservesFromStock: boolean;
  packKey: Key;
}

export interface LimitResolution {
  limits: ResolvedLimit[];
  /**
   * Keys (`warehouse item characteristic`) that 1C supplies another way. No default of the item may stand in for them.
   */
  elsewhere: Set<string>;
  /** Those of them that 1C does keep a minimum for, by a method of `COMPUTED_METHODS`. */
  unknown: ResolvedPlace[];
  leftOut: Record<string, number>;
}

export const limitId = (row: { warehouseKey: Key; itemKey: Key; characteristicKey: Key }) =>
  `${row.warehouseKey} ${row.itemKey} ${row.characteristicKey}`;

/**
 * Finds for each (warehouse, item, characteristic) the row that counts, as UT's own manager module does: only active rows;
 * the key's own row without a group; else its group's settings row. The default with the empty characteristic is resolved
 * the same way and spread later, once it is known which characteristics occur.
 */
export function resolveLimits(rows: readonly LimitRow[], shared: readonly LimitRow[]): LimitResolution {
  const leftOut: Record<string, number> = {};
  const leave = (reason: string) => {
    leftOut[reason] = (leftOut[reason] ?? 0) + 1;
  };
  const groups = new Map(shared.filter((row) => row.active).map((row) => [row.groupKey, row]));
  const candidates = new Map<string, { key: LimitRow; setting: LimitRow }>();

  for (const row of [...rows].sort(ownRowsFirst)) {
    if (row.itemKey === EMPTY_KEY) leave('limit-without-item');
    else if (!row.active) leave('limit-inactive');
    else if (candidates.has(limitId(row))) leave('limit-overruled');
    else {
      const setting = row.groupKey === EMPTY_KEY ? row : groups.get(row.groupKey);
      if (setting) candidates.set(limitId(row), { key: row, setting });
      else leave('limit-group-without-settings');
    }
  }

  const limits: ResolvedLimit[] = [];
  const elsewhere = new Set<string>();
  const unknown: ResolvedPlace[] = [];
  for (const [id, { key, setting }] of candidates) {
    const { warehouseKey, itemKey, characteristicKey } = key;
    if (setting.method !== MIN_MAX) {
      leave(`limit-method-${setting.method || 'none'}`);
      elsewhere.add(id);
      if (COMPUTED_METHODS.includes(setting.method)) unknown.push({ warehouseKey, itemKey, characteristicKey });
      continue;
    }
    const { minimum, maximum, safety, packKey } = setting;
    const reservesFromStock = setting.ordersFrom === FROM_STOCK;
    limits.push({
      warehouseKey,
      itemKey,
      characteristicKey,
      minimum,
      maximum,
      safety,
      reservesFromStock,
      packKey,
    });
  }
  return { limits, elsewhere, unknown, leftOut };
}

/** Own rows before memberships; memberships in a fixed order, so that two of them resolve the same way every time. */
const ownRowsFirst = (a: LimitRow, b: LimitRow) => {
  if ((a.groupKey === EMPTY_KEY) !== (b.groupKey === EMPTY_KEY)) return a.groupKey === EMPTY_KEY ? -1 : 1;
  return a.groupKey < b.groupKey ? -1 : a.groupKey > b.groupKey ? 1 : 0;
};

/**
 * Turns defaults (empty characteristic) of items that have characteristics into one limit for each characteristic that
 * occurs and has no row of its own. A default with none to spread over is left out: such an item cannot be ordered as such.
 */
export function spreadDefaults(
  { limits, elsewhere, unknown, leftOut }: LimitResolution,
  hasCharacteristics: (itemKey: Key) => boolean,
  occurring: ReadonlyMap<Key, ReadonlySet<Key>>,
): { limits: ResolvedLimit[]; unknown: ResolvedPlace[]; leftOut: Record<string, number> } {
  const own = new Set([...limits.map(limitId), ...elsewhere]);
  let without = 0;
  const spread = <T extends ResolvedPlace>(place: T): T[] => {
    if (place.characteristicKey !== EMPTY_KEY || !hasCharacteristics(place.itemKey)) return [place];
    const characteristics = [...(occurring.get(place.itemKey) ?? [])].filter((key) => key !== EMPTY_KEY).sort();
    if (characteristics.length === 0) without += 1;
    return characteristics
      .map((characteristicKey) => ({ ...place, characteristicKey }))
      .filter((one) => !own.has(limitId(one)));
  };
  const spreadLimits = limits.flatMap(spread);
  const counted = without > 0 ? { ...leftOut, 'limit-without-characteristics': without } : leftOut;
  return { limits: spreadLimits, unknown: unknown.flatMap(spread), leftOut: counted };
}

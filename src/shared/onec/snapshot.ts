import { EMPTY_KEY, type Key, type Limit, type Place, type Stock } from '../planning/types.ts';
import { BARCODES, readBarcodes } from './barcodes.ts';
import { readCharacteristics } from './characteristics.ts';
import type { Collections } from './collections.ts';
import type { OneCSettings } from './config.ts';
import type { OneCHttp } from './http.ts';
import { ITEMS, readItems } from './items.ts';
import { type LimitResolution, limitId, resolveLimits, spreadDefaults } from './limit-resolution.ts';
import { LIMITS, type LimitRow, openLimits, SHARED } from './limit-rows.ts';
import type { CallOptions, Snapshot, SnapshotOptions } from './port.ts';
import { readPublished, requirePublished } from './service-document.ts';
import type { StockRegister } from './stock-register.ts';
import { packOf, readUnits, UNITS, type Unit } from './units.ts';
import { readWarehouses, WAREHOUSES } from './warehouses.ts';

interface Deps {
  http: OneCHttp;
  collections: Collections;
  settings: Pick<OneCSettings, 'barcodes'>;
  strategies: { choose(published: ReadonlySet<string>): StockRegister };
}

type Progress = NonNullable<SnapshotOptions['onProgress']>;

/**
 * Reads limits, balances, items and, where asked to, barcodes, one request after another: a scan never takes more than one of 1C's sessions, so the
 * transfer orders of an earlier run are made meanwhile, and no two balances are calculated at once.
 */
export function createSnapshotReader({ http, collections, settings, strategies }: Deps) {
  return async ({ choose, onProgress = () => {}, ...call }: SnapshotOptions): Promise<Snapshot> => {
    const published = await readPublished(http, call);
    requirePublished(published, [WAREHOUSES, ITEMS, UNITS, LIMITS, ...(settings.barcodes ? [BARCODES] : [])]);
    const register = strategies.choose(published);

    const warehouses = await readWarehouses(collections, call);
    onProgress({ phase: 'warehouses', done: warehouses.length, total: warehouses.length });

    const resolutions = await readLimits(
      collections,
      warehouses.map(({ key }) => key),
      onProgress,
      call,
    );
    const withLimits = new Set([...resolutions].filter(([, { limits }]) => limits.length > 0).map(([key]) => key));
    const { recipients, donors } = choose({ warehouses, withLimits });
    const chosen = [...new Set([...recipients, ...donors].map(({ key }) => key))];

    const resolution = merge(chosen.map((key) => resolutions.get(key)));
    const { stock, unsettled } = await readStock(register, chosen, onProgress, call);

    const units = await readUnits(collections, call);
    const mentioned = new Set([...resolution.limits, ...stock].map(({ itemKey }) => itemKey));
    const { items, withCharacteristics } = await readItems(collections, units, mentioned, {
      ...call,
      onPage: (rows) => onProgress({ phase: 'items', done: rows, total: Math.max(rows, mentioned.size) }),
    });

    const barcodes = settings.barcodes ? await readBarcodes(collections, call) : [];

    const occurring = characteristicsByItem([...resolution.limits, ...stock]);
    const spread = spreadDefaults(resolution, (key) => withCharacteristics.has(key), occurring);
    const packed = withPacks(spread, units);
    const unknownMinimums = spread.unknown;
    const named = new Set([...occurring.values()].flatMap((keys) => [...keys]).filter((key) => key !== EMPTY_KEY));
    const characteristics = await readCharacteristics(collections, named, call);
    const settled = leaveUnsettled({ ...packed, stock }, unsettled);
    return { warehouses, recipients, donors, items, barcodes, characteristics, ...settled, unknownMinimums };
  };
}

async function readLimits(collections: Collections, warehouseKeys: Key[], onProgress: Progress, call: CallOptions) {
  const resolutions = new Map<Key, LimitResolution>();
  const reader = await openLimits(collections, call);
  if (!reader) return resolutions;
  const shared: LimitRow[] = await reader.read(SHARED, call);
  for (const [index, warehouseKey] of warehouseKeys.entries()) {
    resolutions.set(warehouseKey, resolveLimits(await reader.read(warehouseKey, call), shared));
    onProgress({ phase: 'limits', done: index + 1, total: warehouseKeys.length });
  }
  return resolutions;
}

async function readStock(
  register: StockRegister,
  warehouseKeys: Key[],
  onProgress: Progress,
  call: CallOptions,
): Promise<{ stock: Stock[]; unsettled: Set<string> }> {
  const stock: Stock[] = [];
  const unsettled = new Set<string>();
  for (const [index, warehouseKey] of warehouseKeys.entries()) {
    for (const place of (await register.unsettled?.(warehouseKey, call)) ?? []) unsettled.add(limitId(place));
    for (const row of await register.read(warehouseKey, call)) stock.push(row);
    onProgress({ phase: 'balances', done: index + 1, total: warehouseKeys.length });
  }
  if (stock.length === 0 && warehouseKeys.length > 0) await register.confirmEmpty(warehouseKeys, call);
  return { stock, unsettled };
}

/**
 * Takes out the places that 1C is still working out: nothing is ordered for them in this run, and nothing is taken from
 * them. By old figures the hub would order again what a document of a minute ago already brings.
 */
function leaveUnsettled<S extends Pick<Snapshot, 'limits' | 'stock' | 'leftOut'>>(read: S, unsettled: Set<string>): S {
  if (unsettled.size === 0) return read;
  const isSettled = (place: Place) => !unsettled.has(limitId(place));
  const leftOut = { ...read.leftOut, 'stock-being-recalculated': unsettled.size };
  return { ...read, limits: read.limits.filter(isSettled), stock: read.stock.filter(isSettled), leftOut };
}

function merge(parts: (LimitResolution | undefined)[]): LimitResolution {
  const whole: LimitResolution = { limits: [], elsewhere: new Set(), unknown: [], leftOut: {} };
  for (const part of parts) {
    if (!part) continue;
    for (const limit of part.limits) whole.limits.push(limit);
    for (const id of part.elsewhere) whole.elsewhere.add(id);
    for (const place of part.unknown) whole.unknown.push(place);
    for (const [reason, count] of Object.entries(part.leftOut))
      whole.leftOut[reason] = (whole.leftOut[reason] ?? 0) + count;
  }
  return whole;
}

function characteristicsByItem(rows: readonly { itemKey: Key; characteristicKey: Key }[]): Map<Key, Set<Key>> {
  const byItem = new Map<Key, Set<Key>>();
  for (const { itemKey, characteristicKey } of rows) {
    const keys = byItem.get(itemKey);
    if (keys) keys.add(characteristicKey);
    else byItem.set(itemKey, new Set([characteristicKey]));
  }
  return byItem;
}

function withPacks({ limits, leftOut }: ReturnType<typeof spreadDefaults>, units: ReadonlyMap<Key, Unit>) {
  let sizeless = 0;
  const packed = limits.map(({ packKey, maximum, ...limit }): Limit => {
    const { pack, known } = packOf(units, packKey);
    if (!known) sizeless += 1;
    return { ...limit, maximum: maximum === 0 ? null : maximum, pack };
  });
  return { limits: packed, leftOut: sizeless > 0 ? { ...leftOut, 'pack-without-size': sizeless } : leftOut };
}

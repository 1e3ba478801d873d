import { z } from 'zod';
import { EMPTY_KEY, type Key, type Limit, type Milli } from '../planning/types.ts';
import type { Collections } from './collections.ts';
import type { CallOptions } from './port.ts';
import { key, milli } from './schema.ts';

export const UNITS = 'Catalog_УпаковкиЕдиницыИзмерения';

const unitRow = z.object({ Ref_Key: key, Description: z.string(), Числитель: milli, Знаменатель: milli });
const select = ['Ref_Key', 'Description', 'Числитель', 'Знаменатель'];

export interface Unit {
  name: string;
  /** Base units in one of it, «Числитель» / «Знаменатель»; NULL where 1C has a zero in either. */
  size: Milli | null;
}

/** Units of measure and packs live in one catalogue of UT. */
export async function readUnits(collections: Collections, options?: CallOptions): Promise<Map<Key, Unit>> {
  const rows = await collections.readAll(UNITS, { select, orderby: 'Ref_Key' }, unitRow, {
    ...options,
    identity: (row) => row.Ref_Key,
  });
  return new Map(
    rows.map((row) => [row.Ref_Key, { name: row.Description, size: sizeOf(row.Числитель, row.Знаменатель) }]),
  );
}

function sizeOf(numerator: Milli, denominator: Milli): Milli | null {
  if (numerator <= 0 || denominator <= 0) return null;
  const size = Math.round((numerator * 1000) / denominator);
  return size > 0 ? size : null;
}

/** The pack a limit is ordered in. `known` is false when 1C names a pack that is not there or has no size. */
export function packOf(units: ReadonlyMap<Key, Unit>, packKey: Key): { pack: Limit['pack']; known: boolean } {
  if (packKey === EMPTY_KEY) return { pack: null, known: true };
  const unit = units.get(packKey);
  if (!unit || unit.size === null) return { pack: null, known: false };
  return { pack: { name: unit.name, size: unit.size }, known: true };
}

/**
 * Units that divide, by the names of the Russian classifier (ОКЕИ) as people write them. Everything else counts as whole,
 * because half a piece would be rounded by 1C itself on writing, while a whole kilogram too much hurts nobody.
 */
const DIVISIBLE = new Set(
  (
    'мг г гр кг ц т тонна килограмм грамм центнер карат кар ' +
    'мм см дм м км пог.м м.пог п.м пм погм мпог метр ' +
    'мм2 см2 дм2 м2 кв.м квм м.кв кв.дм кв.см га км2 ' +
    'мм3 см3 дм3 м3 куб.м кубм м.куб куб.дм куб.см мл сл дл л гл дал литр ' +
    'ч час мин сек с сут нед мес год чел.ч чел.дн ' +
    'вт квт мвт вт.ч квт.ч мвт.ч квтч кал ккал гкал дж кдж мдж гдж ' +
    'тыс.шт млн.шт тысшт тыс.м тыс.м3 тыс.л тыс.упак'
  ).split(' '),
);

/** True for units that come in whole pieces: шт, упак, компл, пара, рулон and whatever the list does not know. */
export function isWholeUnit(name: string): boolean {
  const plain = name
    .trim()
    .toLowerCase()
    .replaceAll('²', '2')
    .replaceAll('³', '3')
    .replace(/[\s·*⋅/-]+/g, '.')
    .replace(/\.{2,}/g, '.')
    .replace(/^\.|\.$/g, '');
  return !DIVISIBLE.has(plain) && !DIVISIBLE.has(plain.replaceAll('.', ''));
}

import { z } from 'zod';
import type { Key } from '../planning/types.ts';
import type { Collections } from './collections.ts';
import type { CallOptions } from './port.ts';
import { key } from './schema.ts';

export const CHARACTERISTICS = 'Catalog_ХарактеристикиНоменклатуры';

const characteristicRow = z.object({ Ref_Key: key, Description: z.string() });
const select = ['Ref_Key', 'Description'];

/** Above this many, paging through the whole catalogue takes fewer requests than asking for twenty keys at a time. */
const BY_KEY_UP_TO = 400;

/** Names of the characteristics in `keys`. A key that 1C does not know is absent. Asks nothing when there are none. */
export async function readCharacteristics(
  collections: Collections,
  keys: ReadonlySet<Key>,
  options?: CallOptions,
): Promise<Map<Key, string>> {
  const rows =
    keys.size <= BY_KEY_UP_TO
      ? await collections.byKeys(CHARACTERISTICS, [...keys], { select }, characteristicRow, options)
      : await collections.readAll(CHARACTERISTICS, { select, orderby: 'Ref_Key' }, characteristicRow, {
          ...options,
          identity: (row) => row.Ref_Key,
        });
  return new Map(rows.filter((row) => keys.has(row.Ref_Key)).map((row) => [row.Ref_Key, row.Description]));
}

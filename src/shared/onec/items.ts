import { z } from 'zod';
import type { Item, Key } from '../planning/types.ts';
import type { Collections } from './collections.ts';
import type { CallOptions } from './port.ts';
import { key } from './schema.ts';
import { isWholeUnit, type Unit } from './units.ts';

export const ITEMS = 'Catalog_Номенклатура';

const itemRow = z.object({
  Ref_Key: key,
  Code: z.string(),
  Description: z.string(),
  Артикул: z.string(),
  IsFolder: z.boolean(),
  DeletionMark: z.boolean(),
  ЕдиницаИзмерения_Key: key,
  ТипНоменклатуры: z.string(),
  ИспользованиеХарактеристик: z.string(),
});
const select = Object.keys(itemRow.shape);
type ItemRow = z.infer<typeof itemRow>;

export interface Catalogue {
  /** Every item, folders left out; those marked for deletion and services are there, marked as such. */
  items: Item[];
  /** Items that are kept by characteristic. */
  withCharacteristics: Set<Key>;
}

/**
 * Reads the whole catalogue page by page, then asks by key for items of `mentioned` that the pages did not bring: someone
 * may have deleted a row while it was read, which shifts another out of sight.
 */
export async function readItems(
  collections: Collections,
  units: ReadonlyMap<Key, Unit>,
  mentioned: ReadonlySet<Key>,
  options: CallOptions & { onPage?: (rowsSoFar: number) => void } = {},
): Promise<Catalogue> {
  const { onPage, ...call } = options;
  const rows = await collections.readAll(ITEMS, { select, orderby: 'Ref_Key' }, itemRow, {
    ...call,
    ...(onPage && { onPage }),
    identity: (row) => row.Ref_Key,
  });
  const seen = new Set(rows.map((row) => row.Ref_Key));
  const unseen = [...mentioned].filter((one) => !seen.has(one));
  rows.push(...(await collections.byKeys(ITEMS, unseen, { select }, itemRow, call)));

  const goods = rows.filter((row) => !row.IsFolder);
  return {
    items: goods.map((row) => toItem(row, units)),
    withCharacteristics: new Set(
      goods.filter((row) => keepsCharacteristics(row.ИспользованиеХарактеристик)).map((row) => row.Ref_Key),
    ),
  };
}

/** By «ИспользованиеХарактеристик»: every member but one means that stock is kept by characteristic. */
export const keepsCharacteristics = (usage: string) => !['', 'НеИспользовать'].includes(usage);

function toItem(row: ItemRow, units: ReadonlyMap<Key, Unit>): Item {
  const unit = units.get(row.ЕдиницаИзмерения_Key)?.name ?? '';
  return {
    key: row.Ref_Key,
    name: row.Description,
    article: row.Артикул.trim(),
    code: row.Code.trim(),
    unit,
    wholeUnits: isWholeUnit(unit),
    type: row.ТипНоменклатуры,
    deletionMark: row.DeletionMark,
  };
}

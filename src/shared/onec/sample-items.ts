import { z } from 'zod';
import type { SampleItem } from '../check/step.ts';
import { EMPTY_KEY, type Key } from '../planning/types.ts';
import { readBarcodesOf } from './barcodes.ts';
import type { Collections } from './collections.ts';
import { ITEMS } from './items.ts';
import { LIMITS } from './limit-rows.ts';
import { guid } from './odata.ts';
import type { Barcode, CallOptions } from './port.ts';
import { key } from './schema.ts';

const limitRow = z.object({ Номенклатура_Key: key });
const itemRow = z.object({
  Ref_Key: key,
  Description: z.string(),
  Артикул: z.string(),
  Code: z.string(),
  IsFolder: z.boolean(),
  DeletionMark: z.boolean(),
});
/** The register holds an item once for each warehouse and characteristic. */
const ROWS_PER_ITEM = 5;

/** Some items that have an acting limit, at most `count`, without reading the whole register; with barcodes where asked. */
export async function readSampleItems(
  collections: Collections,
  { count, barcodes }: { count: number; barcodes: boolean },
  options?: CallOptions,
): Promise<SampleItem[]> {
  const filter = `ЭтоДействующийПараметр eq true and Номенклатура_Key ne ${guid(EMPTY_KEY)}`;
  const query = { filter, select: Object.keys(limitRow.shape), top: count * ROWS_PER_ITEM };
  const rows = await collections.readSome(LIMITS, query, limitRow, options);
  const keys = [...new Set(rows.map((row) => row.Номенклатура_Key))].slice(0, count);
  const select = Object.keys(itemRow.shape);
  const items = await collections.byKeys(ITEMS, keys, { select }, itemRow, options);
  const codes = barcodes ? await readBarcodesOf(collections, keys, options) : [];
  return items
    .filter(({ IsFolder, DeletionMark }) => !IsFolder && !DeletionMark)
    .map((row) => ({
      itemKey: row.Ref_Key,
      name: row.Description,
      article: row.Артикул.trim(),
      code: row.Code.trim(),
      ...(barcodes && { barcodes: ofOneKind(codes, row.Ref_Key) }),
    }));
}

/** Of the item itself, or of one characteristic of it: several would be several goods. */
function ofOneKind(codes: readonly Barcode[], itemKey: Key): string[] {
  const own = codes.filter((one) => one.itemKey === itemKey);
  const kind = own.some((one) => one.characteristicKey === EMPTY_KEY) ? EMPTY_KEY : own[0]?.characteristicKey;
  return own.filter((one) => one.characteristicKey === kind).map(({ value }) => value);
}

import { z } from 'zod';
import { EMPTY_KEY, type Key } from '../planning/types.ts';
import type { Collections } from './collections.ts';
import { guid } from './odata.ts';
import type { Barcode, CallOptions } from './port.ts';
import { key } from './schema.ts';

export const BARCODES = 'InformationRegister_ШтрихкодыНоменклатуры';

const barcodeRow = z.object({
  Штрихкод: z.string(),
  Номенклатура_Key: key,
  Характеристика_Key: key,
  Упаковка_Key: key,
});
const select = Object.keys(barcodeRow.shape);
/** The barcode alone is the key in UT; companies have added dimensions of their own, a partner for one. */
const orderby = select.join(',');
type BarcodeRow = z.infer<typeof barcodeRow>;

/** Item keys in one query: more would not fit into an address beside the four names. */
const ITEMS_IN_A_QUERY = 10;

/** The whole register, page by page. */
export async function readBarcodes(collections: Collections, options?: CallOptions): Promise<Barcode[]> {
  const rows = await collections.readAll(BARCODES, { select, orderby }, barcodeRow, {
    ...options,
    identity: (row) => Object.values(row).join(' '),
  });
  return ofPieces(rows);
}

/** Those of a few items. */
export async function readBarcodesOf(
  collections: Collections,
  itemKeys: readonly Key[],
  options?: CallOptions,
): Promise<Barcode[]> {
  const rows: BarcodeRow[] = [];
  for (let at = 0; at < itemKeys.length; at += ITEMS_IN_A_QUERY) {
    const filter = itemKeys
      .slice(at, at + ITEMS_IN_A_QUERY)
      .map((one) => `Номенклатура_Key eq ${guid(one)}`)
      .join(' or ');
    rows.push(...(await collections.readSome(BARCODES, { filter, select }, barcodeRow, options)));
  }
  return ofPieces(rows);
}

/** Without those of packs: what a pack is scanned by must not be ordered as one piece. */
const ofPieces = (rows: readonly BarcodeRow[]): Barcode[] =>
  rows
    .filter((row) => row.Упаковка_Key === EMPTY_KEY && row.Штрихкод.trim() !== '')
    .map((row) => ({
      value: row.Штрихкод.trim(),
      itemKey: row.Номенклатура_Key,
      characteristicKey: row.Характеристика_Key,
    }));

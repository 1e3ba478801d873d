import type { Dataset } from '../../data/dataset.ts';
import { ean13 } from '../../data/ean13.ts';
import { barcodes } from '../schema/registers.ts';
import type { Row } from '../values.ts';
import { addObject, type World } from '../world.ts';

/**
 * What each item is scanned by, and what its pack and its characteristics are. The barcode is the register's key, so the first
 * thing that has one keeps it.
 */
export function seedBarcodes(world: World, dataset: Dataset): void {
  const taken = new Set<string>();
  const add = (barcode: string, row: Row) => {
    if (taken.has(barcode)) return;
    taken.add(barcode);
    addObject(world, barcodes.name, { Штрихкод: barcode, ...row });
  };
  for (const { key, pack, barcodes: own = [ean13(key)] } of dataset.items) {
    for (const barcode of own) add(barcode, { Номенклатура_Key: key });
    if (pack) add(ean13(pack.key), { Номенклатура_Key: key, Упаковка_Key: pack.key });
  }
  for (const { Ref_Key, Owner } of world.sets.get('Catalog_ХарактеристикиНоменклатуры') ?? [])
    if (Owner !== '') add(ean13(String(Ref_Key)), { Номенклатура_Key: Owner, Характеристика_Key: Ref_Key });
}

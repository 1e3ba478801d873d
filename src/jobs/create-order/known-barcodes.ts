import { z } from 'zod';
import type { Config } from '../../shared/config/config.ts';
import type { Database } from '../../shared/db/database.ts';
import type { Key } from '../../shared/planning/types.ts';

const row = z.object({ item_key: z.string(), characteristic_key: z.string(), barcodes: z.array(z.string()) });

/** Barcodes by item and characteristic. */
export type BarcodesOf = (item: { itemKey: Key; characteristicKey: Key }) => readonly string[];

const idOf = (itemKey: Key, characteristicKey: Key) => `${itemKey}#${characteristicKey}`;

/**
 * What the goods of these documents are found by, as the latest snapshot told: a barcode that somebody added in 1C serves
 * also an order planned before. Asks nothing where goods are not matched by barcode.
 */
export async function knownBarcodes(
  { db, config }: { db: Database; config: Pick<Config, 'moysklad'> },
  outboxIds: readonly string[],
): Promise<BarcodesOf> {
  if (config.moysklad.matchBy !== 'barcode') return () => [];
  const rows = z.array(row).parse(
    await db.prisma.$queryRaw`
      select item_key, characteristic_key, barcodes from known_items
      where (item_key, characteristic_key) in (
        select item_key, characteristic_key from outbox_lines where outbox_id = any(${[...outboxIds]}::uuid[]))`,
  );
  const known = new Map(rows.map((one) => [idOf(one.item_key, one.characteristic_key), one.barcodes]));
  return ({ itemKey, characteristicKey }) => known.get(idOf(itemKey, characteristicKey)) ?? [];
}

import { z } from 'zod';
import type { Warehouse } from '../planning/types.ts';
import type { Collections } from './collections.ts';
import type { CallOptions } from './port.ts';
import { key } from './schema.ts';

export const WAREHOUSES = 'Catalog_Склады';

const warehouseRow = z.object({
  Ref_Key: key,
  Description: z.string(),
  IsFolder: z.boolean(),
  DeletionMark: z.boolean(),
});
// No `Code`: the standard catalogue has none, and asking for it is HTTP 400.
const select = ['Ref_Key', 'Description', 'IsFolder', 'DeletionMark'];

/** All warehouses that are neither folders nor marked for deletion, by name. */
export async function readWarehouses(collections: Collections, options?: CallOptions): Promise<Warehouse[]> {
  const rows = await collections.readAll(WAREHOUSES, { select, orderby: 'Ref_Key' }, warehouseRow, {
    ...options,
    identity: (row) => row.Ref_Key,
  });
  return rows
    .filter((row) => !row.IsFolder && !row.DeletionMark)
    .map((row) => ({ key: row.Ref_Key, name: row.Description }))
    .sort((a, b) => a.name.localeCompare(b.name, 'ru') || (a.key < b.key ? -1 : 1));
}

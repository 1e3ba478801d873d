import { z } from 'zod';
import type { Tx } from '../../shared/db/database.ts';
import type { Snapshot } from '../../shared/onec/port.ts';
import type { Key } from '../../shared/planning/types.ts';
import type { WarehouseCount } from './judge-snapshot.ts';

/** How much 1C told of each warehouse that this run is about. */
export function countSnapshot({ recipients, donors, stock, limits }: Snapshot): WarehouseCount[] {
  const count = (rows: { warehouseKey: Key }[]) => {
    const counts = new Map<Key, number>();
    for (const { warehouseKey } of rows) counts.set(warehouseKey, (counts.get(warehouseKey) ?? 0) + 1);
    return counts;
  };
  const [balances, limitRows] = [count(stock), count(limits)];
  const tell = (role: WarehouseCount['role'], warehouses: Snapshot['recipients']) =>
    warehouses.map(({ key, name }) => ({
      ...{ key, name, role },
      balances: balances.get(key) ?? 0,
      limits: limitRows.get(key) ?? 0,
    }));
  return [...tell('recipient', recipients), ...tell('donor', donors)];
}

const storedCount = z.object({
  key: z.string(),
  name: z.string(),
  role: z.enum(['recipient', 'donor']),
  balances: z.number(),
  limits: z.number(),
});

/** Of each warehouse, what the last run that trusted it was told. */
export async function readCounts(tx: Tx): Promise<WarehouseCount[]> {
  const rows = await tx.$queryRaw`
    select warehouse_key as key, warehouse_name as name, role, balances, limits from snapshot_counts order by 1`;
  return z.array(storedCount).parse(rows);
}

/** What later runs are measured by. `forget`: warehouses that a person said are gone for good. */
export async function rememberCounts(
  tx: Tx,
  { runId, counts, forget }: { runId: string; counts: readonly WarehouseCount[]; forget: readonly Key[] },
): Promise<void> {
  // A warehouse may be recipient and donor at once; one row tells of it.
  const rows = [...new Map(counts.map((one) => [one.key, one])).values()];
  await tx.$executeRaw`
    insert into snapshot_counts (warehouse_key, warehouse_name, role, balances, limits, run_id, seen_at)
    select key, name, role, balances, limits, ${runId}::uuid, clock_timestamp()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t(key uuid, name text, role text, balances int, limits int)
    on conflict (warehouse_key) do update set warehouse_name = excluded.warehouse_name, role = excluded.role,
      balances = excluded.balances, limits = excluded.limits, run_id = excluded.run_id, seen_at = excluded.seen_at`;
  await tx.$executeRaw`delete from snapshot_counts where warehouse_key = any(${[...forget]}::uuid[])`;
}

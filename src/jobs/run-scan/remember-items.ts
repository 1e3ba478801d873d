import type { Tx } from '../../shared/db/database.ts';
import type { Snapshot } from '../../shared/onec/port.ts';
import { fromMilli } from '../../shared/planning/quantity.ts';
import type { Key } from '../../shared/planning/types.ts';

/**
 * Keeps what 1C said of the items that have limits, for the links to МойСклад and for orders by barcode. A run of all
 * recipients forgets those that have none any more, unless an order that is still to be made is for them.
 */
export async function rememberItems(tx: Tx, snapshot: Snapshot, { whole }: { whole: boolean }): Promise<void> {
  const items = new Map(snapshot.items.map((item) => [item.key, item]));
  const idOf = ({ itemKey, characteristicKey }: { itemKey: Key; characteristicKey: Key }) =>
    `${itemKey}#${characteristicKey}`;
  const barcodes = new Map<string, string[]>();
  for (const barcode of snapshot.barcodes) {
    const own = barcodes.get(idOf(barcode));
    if (own) own.push(barcode.value);
    else barcodes.set(idOf(barcode), [barcode.value]);
  }
  const rows = new Map<string, object>();
  for (const limit of snapshot.limits) {
    const { itemKey, characteristicKey, pack } = limit;
    const item = items.get(itemKey);
    if (item === undefined || item.deletionMark) continue;
    rows.set(idOf(limit), {
      item_key: itemKey,
      characteristic_key: characteristicKey,
      name: item.name,
      article: item.article,
      code: item.code,
      barcodes: barcodes.get(idOf(limit)) ?? [],
      unit: item.unit,
      pack: pack === null ? null : fromMilli(pack.size),
    });
  }
  const all = JSON.stringify([...rows.values()]);
  await tx.$executeRaw`
    insert into known_items (item_key, characteristic_key, name, article, code, barcodes, unit, pack, seen_at)
    select item_key, characteristic_key, name, article, code, barcodes, unit, pack, clock_timestamp()
    from jsonb_to_recordset(${all}::jsonb) as t(item_key uuid, characteristic_key uuid, name text, article text, code text,
      barcodes text[], unit text, pack numeric)
    on conflict (item_key, characteristic_key) do update set name = excluded.name, article = excluded.article,
      code = excluded.code, barcodes = excluded.barcodes, unit = excluded.unit, pack = excluded.pack, seen_at = excluded.seen_at`;
  if (!whole) return;
  // Neither `not exists` nor a plain join: where PostgreSQL has counted nothing yet it would go through all again for each item.
  await tx.$executeRaw`
    delete from known_items
    where (item_key, characteristic_key) not in (
      select item_key, characteristic_key from jsonb_to_recordset(${all}::jsonb) as t(item_key uuid, characteristic_key uuid))
    and (item_key, characteristic_key) not in (
      select l.item_key, l.characteristic_key
      from outbox o cross join lateral (select * from outbox_lines where outbox_id = o.id offset 0) l
      where o.kind = 'order' and o.status in ('held', 'pending', 'queued', 'sending', 'unknown', 'failed')
        and l.closed_at is null)`;
}

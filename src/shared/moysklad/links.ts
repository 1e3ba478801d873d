import type { Tx } from '../db/database.ts';
import type { FoundLink } from './port.ts';

/** Keeps `item_links` as last found, in one statement. */
export async function rememberLinks(tx: Tx, links: FoundLink[]): Promise<void> {
  if (links.length === 0) return;
  const rows = links.map((link) => ({
    item_key: link.itemKey,
    characteristic_key: link.characteristicKey,
    match_by: link.matchBy,
    match_value: link.matchValue,
    status: link.status,
    entity_type: link.entityType,
    entity_id: link.entityId,
    matches: link.matches,
    problem: link.problem,
    archived: link.archived,
    entity_name: link.entityName,
    unit: link.unit,
    packs: link.packs,
    price: link.price === null ? null : Math.round(link.price),
  }));
  await tx.$executeRaw`
    insert into item_links (item_key, characteristic_key, match_by, match_value, status, entity_type, entity_id, matches, checked_at,
      problem, archived, entity_name, unit, packs, price)
    select distinct on (item_key, characteristic_key)
           item_key, characteristic_key, match_by, match_value, status, entity_type, entity_id, matches, clock_timestamp(),
           problem, archived, entity_name, unit, packs, price
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t(item_key uuid, characteristic_key uuid, match_by text,
      match_value text, status text, entity_type text, entity_id uuid, matches int, problem text, archived int, entity_name text,
      unit text, packs numeric[], price bigint)
    order by item_key, characteristic_key
    on conflict (item_key, characteristic_key) do update set match_by = excluded.match_by, match_value = excluded.match_value,
      status = excluded.status, entity_type = excluded.entity_type, entity_id = excluded.entity_id,
      matches = excluded.matches, checked_at = excluded.checked_at, entity_name = excluded.entity_name, packs = excluded.packs,
      archived = greatest(excluded.archived, case when excluded.problem is null then 0 else item_links.archived end),
      -- An order's own look-up asks for neither the archive nor the unit: what the links' job found of them stands.
      problem = case
        when excluded.problem is null and excluded.unit is null and item_links.problem = 'unit'
          and item_links.entity_id = excluded.entity_id then 'unit'
        when excluded.problem = 'missing' and item_links.problem = 'archived' and excluded.match_value = item_links.match_value
          and excluded.archived = 0 and item_links.archived > 0 then 'archived'
        else excluded.problem end,
      unit = coalesce(excluded.unit, case when item_links.entity_id = excluded.entity_id then item_links.unit end),
      -- What is lost keeps its last price, so that what it blocks can be counted.
      price = coalesce(excluded.price, item_links.price)`;
}

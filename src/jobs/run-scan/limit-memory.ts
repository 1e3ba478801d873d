import { z } from 'zod';
import type { Tx } from '../../shared/db/database.ts';
import {
  type CommonSense,
  goodsKey,
  type History,
  newLimitFactor,
  placeKey,
  unlikeOthers,
} from '../../shared/planning/common-sense.ts';
import { peersOf, topOf } from '../../shared/planning/peers.ts';
import { fromMilli } from '../../shared/planning/quantity.ts';
import type { Key, Limit, Plan } from '../../shared/planning/types.ts';

/** Rows of one statement: a parameter of a million rows would be a text of 150 MB. */
const CHUNK = 20_000;

/** How far back a need is a precedent for a later one. What is younger must not be forgotten. */
export const HISTORY_DAYS = 90;

/**
 * A held need that a person let go as it was planned, in all its documents, says that its limits are meant so. Whoever
 * edits or rejects a part does not say that. Each approval is learnt once: a limit learnt after the document was planned is
 * newer. Called before the history is read.
 */
export async function learnApprovals(tx: Tx): Promise<void> {
  await tx.$executeRaw`
    insert into known_limits (warehouse_key, item_key, characteristic_key, minimum, maximum, seen_at)
    select distinct on (r.recipient_key, r.item_key, r.characteristic_key)
      r.recipient_key, r.item_key, r.characteristic_key, r.minimum, r.maximum, clock_timestamp()
    from outbox o join outbox_lines l on l.outbox_id = o.id join run_lines r on r.id = l.run_line_id
      left join known_limits k on k.warehouse_key = r.recipient_key and k.item_key = r.item_key
        and k.characteristic_key = r.characteristic_key
    where o.hold_reason is not null and (k.seen_at is null or k.seen_at < o.created_at) and not exists (
      select 1 from outbox_lines part join outbox whole on whole.id = part.outbox_id
      where part.run_line_id = r.id and (
        part.planned_quantity is not null
        or part.closed_reason in ('rejected', 'superseded', 'cancelled', 'deleted')
        or (whole.status in ('held', 'superseded', 'cancelled') and whole.starts = 0)
      )
    )
    order by r.recipient_key, r.item_key, r.characteristic_key, o.created_at desc
    on conflict (warehouse_key, item_key, characteristic_key) do update set
      minimum = excluded.minimum, maximum = excluded.maximum, seen_at = excluded.seen_at`;
}

const place = { warehouse_key: z.string(), item_key: z.string(), characteristic_key: z.string() };
const knownRow = z.object({ ...place, minimum: z.number(), maximum: z.number().nullable() });
const needRow = z.object({ ...place, need: z.number() });
const priceRow = z.object({ item_key: z.string(), characteristic_key: z.string(), price: z.number() });

/** What the hub knows of the places that the plan orders for, and the recipients' limits of this run. */
export async function readHistory(tx: Tx, plan: Plan, recipientLimits: readonly Limit[]): Promise<History> {
  const warehouses = [...new Set(recipientLimits.map(({ warehouseKey }) => warehouseKey))];
  const wanted = plan.lines.filter(({ need }) => need > 0);
  const places = JSON.stringify(
    wanted.map((line) => ({
      warehouse_key: line.recipientKey,
      item_key: line.itemKey,
      characteristic_key: line.characteristicKey,
    })),
  );
  const met = z.array(z.object({ key: z.string() })).parse(
    await tx.$queryRaw`
      select w::text as key from unnest(${warehouses}::uuid[]) as w
      where exists (select 1 from known_limits where warehouse_key = w)`,
  );
  const known = z.array(knownRow).parse(
    await tx.$queryRaw`
      select warehouse_key, item_key, characteristic_key, (minimum * 1000)::float8 as minimum, (maximum * 1000)::float8 as maximum
      from jsonb_to_recordset(${places}::jsonb) as t(warehouse_key uuid, item_key uuid, characteristic_key uuid)
        join known_limits using (warehouse_key, item_key, characteristic_key)`,
  );
  // What was let go, as people left it; a held need that nobody approved is no precedent.
  const needs = z.array(needRow).parse(
    await tx.$queryRaw`
      select warehouse_key, item_key, characteristic_key, (max(need) * 1000)::float8 as need
      from (
        select t.*, l.run_line_id, sum(l.quantity) as need
        from jsonb_to_recordset(${places}::jsonb) as t(warehouse_key uuid, item_key uuid, characteristic_key uuid)
          join outbox_lines l on l.recipient_key = t.warehouse_key and l.item_key = t.item_key
            and l.characteristic_key = t.characteristic_key
          join outbox o on o.id = l.outbox_id
        where o.created_at > now() - ${HISTORY_DAYS} * interval '1 day'
          and (o.status not in ('held', 'superseded', 'cancelled') or o.starts > 0)
          and coalesce(l.closed_reason, '') not in ('rejected', 'superseded', 'cancelled', 'deleted', 'split')
        group by t.warehouse_key, t.item_key, t.characteristic_key, l.run_line_id
      ) let_go
      group by warehouse_key, item_key, characteristic_key`,
  );
  const keyOf = (row: { warehouse_key: Key; item_key: Key; characteristic_key: Key }) =>
    placeKey(row.warehouse_key, row.item_key, row.characteristic_key);
  const prices = z.array(priceRow).parse(
    await tx.$queryRaw`
      select item_key, characteristic_key, price::float8 as price
      from jsonb_to_recordset(${places}::jsonb) as t(warehouse_key uuid, item_key uuid, characteristic_key uuid)
        join item_links using (item_key, characteristic_key)
      where price is not null`,
  );
  return {
    prices: new Map(prices.map((row) => [goodsKey(row.item_key, row.characteristic_key), row.price])),
    limits: recipientLimits,
    met: new Set(met.map(({ key }) => key)),
    known: new Map(known.map((row) => [keyOf(row), { minimum: row.minimum, maximum: row.maximum }])),
    largestNeed: new Map(needs.map((row) => [keyOf(row), row.need])),
  };
}

/**
 * Learns the limits of this run for the next one. A limit that grew too fast, or a new one that is unlike the others',
 * is not learnt: it stays odd until a person approves what it orders, or mends it in 1C.
 */
export async function learnLimits(
  tx: Tx,
  { limits, met }: Pick<History, 'limits' | 'met'>,
  { lineFactor, growthFactor }: CommonSense,
): Promise<void> {
  const peers = peersOf(limits);
  const strongest = new Map<string, Limit>();
  for (const limit of limits) {
    const key = placeKey(limit.warehouseKey, limit.itemKey, limit.characteristicKey);
    const other = strongest.get(key);
    // Of several limits for one place the larger minimum counts, as in the plan.
    const isStronger =
      other === undefined ||
      limit.minimum > other.minimum ||
      (limit.minimum === other.minimum && topOf(limit) > topOf(other));
    if (isStronger) strongest.set(key, limit);
  }
  const rows = [...strongest.values()].map((limit) => {
    const factor = newLimitFactor(met.has(limit.warehouseKey), lineFactor);
    return {
      w: limit.warehouseKey,
      i: limit.itemKey,
      c: limit.characteristicKey,
      minimum: fromMilli(limit.minimum),
      maximum: limit.maximum === null ? null : fromMilli(limit.maximum),
      odd: unlikeOthers(limit, peers, factor) !== null,
    };
  });
  for (let from = 0; from < rows.length; from += CHUNK) {
    await tx.$executeRaw`
      insert into known_limits as known (warehouse_key, item_key, characteristic_key, minimum, maximum, seen_at)
      select w, i, c, minimum, maximum, clock_timestamp()
      from jsonb_to_recordset(${JSON.stringify(rows.slice(from, from + CHUNK))}::jsonb)
        as t(w uuid, i uuid, c uuid, minimum numeric, maximum numeric, odd boolean)
      where not odd or exists (select 1 from known_limits k where (k.warehouse_key, k.item_key, k.characteristic_key) = (w, i, c))
      on conflict (warehouse_key, item_key, characteristic_key) do update set
        minimum = excluded.minimum, maximum = excluded.maximum, seen_at = excluded.seen_at
      where (known.minimum, known.maximum) is distinct from (excluded.minimum, excluded.maximum)
        and not (${growthFactor}::int > 0 and (
          (known.minimum > 0 and excluded.minimum >= ${growthFactor}::int * known.minimum)
          or (greatest(known.minimum, known.maximum) > 0
            and greatest(excluded.minimum, excluded.maximum) >= ${growthFactor}::int * greatest(known.minimum, known.maximum))
        ))`;
  }
}

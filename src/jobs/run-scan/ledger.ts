import { z } from 'zod';
import type { Tx } from '../../shared/db/database.ts';
import type { OpenLine } from '../../shared/planning/types.ts';

const openLine = z.object({
  outboxId: z.string(),
  kind: z.enum(['transfer', 'order']),
  recipientKey: z.string(),
  senderKey: z.string().nullable(),
  itemKey: z.string(),
  characteristicKey: z.string(),
  expected: z.number(),
  shownBy1C: z.boolean(),
});

/**
 * The ledger: every line of the hub whose goods are still expected. 1C shows a line by itself only when its transfer
 * was confirmed posted before the snapshot's reading began; МойСклад's orders it never shows. Held and failed rows
 * promise nothing, so their need is open and the new plan replaces them; but a held document's line that a person
 * approved by itself is a promise. What a reconcile saw arrive after the reading
 * began is still counted: the snapshot may have been read before it did.
 *
 * A row of `failing` recipients that failed after the plan had replaced the failed ones is neither replaced nor on its way, and
 * may be retried: it is counted this once, and the next scan replaces it.
 */
export async function readLedger(
  tx: Tx,
  snapshotStartedAt: Date,
  failing: { recipientKeys: readonly string[]; replaced: readonly string[] } = { recipientKeys: [], replaced: [] },
): Promise<OpenLine[]> {
  const rows = await tx.$queryRaw`
    select o.id as "outboxId", o.kind::text as kind, l.recipient_key as "recipientKey", l.sender_key as "senderKey",
           l.item_key as "itemKey", l.characteristic_key as "characteristicKey",
           greatest(0, (l.quantity - counted.received) * 1000)::float8 as expected,
           (o.kind = 'transfer' and o.status = 'done' and o.posted and o.confirmed_at < ${snapshotStartedAt}) as "shownBy1C"
    from outbox_lines l join outbox o on o.id = l.outbox_id
    cross join lateral (
      select case when l.closed_at >= ${snapshotStartedAt} or o.confirmed_at >= ${snapshotStartedAt} then 0 else l.received end as received
    ) counted
    where (l.closed_at is null or (l.closed_at >= ${snapshotStartedAt} and l.closed_reason in ('received', 'shipped')))
      and l.quantity > counted.received
      and (o.status in ('pending', 'queued', 'sending', 'unknown', 'done') or (o.status = 'held' and l.approved_at is not null)
           or (o.status = 'failed' and o.recipient_key = any(${failing.recipientKeys}::uuid[])
               and o.id <> all(${failing.replaced}::uuid[])))`;
  return z.array(openLine).parse(rows);
}

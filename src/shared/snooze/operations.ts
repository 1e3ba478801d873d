import { z } from 'zod';
import type { Database, Tx } from '../db/database.ts';
import { writeJournal } from '../journal/journal.ts';
import { newId } from '../outbox/ids.ts';
import { type SnoozeRecord, scopeText, snoozeColumns, snoozeEntry, snoozeRecord, termText } from './record.ts';

export interface NewSnooze {
  /** NULL: every recipient. */
  recipient: { key: string; name: string | null } | null;
  /** NULL: every item of the recipient. */
  item: { key: string; name: string | null; article: string | null; characteristicKey: string | null } | null;
  reason: string;
  /** The day on which it counts no more, YYYY-MM-DD, later than today; NULL: for good. */
  until: string | null;
  actor: string;
  /** IANA zone whose days count. */
  timezone: string;
}

export type CreateResult =
  | { outcome: 'done'; snooze: SnoozeRecord }
  /** The same place is snoozed already. */
  | { outcome: 'exists'; snooze: SnoozeRecord }
  /** `until` is today or earlier: it would never count. */
  | { outcome: 'past'; today: string };

/**
 * Snoozes or excludes a need, with the operator's action and the journal in the same transaction. What ran out and no
 * scan has woken yet gives way to the new one. Documents that are on their way already stay.
 */
export function createSnooze(db: Database, wanted: NewSnooze): Promise<CreateResult> {
  return db.transaction(async (tx) => {
    const today = await dayIn(tx, wanted.timezone);
    if (wanted.until !== null && wanted.until <= today) return { outcome: 'past', today };
    const scope = {
      recipient: wanted.recipient?.key ?? null,
      item: wanted.item?.key ?? null,
      characteristic: wanted.item?.characteristicKey ?? null,
    };
    await tx.$executeRaw`
      update snoozes set ended_at = clock_timestamp(), ended_reason = 'replaced'
      where ended_at is null and until <= ${today}::date and recipient_key is not distinct from ${scope.recipient}::uuid
        and item_key is not distinct from ${scope.item}::uuid
        and characteristic_key is not distinct from ${scope.characteristic}::uuid`;
    const [made] = z.array(snoozeRecord).parse(
      await tx.$queryRaw`
        insert into snoozes (id, recipient_key, recipient_name, item_key, item_name, article, characteristic_key, reason, author, until)
        values (${newId()}::uuid, ${scope.recipient}::uuid, ${wanted.recipient?.name ?? null}, ${scope.item}::uuid,
          ${wanted.item?.name ?? null}, ${wanted.item?.article ?? null}, ${scope.characteristic}::uuid,
          ${wanted.reason}, ${wanted.actor}, ${wanted.until}::date)
        on conflict do nothing
        returning ${snoozeColumns}`,
    );
    if (made === undefined) return { outcome: 'exists', snooze: await findActive(tx, scope) };
    const verb = made.until === null ? 'Исключено из заказа' : `Отложено ${termText(made.until)}`;
    await writeJournal(tx, [
      snoozeEntry(made, `${verb}: ${scopeText(made)}. Причина: «${made.reason}» (${made.author}).`),
    ]);
    await noteAction(tx, { action: 'snooze', actor: wanted.actor, outcome: 'done', record: made });
    return { outcome: 'done', snooze: made };
  });
}

export type EndResult = { outcome: 'done' | 'skipped'; snooze: SnoozeRecord } | { outcome: 'not-found'; snooze: null };

/** Ends a snooze or an exclusion before its day. `skipped`: it had ended already. */
export function endSnooze(db: Database, { id, actor }: { id: string; actor: string }): Promise<EndResult> {
  return db.transaction(async (tx) => {
    const [ended] = z.array(snoozeRecord).parse(
      await tx.$queryRaw`
        update snoozes set ended_at = clock_timestamp(), ended_reason = 'by-hand'
        where id = ${id}::uuid and ended_at is null
        returning ${snoozeColumns}`,
    );
    const record = ended ?? (await findOne(tx, id));
    if (record === undefined) return { outcome: 'not-found', snooze: null };
    const outcome = ended === undefined ? 'skipped' : 'done';
    if (ended !== undefined) {
      await writeJournal(tx, [snoozeEntry(ended, `Снова заказывается: ${scopeText(ended)} (${actor}).`)]);
    }
    await noteAction(tx, { action: 'end-snooze', actor, outcome, record });
    return { outcome, snooze: record };
  });
}

async function dayIn(tx: Tx, timezone: string): Promise<string> {
  const rows = await tx.$queryRaw`select (now() at time zone ${timezone})::date::text as today`;
  return z.array(z.object({ today: z.string() })).parse(rows)[0]!.today;
}

async function findOne(tx: Tx, id: string): Promise<SnoozeRecord | undefined> {
  const rows = await tx.$queryRaw`select ${snoozeColumns} from snoozes where id = ${id}::uuid`;
  return z.array(snoozeRecord).parse(rows)[0];
}

async function findActive(
  tx: Tx,
  scope: { recipient: string | null; item: string | null; characteristic: string | null },
): Promise<SnoozeRecord> {
  const rows = await tx.$queryRaw`
    select ${snoozeColumns} from snoozes
    where ended_at is null and recipient_key is not distinct from ${scope.recipient}::uuid
      and item_key is not distinct from ${scope.item}::uuid
      and characteristic_key is not distinct from ${scope.characteristic}::uuid`;
  return z.array(snoozeRecord).min(1).parse(rows)[0]!;
}

async function noteAction(
  tx: Tx,
  { action, actor, outcome, record }: { action: string; actor: string; outcome: string; record: SnoozeRecord },
): Promise<void> {
  const { id, recipient_key, item_key, characteristic_key, reason, until } = record;
  await tx.operatorAction.create({
    data: {
      actor,
      action,
      outcome,
      details: { snooze_id: id, recipient_key, item_key, characteristic_key, reason, until },
    },
  });
}

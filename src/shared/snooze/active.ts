import { z } from 'zod';
import type { Tx } from '../db/database.ts';
import { writeJournal } from '../journal/journal.ts';
import type { Snooze } from '../planning/types.ts';
import { scopeText, snoozeColumns, snoozeEntry, snoozeRecord } from './record.ts';

/** What people told the hub not to order today; the day is the one of `timezone`. */
export async function readActiveSnoozes(tx: Tx, timezone: string): Promise<Snooze[]> {
  const rows = z.array(snoozeRecord).parse(
    await tx.$queryRaw`
      select ${snoozeColumns} from snoozes
      where ended_at is null and (until is null or until > (now() at time zone ${timezone})::date)
      order by id`,
  );
  return rows.map((row) => ({
    recipientKey: row.recipient_key,
    itemKey: row.item_key,
    characteristicKey: row.characteristic_key,
    reason: row.reason,
    author: row.author,
    until: row.until,
  }));
}

/**
 * Ends what has run out and says so in the journal, once: whoever updates the row writes the entry, in one transaction.
 * Returns how many woke up.
 */
export async function wakeSnoozes(tx: Tx, { runId, timezone }: { runId: string; timezone: string }): Promise<number> {
  const woken = z.array(snoozeRecord).parse(
    await tx.$queryRaw`
      update snoozes set ended_at = clock_timestamp(), ended_reason = 'expired'
      where ended_at is null and until <= (now() at time zone ${timezone})::date
      returning ${snoozeColumns}`,
  );
  await writeJournal(
    tx,
    woken
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((record) => {
        const message = `Проснулось: ${scopeText(record)}. Было отложено: «${record.reason}» (${record.author}); снова заказывается.`;
        return snoozeEntry(record, message, runId);
      }),
  );
  return woken.length;
}

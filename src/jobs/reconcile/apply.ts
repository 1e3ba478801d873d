import { type Database, Prisma, type Tx } from '../../shared/db/database.ts';
import type { OutsideSystem } from '../../shared/errors/outcome.ts';
import { writeJournal } from '../../shared/journal/journal.ts';
import { fromMilli } from '../../shared/planning/quantity.ts';
import type { Change, Finding, WatchedRow } from './findings.ts';
import { lockWatched } from './rows.ts';

/**
 * Judges one document's row again under its lock, and writes what follows together with the journal in one transaction.
 * Nothing is written when the row has gone another way meanwhile, or another pass was faster.
 */
export async function apply(
  db: Database,
  system: OutsideSystem,
  before: Pick<WatchedRow, 'id' | 'status' | 'documentKey'>,
  judge: (row: WatchedRow) => Finding[],
): Promise<Finding[]> {
  return db.transaction(async (tx) => {
    const row = await lockWatched(tx, before.id);
    // The document was read for this state of the row and under this key.
    if (row === null || row.status !== before.status || row.documentKey !== before.documentKey) return [];
    const findings = judge(row);
    for (const { change } of findings) await write(tx, row, change);
    await writeJournal(
      tx,
      findings.map(({ change, level, message }) => ({
        level,
        system,
        step: 'reconcile',
        status: level === 'error' ? 'refused' : 'ok',
        runId: row.runId,
        outboxId: row.id,
        message,
        details: detailsOf(change),
      })),
    );
    return findings;
  });
}

async function write(tx: Tx, row: WatchedRow, change: Change): Promise<void> {
  switch (change.kind) {
    case 'close':
      await tx.$executeRaw`
        update outbox_lines set closed_at = clock_timestamp(), closed_reason = ${change.reason},
          received = ${change.received === undefined ? Prisma.sql`received` : fromMilli(change.received)}
        where id = ${change.lineId}::uuid and closed_at is null`;
      // Should it come back posted, it counts as posted from that moment on.
      if (change.reason === 'deleted') await tx.$executeRaw`update outbox set posted = null where id = ${row.id}::uuid`;
      return;
    case 'reopen':
      await tx.$executeRaw`
        update outbox_lines set closed_at = null, closed_reason = null where id = ${change.lineId}::uuid`;
      return;
    case 'quantity':
      await tx.$executeRaw`
        update outbox_lines set quantity = ${fromMilli(change.after)} where id = ${change.lineId}::uuid`;
      return;
    case 'received':
      await tx.$executeRaw`
        update outbox_lines set received = ${fromMilli(change.after)} where id = ${change.lineId}::uuid`;
      return;
    case 'shipments':
      await tx.$executeRaw`
        update outbox_lines set shipments = ${JSON.stringify(change.shipments)}::jsonb where id = ${change.lineId}::uuid`;
      return;
    case 'posted':
      await tx.$executeRaw`
        update outbox set posted = ${change.posted},
          confirmed_at = case when ${change.posted} then clock_timestamp() else confirmed_at end
        where id = ${row.id}::uuid`;
      return;
    case 'question':
      await tx.$executeRaw`
        update outbox set question_code = ${change.code}, question = ${change.code === null ? null : change.text},
          asked_at = case when ${change.code === null} then null else clock_timestamp() end
        where id = ${row.id}::uuid`;
      return;
    case 'exists':
      await tx.$executeRaw`
        update outbox set status = 'unknown', maybe_made = true, rested_under = coalesce(rested_under, 'reconcile')
        where id = ${row.id}::uuid and status = 'failed'`;
      return;
    case 'made':
      await tx.$executeRaw`
        update outbox set status = 'done', confirmed_at = clock_timestamp(), external_key = ${change.externalKey},
          external_number = ${change.number}, external_url = ${change.url}, posted = ${change.posted},
          error_code = null, error_message = null, crashes = 0, rested_under = null, maybe_made = false
        where id = ${row.id}::uuid`;
      await noteGoods(tx, row);
  }
}

/** What each line was ordered as, as last found: the attempt that made the order did not come so far. */
async function noteGoods(tx: Tx, row: WatchedRow): Promise<void> {
  for (const line of row.lines) {
    await tx.$executeRaw`
      update outbox_lines set goods_key = ${line.goodsKey}::uuid where id = ${line.id}::uuid and goods_key is null`;
  }
}

/** Quantities as people know them, not in thousandths. */
function detailsOf(change: Change): Record<string, unknown> {
  const { kind } = change;
  switch (kind) {
    case 'close': {
      const received = change.received === undefined ? {} : { received: fromMilli(change.received) };
      return { change: kind, line_id: change.lineId, reason: change.reason, ...received };
    }
    case 'reopen':
      return { change: kind, line_id: change.lineId };
    case 'quantity':
    case 'received':
      return { change: kind, line_id: change.lineId, before: fromMilli(change.before), after: fromMilli(change.after) };
    case 'shipments':
      return { change: kind, line_id: change.lineId, shipped: fromMilli(change.shipments.at(-1)?.shipped ?? 0) };
    case 'posted':
      return { change: kind, posted: change.posted };
    case 'exists':
      return { change: kind };
    case 'question':
      return { change: kind, code: change.code };
    case 'made':
      return { change: kind, key: change.externalKey, number: change.number, posted: change.posted };
  }
}

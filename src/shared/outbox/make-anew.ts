import { z } from 'zod';
import type { Database, Tx } from '../db/database.ts';
import { operatorEntry, writeJournal } from '../journal/journal.ts';
import { documentKey } from './ids.ts';
import { type Operation, type OperationResult, statusNames } from './operations.ts';
import { lockPlanning } from './planning-lock.ts';

const row = z.object({
  status: z.string(),
  kind: z.string(),
  run_id: z.string(),
  document_generation: z.number(),
  external_number: z.string().nullable(),
  lines: z.number(),
  gone: z.number(),
});

/**
 * Makes a document that somebody deleted outside once more, under a key of its own. Refused while a line of it is still
 * expected or was received, and where the need has been covered otherwise meanwhile: it would be ordered twice. Holds the
 * planning lock, so that no scan plans the need at the same moment.
 */
export function makeAnew(db: Database, { outboxId, actor }: Operation): Promise<OperationResult> {
  return db.transaction(async (tx) => {
    await lockPlanning(tx);
    await tx.$executeRaw`select 1 from outbox where id = ${outboxId}::uuid for update`;
    const found = await find(tx, outboxId);
    if (found === undefined) return { outcome: 'not-found', status: null, reason: null };
    const reason = await refusal(tx, outboxId, found);
    if (reason === null) {
      const generation = found.document_generation + 1;
      await tx.$executeRaw`
        update outbox set status = 'pending', generation = generation + 1, document_generation = ${generation},
          document_key = ${documentKey(outboxId, generation)}::uuid, attempts = 0, crashes = 0, maybe_made = false,
          rested_under = null, error_code = null, error_message = null, external_key = null, external_number = null,
          external_url = null, posted = null, confirmed_at = null, lease_owner = null, lease_until = null,
          question_code = null, question = null, asked_at = null
        where id = ${outboxId}::uuid`;
      await tx.$executeRaw`
        update outbox_lines set closed_at = null, closed_reason = null, received = 0, goods_key = null, shipments = '[]'
        where outbox_id = ${outboxId}::uuid`;
      await tx.$executeRaw`select pg_notify('hub_outbox', '')`;
      await writeJournal(tx, [
        operatorEntry({
          runId: found.run_id,
          outboxId,
          message: `Документ создаётся заново вместо удалённого${found.external_number === null ? '' : ` ${found.external_number}`} (${actor})`,
          details: { action: 'anew', actor, document_generation: generation },
        }),
      ]);
    }
    await tx.operatorAction.create({
      data: {
        actor,
        action: 'anew',
        runId: found.run_id,
        outboxId,
        outcome: reason === null ? 'done' : 'skipped',
        details: { before: found.status, number: found.external_number, ...(reason === null ? {} : { reason }) },
      },
    });
    return {
      outcome: reason === null ? 'done' : 'skipped',
      status: reason === null ? 'pending' : found.status,
      reason,
    };
  });
}

/** Russian sentence: why it would be refused as things stand; NULL: it would not. */
export async function whyNotAnew({ prisma }: Pick<Database, 'prisma'>, outboxId: string): Promise<string | null> {
  const found = await find(prisma, outboxId);
  return found === undefined ? null : refusal(prisma, outboxId, found);
}

async function find(tx: Tx, outboxId: string): Promise<z.output<typeof row> | undefined> {
  const [found] = z.array(row).parse(
    await tx.$queryRaw`
      select o.status::text, o.kind::text, o.run_id, o.document_generation, o.external_number,
        (select count(*)::int from outbox_lines l where l.outbox_id = o.id) as lines,
        (select count(*)::int from outbox_lines l where l.outbox_id = o.id and l.closed_reason in ('deleted', 'cancelled')) as gone
      from outbox o where o.id = ${outboxId}::uuid`,
  );
  return found;
}

async function refusal(tx: Tx, outboxId: string, found: z.output<typeof row>): Promise<string | null> {
  if (found.kind === 'scan') return 'Это проверка, а не документ: запустите новую';
  if (found.status !== 'done') {
    return `Создать заново можно только документ, который был создан и удалён; этот: ${statusNames[found.status] ?? found.status}`;
  }
  if (found.gone < found.lines) {
    return 'Документ ещё числится: удалите его в другой системе и дождитесь сверки, она это увидит';
  }
  const [covered] = z.array(z.object({ item_name: z.string(), outbox_id: z.string() })).parse(
    await tx.$queryRaw`
      select mine.item_name, o.id as outbox_id
      from outbox_lines mine
      join outbox_lines other on other.recipient_key = mine.recipient_key and other.item_key = mine.item_key
        and other.characteristic_key = mine.characteristic_key and other.outbox_id <> mine.outbox_id
      join outbox o on o.id = other.outbox_id and o.created_at > (select created_at from outbox where id = ${outboxId}::uuid)
      where mine.outbox_id = ${outboxId}::uuid
        and (other.closed_at is null or other.closed_reason in ('received', 'shipped'))
        and o.status in ('held', 'pending', 'queued', 'sending', 'unknown', 'done', 'failed')
      limit 1`,
  );
  return covered === undefined
    ? null
    : `«${covered.item_name}» с тех пор закрывает другой документ (${covered.outbox_id}): вышло бы дважды`;
}

import type { Tx } from '../../shared/db/database.ts';
import type { JournalEntry } from '../../shared/journal/journal.ts';
import type { Snapshot } from '../../shared/onec/port.ts';
import { documentKey, newId } from '../../shared/outbox/ids.ts';
import { explain } from '../../shared/planning/explain.ts';
import { formatMilli, fromMilli } from '../../shared/planning/quantity.ts';
import type { Key, Milli, Plan, Why } from '../../shared/planning/types.ts';
import { carried } from '../../shared/telemetry/carried.ts';
import type { ScreenedDocument } from './screen.ts';

export interface PlanToWrite {
  runId: string;
  snapshot: Snapshot;
  plan: Plan;
  documents: ScreenedDocument[];
  /** True: every row waits for a person; else only those with a reason to. */
  held: boolean;
}

/**
 * Writes run lines, and for each document its outbox row and lines, in four bulk statements. Returns the journal
 * entries, one per document, that say why.
 */
export async function writePlan(
  tx: Tx,
  { runId, snapshot, plan, documents, held }: PlanToWrite,
): Promise<JournalEntry[]> {
  const names = new Map([...snapshot.warehouses].map((one) => [one.key, one.name]));
  const items = new Map(snapshot.items.map((item) => [item.key, item]));
  const donorNames = Object.fromEntries(snapshot.donors.map((donor) => [donor.key, donor.name]));
  const lineIds = plan.lines.map(() => newId());
  const quantity = (milli: Milli) => fromMilli(milli);

  const runLines = plan.lines.map((line, index) => {
    const item = items.get(line.itemKey);
    return {
      id: lineIds[index],
      run_id: runId,
      recipient_key: line.recipientKey,
      recipient_name: names.get(line.recipientKey) ?? line.recipientKey,
      item_key: line.itemKey,
      item_name: item?.name ?? line.itemKey,
      article: item?.article ?? '',
      characteristic_key: line.characteristicKey,
      characteristic_name: snapshot.characteristics.get(line.characteristicKey) ?? '',
      unit: item?.unit ?? '',
      minimum: quantity(line.why.minimum),
      maximum: line.why.maximum === null ? null : quantity(line.why.maximum),
      free: quantity(line.why.free),
      on_order: quantity(line.why.onOrder),
      hub_expected: quantity(line.why.hubExpected),
      projected: quantity(line.why.projected),
      need: quantity(line.need),
      transferred: quantity(line.takes.reduce((sum, take) => sum + take.quantity, 0)),
      ordered: quantity(line.order),
      outcome: line.outcome,
      why: line.why,
    };
  });
  await tx.$executeRaw`
    insert into run_lines (id, run_id, recipient_key, recipient_name, item_key, item_name, article, characteristic_key,
      characteristic_name, unit, minimum, maximum, free, on_order, hub_expected, projected, need, transferred, ordered, outcome, why)
    select * from jsonb_to_recordset(${JSON.stringify(runLines)}::jsonb) as t(
      id uuid, run_id uuid, recipient_key uuid, recipient_name text, item_key uuid, item_name text, article text,
      characteristic_key uuid, characteristic_name text, unit text, minimum numeric, maximum numeric, free numeric,
      on_order numeric, hub_expected numeric, projected numeric, need numeric, transferred numeric, ordered numeric,
      outcome text, why jsonb)`;

  const traceparent = carried();
  const rows = documents.map((document) => {
    const id = newId();
    return {
      id,
      kind: document.kind,
      status: held || document.holdReason !== null ? 'held' : 'pending',
      hold_reason: document.holdReason,
      run_id: runId,
      document_key: documentKey(id, 1),
      queue: document.kind === 'transfer' ? 'onec-transfer' : 'moysklad-order',
      sender_key: document.senderKey,
      sender_name: document.senderKey === null ? null : (names.get(document.senderKey) ?? null),
      recipient_key: document.recipientKey,
      recipient_name: names.get(document.recipientKey) ?? null,
      traceparent,
    };
  });
  await tx.$executeRaw`
    insert into outbox (id, kind, status, hold_reason, run_id, document_key, queue, sender_key, sender_name, recipient_key, recipient_name, traceparent)
    select id, kind::outbox_kind, status::outbox_status, hold_reason, run_id, document_key, queue, sender_key, sender_name, recipient_key, recipient_name, traceparent
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t(
      id uuid, kind text, status text, hold_reason text, run_id uuid, document_key uuid, queue text, sender_key uuid, sender_name text,
      recipient_key uuid, recipient_name text, traceparent text)`;

  const lines = documents.flatMap((document, at) =>
    document.lines.map((line, index) => ({
      id: newId(),
      outbox_id: rows[at]!.id,
      run_line_id: lineIds[line.lineIndex],
      line_number: index + 1,
      recipient_key: document.recipientKey,
      sender_key: document.senderKey,
      item_key: line.itemKey,
      item_name: items.get(line.itemKey)?.name ?? line.itemKey,
      article: items.get(line.itemKey)?.article ?? '',
      code: items.get(line.itemKey)?.code ?? '',
      characteristic_key: line.characteristicKey,
      quantity: quantity(line.quantity),
      ...editColumns(plan.lines[line.lineIndex]!.why, document.senderKey),
    })),
  );
  await tx.$executeRaw`
    insert into outbox_lines (id, outbox_id, run_line_id, line_number, recipient_key, sender_key, item_key, item_name, article, code, characteristic_key, quantity,
      planned_quantity, edited_by, edited_at, edit_reason, edit_forced)
    select * from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as t(
      id uuid, outbox_id uuid, run_line_id uuid, line_number int, recipient_key uuid, sender_key uuid, item_key uuid,
      item_name text, article text, code text, characteristic_key uuid, quantity numeric, planned_quantity numeric,
      edited_by text, edited_at timestamptz, edit_reason text, edit_forced boolean)`;

  return documents.map((document, at): JournalEntry => {
    const row = rows[at]!;
    const what =
      document.kind === 'transfer'
        ? `Запланировано перемещение «${row.sender_name}» → «${row.recipient_name}»`
        : `Запланирован заказ в МойСклад для «${row.recipient_name}»`;
    const first = document.lines[0]!;
    const line = plan.lines[first.lineIndex]!;
    const item = items.get(first.itemKey);
    const why =
      document.lines.length === 1
        ? `: ${item?.name ?? first.itemKey}, ${formatMilli(first.quantity, 'ru')} ${item?.unit ?? ''}. ${explain(line, { recipientName: row.recipient_name ?? '', itemName: item?.name ?? '', unit: item?.unit ?? '', donorNames }, 'ru')}`
        : `, строк: ${document.lines.length}`;
    const { holdReason } = document;
    return {
      level: holdReason === null ? 'info' : 'warning',
      system: 'hub',
      step: 'plan',
      status: 'ok',
      runId,
      outboxId: row.id,
      message: `${what}${why}${holdReason === null ? '' : `${why.endsWith('.') ? '' : '.'} Ждёт утверждения: ${holdReason}.`}`,
      details: {
        kind: document.kind,
        lines: document.lines.length,
        held: row.status === 'held',
        hold_reason: holdReason,
      },
    };
  });
}

/** A person's edit that was carried over to this line, as the next scan will look for it. */
function editColumns({ edits }: Why, senderKey: Key | null) {
  const edit = edits?.find((one) => one.senderKey === senderKey);
  return {
    planned_quantity: edit === undefined ? null : fromMilli(edit.planned),
    edited_by: edit?.by ?? null,
    edited_at: edit?.at ?? null,
    edit_reason: edit?.reason ?? null,
    edit_forced: edit?.forced ?? false,
  };
}

import { z } from 'zod';
import type { Database, Tx } from '../db/database.ts';
import { formatMilli, fromMilli, toMilli } from '../planning/quantity.ts';
import type { Edit, Milli } from '../planning/types.ts';
import { type EditBounds, readQuantity, refuseEdit } from './check-edit.ts';
import { actOnLine, type LineOperation, type LineResult, type LineVerdict, type LockedLine } from './line-act.ts';

const LONGEST_REASON = 500;

export interface EditOperation extends LineOperation {
  /** In the item's base unit, at most three decimals; text may have a comma. */
  quantity: number | string;
  reason: string;
  /** Lets a broken pack or unit pass, and more than the donor has above its minimum. */
  force?: boolean;
}

/**
 * Sets the quantity of a line of a held document. Later scans keep it for as long as the need is there, until the line
 * is approved or rejected. Setting the planned quantity again withdraws the edit. An approval of the line is undone:
 * it was for another quantity.
 */
export const editLine = (db: Database, operation: EditOperation): Promise<LineResult> =>
  actOnLine(db, operation, {
    action: 'edit',
    verb: 'Изменить',
    async decide(tx, line) {
      const { actor, force = false } = operation;
      const reason = operation.reason.trim();
      if (reason === '' || reason.length > LONGEST_REASON) {
        const wrong = reason === '' ? 'она пуста' : `в ней знаков: ${reason.length}`;
        return { refused: `Нужна причина, не длиннее ${LONGEST_REASON} знаков: ${wrong}.`, field: 'reason' };
      }
      const read = readQuantity(operation.quantity);
      if ('refused' in read) return { ...read, field: 'quantity' };
      const quantity = read.milli;
      const why = await lockWhy(tx, line);
      const bounds = await boundsOf(tx, line, why);
      const refused = refuseEdit(quantity, bounds, force);
      if (refused !== null) return { refused, field: 'quantity' };
      if (
        quantity === line.quantity &&
        (line.planned === null || (quantity !== line.planned && reason === line.editReason))
      ) {
        return { refused: `Количество уже ${formatMilli(quantity, 'ru')} ${line.unit}` };
      }
      return write(tx, line, why, { planned: bounds.planned, quantity, reason, by: actor, forced: force });
    },
  });

const storedWhy = z.looseObject({
  step: z.number().optional(),
  pack: z.object({ name: z.string(), size: z.number() }).nullish(),
  packIgnored: z.string().optional(),
  donors: z
    .array(z.looseObject({ donorKey: z.string(), donorName: z.string(), offered: z.number(), taken: z.number() }))
    .default([]),
  edits: z.array(z.looseObject({ senderKey: z.string().nullable() })).default([]),
});
type StoredWhy = z.output<typeof storedWhy>;

/** Two people may edit two sources of one need at the same moment; the run line tells of both. */
async function lockWhy(tx: Tx, { runLineId }: LockedLine): Promise<StoredWhy> {
  const rows = await tx.$queryRaw`select why from run_lines where id = ${runLineId}::uuid for update`;
  return z.array(z.object({ why: storedWhy })).parse(rows)[0]!.why;
}

async function boundsOf(tx: Tx, line: LockedLine, why: StoredWhy): Promise<EditBounds> {
  const { step, pack, packIgnored } = why;
  const planned = line.planned ?? line.quantity;
  const usesPack = pack !== null && pack !== undefined && packIgnored === undefined;
  return {
    planned,
    unit: line.unit,
    step,
    pack: usesPack ? pack.name : null,
    donor: line.senderKey === null ? null : await donorOf(tx, { ...line, planned, senderKey: line.senderKey }),
  };
}

/** What the donor had left after the whole plan, less what people have since added elsewhere, is there to be had. */
async function donorOf(tx: Tx, line: LockedLine & { planned: Milli; senderKey: string }): Promise<EditBounds['donor']> {
  const lines = z.array(z.object({ why: storedWhy })).parse(
    await tx.$queryRaw`
      select why from run_lines
      where run_id = ${line.runId}::uuid and item_key = ${line.itemKey}::uuid
        and characteristic_key = ${line.characteristicKey}::uuid`,
  );
  const steps = lines.flatMap(({ why }) => why.donors.filter((one) => one.donorKey === line.senderKey));
  if (steps.length === 0) return null;
  const [added] = z.array(z.object({ milli: z.string().transform(toMilli) })).parse(
    await tx.$queryRaw`
      select coalesce(sum(case when l.closed_reason = 'rejected' then 0 else l.quantity end
                          - coalesce(l.planned_quantity, l.quantity)), 0)::text as milli
      from outbox_lines l join outbox o on o.id = l.outbox_id
      where o.run_id = ${line.runId}::uuid and l.sender_key = ${line.senderKey}::uuid and l.item_key = ${line.itemKey}::uuid
        and l.characteristic_key = ${line.characteristicKey}::uuid and l.id <> ${line.id}::uuid`,
  );
  const spare = Math.min(...steps.map((one) => one.offered - one.taken));
  return { name: steps[0]!.donorName, most: line.planned + spare - added!.milli };
}

async function write(
  tx: Tx,
  line: LockedLine,
  why: StoredWhy,
  edit: Pick<Edit, 'planned' | 'quantity' | 'reason' | 'by' | 'forced'>,
): Promise<LineVerdict> {
  const withdrawn = edit.quantity === edit.planned;
  const [written] = z.array(z.object({ at: z.date() })).parse(
    await tx.$queryRaw`
      update outbox_lines set quantity = ${fromMilli(edit.quantity)}::numeric, approved_by = null, approved_at = null,
        planned_quantity = ${withdrawn ? null : fromMilli(edit.planned)}::numeric,
        edited_by = ${withdrawn ? null : edit.by}, edited_at = case when not ${withdrawn} then clock_timestamp() end,
        edit_reason = ${withdrawn ? null : edit.reason}, edit_forced = ${edit.forced && !withdrawn}
      where id = ${line.id}::uuid
      returning clock_timestamp() as at`,
  );
  const others = why.edits.filter((one) => one.senderKey !== line.senderKey);
  const now: Edit = { senderKey: line.senderKey, ...edit, at: written!.at.toISOString() };
  const edits = withdrawn ? others : [...others, now];
  const { edits: _, ...numbers } = why;
  const change = fromMilli(edit.quantity - line.quantity);
  const moved = line.senderKey !== null;
  await tx.$executeRaw`
    update run_lines set why = ${JSON.stringify(edits.length > 0 ? { ...numbers, edits } : numbers)}::jsonb,
      transferred = transferred + case when ${moved} then ${change}::numeric else 0 end,
      ordered = ordered + case when ${moved} then 0 else ${change}::numeric end
    where id = ${line.runLineId}::uuid`;
  const quantity = formatMilli(edit.quantity, 'ru');
  return {
    done: withdrawn
      ? `правка снята, снова ${quantity} по расчёту`
      : `количество изменено: ${quantity} вместо ${formatMilli(edit.planned, 'ru')}, причина: ${edit.reason}`,
    details: {
      before_quantity: fromMilli(line.quantity),
      quantity: fromMilli(edit.quantity),
      planned_quantity: fromMilli(edit.planned),
      reason: edit.reason,
      forced: edit.forced,
    },
  };
}

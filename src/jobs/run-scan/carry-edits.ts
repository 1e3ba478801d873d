import type { JournalEntry } from '../../shared/journal/journal.ts';
import type { Wish } from '../../shared/planning/edits.ts';
import { formatMilli } from '../../shared/planning/quantity.ts';
import type { Warehouse } from '../../shared/planning/types.ts';
import type { ReplacedLine } from './replace-earlier.ts';

/** What people wished for each need whose documents they edited, read from the lines that are being replaced. */
export function wishesOf(lines: ReplacedLine[]): Wish[] {
  const needs = new Map<string, ReplacedLine[]>();
  for (const line of lines) {
    const key = `${line.recipientKey}/${line.itemKey}/${line.characteristicKey}`;
    needs.set(key, [...(needs.get(key) ?? []), line]);
  }
  return [...needs.values()].flatMap((need) => {
    const edits = editsOf(need);
    if (edits.length === 0) return [];
    const { recipientKey, itemKey, characteristicKey } = need[0]!;
    return [{ recipientKey, itemKey, characteristicKey, total: sum(need), edits }];
  });
}

/** One edit for each source that was edited. A failed and a held line of one source were both to be had. */
function editsOf(need: ReplacedLine[]): Wish['edits'] {
  const sources = new Set(need.filter((line) => line.by !== null).map((line) => line.senderKey));
  return [...sources].map((senderKey) => {
    const ofSource = need.filter((line) => line.senderKey === senderKey);
    const latest = ofSource.reduce((a, b) => ((b.at?.getTime() ?? 0) > (a.at?.getTime() ?? 0) ? b : a));
    return {
      senderKey,
      quantity: sum(ofSource),
      reason: latest.reason ?? '',
      by: latest.by ?? '',
      at: (latest.at ?? new Date(0)).toISOString(),
      forced: ofSource.some((line) => line.forced),
    };
  });
}

/** The journal's word on edits whose need is gone. */
export function lapsedEntries(
  lapsed: Wish[],
  { runId, lines, recipients }: { runId: string; lines: ReplacedLine[]; recipients: Warehouse[] },
): JournalEntry[] {
  return lapsed.map((wish) => {
    const line = lines.find((one) => one.itemKey === wish.itemKey && one.recipientKey === wish.recipientKey);
    const recipient = recipients.find((one) => one.key === wish.recipientKey)?.name ?? wish.recipientKey;
    const edits = wish.edits.map((edit) => `${formatMilli(edit.quantity, 'ru')}, ${edit.reason} (${edit.by})`);
    return {
      level: 'warning',
      system: 'hub',
      step: 'plan',
      status: 'skipped',
      runId,
      outboxId: line?.outboxId ?? null,
      message: `Правка количества больше не действует: «${line?.itemName ?? wish.itemKey}» для «${recipient}» по новому расчёту не заказывается. Было: ${edits.join('; ')}.`,
      details: { recipient_key: wish.recipientKey, item_key: wish.itemKey, characteristic_key: wish.characteristicKey },
    };
  });
}

const sum = (lines: ReplacedLine[]) => lines.reduce((all, line) => all + line.quantity, 0);

import { formatMilli } from './quantity.ts';
import type { Edit, ExplainNames, Why } from './types.ts';

/** What people changed in a line, one sentence for each source; empty where nobody changed anything. */
export function explainEdits(why: Why, names: ExplainNames, language: 'ru' | 'en'): string[] {
  const say = language === 'ru' ? inRussian : inEnglish;
  return (why.edits ?? []).map((edit) => {
    const donor = why.donors.find((one) => one.donorKey === edit.senderKey);
    const { senderKey } = edit;
    return say(edit, senderKey === null ? null : (names.donorNames[senderKey] ?? donor?.donorName ?? senderKey));
  });
}

function inRussian({ planned, quantity, reason, by }: Edit, donor: string | null): string {
  const source = donor === null ? 'заказ в МойСклад' : `со склада «${donor}»`;
  const now = formatMilli(quantity, 'ru');
  const change =
    quantity === planned ? `${now}, столько же и по расчёту` : `${now} вместо ${formatMilli(planned, 'ru')}`;
  return `Количество изменено: ${change} (${source}), причина: ${reason} (${by}).`;
}

function inEnglish({ planned, quantity, reason, by }: Edit, donor: string | null): string {
  const source = donor === null ? 'order through MoySklad' : `from “${donor}”`;
  const now = formatMilli(quantity);
  const change = quantity === planned ? `${now}, as the plan says too` : `${now} instead of ${formatMilli(planned)}`;
  return `Quantity edited: ${change} (${source}), reason: ${reason} (${by}).`;
}

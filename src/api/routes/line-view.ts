import { z } from '@hono/zod-openapi';
import { explain } from '../../shared/planning/explain.ts';
import type { Why } from '../../shared/planning/types.ts';
import { LINE_OUTCOMES, type LineDocument, type LineRow } from '../queries/run-lines.ts';
import { whyView } from './why-view.ts';

/** Quantities are in the item's base unit. */
export const lineSchema = z
  .object({
    id: z.uuid(),
    recipient: z.object({ key: z.string(), name: z.string() }),
    item: z.object({
      key: z.string(),
      name: z.string(),
      article: z.string(),
      characteristic_key: z.string(),
      characteristic_name: z.string(),
      unit: z.string(),
    }),
    minimum: z.number(),
    maximum: z.number().nullable(),
    free: z.number(),
    on_order: z.number(),
    hub_expected: z.number(),
    projected: z.number(),
    need: z.number(),
    transferred: z.number(),
    ordered: z.number(),
    outcome: z.enum(LINE_OUTCOMES),
    why: z.unknown(),
    /** Sentences made of `why`; NULL where another release wrote numbers that this one cannot read. */
    explanation: z.string().nullable(),
    documents: z.array(
      z.object({
        outbox_id: z.uuid(),
        kind: z.enum(['transfer', 'order']),
        status: z.string(),
        number: z.string().nullable(),
        quantity: z.number(),
      }),
    ),
  })
  .openapi('RunLine');

export type LineView = z.output<typeof lineSchema>;
export type Language = 'ru' | 'en';

export function lineView(row: LineRow & { documents: LineDocument[] }, lang: Language = 'ru'): LineView {
  const {
    recipient_key,
    recipient_name,
    item_key,
    item_name,
    article,
    characteristic_key,
    characteristic_name,
    unit,
    why,
    ...rest
  } = row;
  return {
    ...rest,
    recipient: { key: recipient_key, name: recipient_name },
    item: { key: item_key, name: item_name, article, characteristic_key, characteristic_name, unit },
    why: whyView(why),
    explanation: explanationOf(row, lang),
  };
}

function explanationOf(
  { why, recipient_name: recipientName, item_name: itemName, unit }: LineRow,
  lang: Language,
): string | null {
  try {
    // Stored by this hub's own planner; what an older planner left out makes `explain` throw.
    const frozen = why as Why;
    const donorNames = Object.fromEntries(frozen.donors.map(({ donorKey, donorName }) => [donorKey, donorName]));
    return explain({ why: frozen }, { recipientName, itemName, unit, donorNames }, lang);
  } catch {
    return null;
  }
}

import { z } from '@hono/zod-openapi';
import type { SnoozeRecord } from '../../shared/snooze/record.ts';

export const snoozeSchema = z
  .object({
    id: z.uuid(),
    /** NULL: every recipient. */
    recipient: z.object({ key: z.string(), name: z.string().nullable() }).nullable(),
    /** NULL: every item of the recipient. */
    item: z
      .object({
        key: z.string(),
        name: z.string().nullable(),
        article: z.string().nullable(),
        characteristic_key: z.string().nullable(),
      })
      .nullable(),
    reason: z.string(),
    author: z.string(),
    /** The day on which it counts no more; NULL: excluded until a person ends it. */
    until: z.string().nullable(),
    created_at: z.string(),
    ended_at: z.string().nullable(),
    ended_reason: z.enum(['expired', 'by-hand', 'replaced']).nullable(),
  })
  .openapi('Snooze');

export function snoozeView(record: SnoozeRecord): z.output<typeof snoozeSchema> {
  const { id, reason, author, until, ended_reason } = record;
  const item = {
    name: record.item_name,
    article: record.article,
    characteristic_key: record.characteristic_key,
  };
  return {
    id,
    recipient: record.recipient_key === null ? null : { key: record.recipient_key, name: record.recipient_name },
    item: record.item_key === null ? null : { key: record.item_key, ...item },
    reason,
    author,
    until,
    created_at: record.created_at.toISOString(),
    ended_at: record.ended_at?.toISOString() ?? null,
    ended_reason,
  };
}

import { z } from '@hono/zod-openapi';
import { type findOutbox, OUTBOX_KINDS, OUTBOX_STATUSES, type OutboxRowView } from '../queries/outbox.ts';
import { entrySchema } from './entry-view.ts';

export const outboxSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(OUTBOX_KINDS),
    status: z.enum(OUTBOX_STATUSES),
    run_id: z.uuid(),
    queue: z.string(),
    generation: z.int(),
    document_generation: z.int(),
    document_key: z.uuid(),
    sender: z.object({ key: z.string(), name: z.string() }).nullable(),
    recipient: z.object({ key: z.string(), name: z.string() }).nullable(),
    attempts: z.int(),
    starts: z.int(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    /** Why the hub itself wanted a person to look first; stays after the approval. */
    hold_reason: z.string().nullable(),
    /** The other system's own key, number and page. */
    external: z.object({ key: z.string(), number: z.string().nullable(), url: z.string().nullable() }).nullable(),
    posted: z.boolean().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
    confirmed_at: z.string().nullable(),
    /** An earlier start may have made the document, and no look since has shown that it is not there. */
    maybe_made: z.boolean(),
    /** Left to a person: the hub itself tries no more. */
    rests: z.boolean(),
    /** What the reconciler asks a person about this document. */
    question: z.object({ code: z.string(), text: z.string(), asked_at: z.string() }).nullable(),
  })
  .openapi('OutboxRow');

const lineSchema = z.object({
  id: z.uuid(),
  run_line_id: z.uuid(),
  line_number: z.int(),
  item_key: z.string(),
  item_name: z.string(),
  article: z.string(),
  characteristic_key: z.string(),
  quantity: z.number(),
  /** What the plan said, where a person edited the line. */
  planned_quantity: z.number().nullable(),
  edited_by: z.string().nullable(),
  edited_at: z.string().nullable(),
  edit_reason: z.string().nullable(),
  /** Set where a person approved the line by itself. */
  approved_by: z.string().nullable(),
  approved_at: z.string().nullable(),
  received: z.number(),
  closed_at: z.string().nullable(),
  closed_reason: z.string().nullable(),
});

export const outboxDetailSchema = outboxSchema
  .extend({ lines: z.array(lineSchema), journal: z.array(entrySchema) })
  .openapi('OutboxRowDetail');

export function outboxView(row: OutboxRowView): z.output<typeof outboxSchema> {
  const { sender_key, sender_name, recipient_key, recipient_name, error_code, error_message, ...rest } = row;
  const { external_key, external_number, external_url, created_at, updated_at, confirmed_at, ...others } = rest;
  const { question_code, question, asked_at, ...own } = others;
  const warehouse = (key: string | null, name: string | null) => (key === null ? null : { key, name: name ?? key });
  return {
    ...own,
    sender: warehouse(sender_key, sender_name),
    recipient: warehouse(recipient_key, recipient_name),
    error: error_code === null ? null : { code: error_code, message: error_message ?? '' },
    external: external_key === null ? null : { key: external_key, number: external_number, url: external_url },
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
    confirmed_at: confirmed_at?.toISOString() ?? null,
    question:
      question_code === null
        ? null
        : { code: question_code, text: question ?? '', asked_at: (asked_at ?? updated_at).toISOString() },
  };
}

type Line = NonNullable<Awaited<ReturnType<typeof findOutbox>>>['lines'][number];

export const outboxLineView = (line: Line): z.output<typeof lineSchema> => ({
  ...line,
  edited_at: line.edited_at?.toISOString() ?? null,
  approved_at: line.approved_at?.toISOString() ?? null,
  closed_at: line.closed_at?.toISOString() ?? null,
});

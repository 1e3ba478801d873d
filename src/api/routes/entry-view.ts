import { z } from '@hono/zod-openapi';
import type { EntryRow } from '../queries/journal.ts';

export const entrySchema = z
  .object({
    id: z.string().openapi({ description: 'A 64-bit number as text.' }),
    ts: z.string(),
    level: z.string(),
    system: z.string(),
    step: z.string(),
    status: z.string(),
    run_id: z.string().nullable(),
    outbox_id: z.string().nullable(),
    message: z.string(),
    details: z.unknown(),
    payload: z.unknown(),
  })
  .openapi('JournalEntry');

export type EntryView = z.output<typeof entrySchema>;

export const entryView = (row: EntryRow): EntryView => ({ ...row, ts: row.ts.toISOString() });

import type { Database } from '../../shared/db/database.ts';
import type { OutboxRowView } from '../queries/outbox.ts';
import { type ContentLine, linesOf, type RouteTotal, totalsOf } from '../queries/outbox-content.ts';

/** So many of a list are told one by one; all of them are in the form and in the totals. */
export const SHOWN = 100;

export interface Content {
  rows: (Pick<OutboxRowView, 'id' | 'kind' | 'status' | 'external_number' | 'sender_name' | 'recipient_name'> & {
    lines: ContentLine[];
  })[];
  totals: RouteTotal[];
}

/** What an act on these documents touches, with quantities. */
export async function readContent(db: Pick<Database, 'prisma'>, rows: readonly OutboxRowView[]): Promise<Content> {
  const ids = rows.map(({ id }) => id);
  const [lines, totals] = await Promise.all([linesOf(db, ids.slice(0, SHOWN)), totalsOf(db, ids)]);
  return {
    rows: rows.map((row) => ({ ...row, lines: lines.get(row.id) ?? [] })),
    totals,
  };
}

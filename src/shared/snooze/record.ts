import { z } from 'zod';
import { Prisma } from '../db/database.ts';
import type { JournalEntry } from '../journal/journal.ts';

/** Columns of a snooze; `until` as the plain day it is. */
export const snoozeColumns = Prisma.sql`
  id, recipient_key, recipient_name, item_key, item_name, article, characteristic_key, reason, author,
  until::text as until, created_at, ended_at, ended_reason`;

export const snoozeRecord = z.object({
  id: z.string(),
  recipient_key: z.string().nullable(),
  recipient_name: z.string().nullable(),
  item_key: z.string().nullable(),
  item_name: z.string().nullable(),
  article: z.string().nullable(),
  characteristic_key: z.string().nullable(),
  reason: z.string(),
  author: z.string(),
  /** The day on which it counts no more, YYYY-MM-DD; NULL: an exclusion, until a person ends it. */
  until: z.string().nullable(),
  created_at: z.date(),
  ended_at: z.date().nullable(),
  ended_reason: z.enum(['expired', 'by-hand', 'replaced']).nullable(),
});
export type SnoozeRecord = z.output<typeof snoozeRecord>;

type Scope = Pick<
  SnoozeRecord,
  'recipient_key' | 'recipient_name' | 'item_key' | 'item_name' | 'article' | 'characteristic_key'
>;

/** What the snooze is about: «Лампа» на складе «Ленина». */
export function scopeText(scope: Scope, lang: 'ru' | 'en' = 'ru'): string {
  const t = (ru: string, en: string) => (lang === 'ru' ? ru : en);
  const article = scope.article ? ` (${scope.article})` : '';
  const characteristic = scope.characteristic_key === null ? '' : t(', одна характеристика', ', one characteristic');
  const item = `«${scope.item_name ?? scope.item_key}»${article}${characteristic}`;
  const warehouse = `«${scope.recipient_name ?? scope.recipient_key}»`;
  if (scope.item_key === null) return t(`весь склад ${warehouse}`, `the whole warehouse ${warehouse}`);
  return scope.recipient_key === null
    ? t(`${item} на всех складах`, `${item} in all warehouses`)
    : t(`${item} на складе ${warehouse}`, `${item} in the warehouse ${warehouse}`);
}

/** «до 01.03.2027» or «без срока». */
export function termText(until: string | null, lang: 'ru' | 'en' = 'ru'): string {
  if (until === null) return lang === 'ru' ? 'без срока' : 'for good';
  const day = until.split('-').reverse();
  return lang === 'ru' ? `до ${day.join('.')}` : `until ${day.join('/')}`;
}

/** A journal entry about a snooze; its id is among the details. */
export function snoozeEntry(record: SnoozeRecord, message: string, runId: string | null = null): JournalEntry {
  return {
    level: 'info',
    system: 'hub',
    step: 'snooze',
    status: 'ok',
    runId,
    message,
    details: {
      snooze_id: record.id,
      recipient_key: record.recipient_key,
      item_key: record.item_key,
      characteristic_key: record.characteristic_key,
      until: record.until,
      reason: record.reason,
      author: record.author,
    },
  };
}

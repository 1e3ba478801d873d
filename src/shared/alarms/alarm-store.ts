import { z } from 'zod';
import { type Database, Prisma, type Tx } from '../db/database.ts';
import { newId } from '../outbox/ids.ts';
import type { Alarm, KeptAlarm } from './alarm.ts';
import type { Delivery } from './notifier.ts';

const kept = z.object({
  id: z.string(),
  code: z.string().transform((code) => code as Alarm['code']),
  subject: z.string(),
  message: z.string(),
  since: z.date(),
  resolvedAt: z.date().nullable(),
  toldSize: z.number().nullable(),
});

const columns = Prisma.sql`id, code, subject, message, since, resolved_at as "resolvedAt", told_size as "toldSize"`;
/** An alarm that is open has grown much when it is twice what was told, and not by a handful. */
const GROWN = { factor: 2, more: 5 };

/** Keeps what is wrong now: opens what is new, brings the words of what goes on up to date, resolves what is over. */
export async function keepAlarms({ prisma }: Pick<Database, 'prisma'>, alarms: readonly Alarm[]): Promise<void> {
  const rows = JSON.stringify(alarms.map((alarm) => ({ id: newId(), ...alarm })));
  await prisma.$executeRaw`
    with wrong as (
      select * from jsonb_to_recordset(${rows}::jsonb) as t(id uuid, code text, subject text, message text, size int)
    ), over as (
      update alarms a set resolved_at = clock_timestamp()
      where resolved_at is null and not exists (select 1 from wrong w where (w.code, w.subject) = (a.code, a.subject))
    )
    insert into alarms (id, code, subject, message, size)
    select id, code, subject, message, size from wrong
    on conflict (code, subject) where resolved_at is null
      do update set message = excluded.message, size = excluded.size, seen_at = clock_timestamp()`;
}

/**
 * What nobody has been told of yet: what is new, what has grown much since it was told, and what is over. What was over
 * before anybody was told is nobody's concern.
 */
export async function untold({ prisma }: Pick<Database, 'prisma'>): Promise<{
  opened: KeptAlarm[];
  grown: KeptAlarm[];
  resolved: KeptAlarm[];
}> {
  const opened = await prisma.$queryRaw`
    select ${columns} from alarms where told_at is null and resolved_at is null order by since, id`;
  const grown = await prisma.$queryRaw`
    select ${columns} from alarms
    where told_at is not null and resolved_at is null
      and size >= told_size * ${GROWN.factor}::int and size >= told_size + ${GROWN.more}::int order by since, id`;
  const resolved = await prisma.$queryRaw`
    select ${columns} from alarms
    where told_at is not null and resolved_at is not null and resolved_told_at is null order by resolved_at, id`;
  const read = (rows: unknown) => z.array(kept).parse(rows);
  return { opened: read(opened), grown: read(grown), resolved: read(resolved) };
}

export async function markTold(tx: Tx, opened: readonly KeptAlarm[], resolved: readonly KeptAlarm[]): Promise<void> {
  const ids = (alarms: readonly KeptAlarm[]) => alarms.map(({ id }) => id);
  await tx.$executeRaw`
    update alarms set told_at = clock_timestamp(), told_size = size where id = any(${ids(opened)}::uuid[])`;
  await tx.$executeRaw`update alarms set resolved_told_at = clock_timestamp() where id = any(${ids(resolved)}::uuid[])`;
}

/** Keeps how each channel fared just now. */
export async function keepDeliveries(tx: Tx, deliveries: readonly Delivery[]): Promise<void> {
  await tx.$executeRaw`
    insert into alarm_channels (name, tried_at, sent_at, error)
    select channel, clock_timestamp(), case when error is null then clock_timestamp() end, error
    from jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb) as t(channel text, error text)
    on conflict (name) do update set tried_at = excluded.tried_at, error = excluded.error,
      sent_at = coalesce(excluded.sent_at, alarm_channels.sent_at)`;
}

import { z } from 'zod';
import type { Database, Tx } from '../db/database.ts';
import { newId } from '../outbox/ids.ts';
import type { Alarm, KeptAlarm } from './alarm.ts';

const kept = z.object({
  id: z.string(),
  code: z.string().transform((code) => code as Alarm['code']),
  subject: z.string(),
  message: z.string(),
  since: z.date(),
  resolvedAt: z.date().nullable(),
});

/** Keeps what is wrong now: opens what is new, brings the words of what goes on up to date, resolves what is over. */
export async function keepAlarms({ prisma }: Pick<Database, 'prisma'>, alarms: readonly Alarm[]): Promise<void> {
  const rows = JSON.stringify(alarms.map((alarm) => ({ id: newId(), ...alarm })));
  await prisma.$executeRaw`
    with wrong as (
      select * from jsonb_to_recordset(${rows}::jsonb) as t(id uuid, code text, subject text, message text)
    ), over as (
      update alarms a set resolved_at = clock_timestamp()
      where resolved_at is null and not exists (select 1 from wrong w where (w.code, w.subject) = (a.code, a.subject))
    )
    insert into alarms (id, code, subject, message)
    select id, code, subject, message from wrong
    on conflict (code, subject) where resolved_at is null do update set message = excluded.message, seen_at = clock_timestamp()`;
}

/** What nobody has been told of yet. What was over before anybody was told is nobody's concern. */
export async function untold({ prisma }: Pick<Database, 'prisma'>): Promise<{
  opened: KeptAlarm[];
  resolved: KeptAlarm[];
}> {
  const opened = await prisma.$queryRaw`
    select id, code, subject, message, since, resolved_at as "resolvedAt" from alarms
    where told_at is null and resolved_at is null order by since, id`;
  const resolved = await prisma.$queryRaw`
    select id, code, subject, message, since, resolved_at as "resolvedAt" from alarms
    where told_at is not null and resolved_at is not null and resolved_told_at is null order by resolved_at, id`;
  return { opened: z.array(kept).parse(opened), resolved: z.array(kept).parse(resolved) };
}

export async function markTold(tx: Tx, opened: readonly KeptAlarm[], resolved: readonly KeptAlarm[]): Promise<void> {
  const ids = (alarms: readonly KeptAlarm[]) => alarms.map(({ id }) => id);
  await tx.$executeRaw`update alarms set told_at = clock_timestamp() where id = any(${ids(opened)}::uuid[])`;
  await tx.$executeRaw`update alarms set resolved_told_at = clock_timestamp() where id = any(${ids(resolved)}::uuid[])`;
}

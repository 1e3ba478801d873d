import { z } from 'zod';
import type { Tx } from '../db/database.ts';
import type { OutsideSystem } from '../errors/outcome.ts';

/** First pause after the other system went down; doubled with every probe that fails. */
const FIRST_PAUSE_MS = 1_000;
/** A queue never waits longer than this without asking again. */
const LONGEST_PAUSE_MS = 60_000;

const gate = z.object({ failures: z.number(), since: z.date(), wait: z.coerce.number() });

/**
 * Notes that a system is down, for all processes, and says how long to wait before the next probe. Tries that were
 * under way together count as one failure: only a try after the last pause doubles it. A time that the system named is the least. `fell` is true for the one that
 * found it up. To be called inside a transaction, which holds the gate's row meanwhile.
 */
export async function noteDown(
  tx: Tx,
  system: OutsideSystem,
  reason: { code: string; message: string; retryAfterMs?: number | undefined },
): Promise<{ waitMs: number; since: Date; fell: boolean }> {
  await tx.$executeRaw`
    insert into system_states (system, state, since) values (${system}, 'up', clock_timestamp()) on conflict do nothing`;
  const [before] = z
    .array(z.object({ state: z.string() }))
    .parse(await tx.$queryRaw`select state from system_states where system = ${system} for update`);
  const [row] = z.array(gate).parse(
    await tx.$queryRaw`
      update system_states set
        state = 'down',
        since = case when state = 'down' then since else clock_timestamp() end,
        failures = case when state = 'up' then 1 when next_probe_at <= clock_timestamp() then failures + 1 else failures end,
        next_probe_at = case
          when state = 'down' and next_probe_at > clock_timestamp() then next_probe_at
          else clock_timestamp() + greatest(${reason.retryAfterMs ?? 0}::float8, least(${LONGEST_PAUSE_MS}::float8,
            ${FIRST_PAUSE_MS} * power(2, case when state = 'up' then 0 else least(failures, 16) end))) * interval '1 millisecond'
        end,
        reason_code = ${reason.code},
        reason = ${reason.message}
      where system = ${system}
      returning failures, since, (extract(epoch from next_probe_at - clock_timestamp()) * 1000)::float8 as wait`,
  );
  return { waitMs: Math.max(250, Math.ceil(row!.wait)), since: row!.since, fell: before?.state === 'up' };
}

/** Notes that a system answered. Returns since when it had been down, or NULL when it was up. */
export async function noteUp(tx: Tx, system: OutsideSystem): Promise<Date | null> {
  const rows = z.array(z.object({ since: z.date() })).parse(
    await tx.$queryRaw`
      with before as (select since from system_states where system = ${system} and state = 'down' for update)
      update system_states s set state = 'up', since = clock_timestamp(), failures = 0, reason_code = null, reason = null, next_probe_at = null
      from before where s.system = ${system}
      returning before.since`,
  );
  return rows[0]?.since ?? null;
}

import pg from 'pg';
import { z } from 'zod';
import type { Clock } from '../clock/clock.ts';
import {
  type Budget,
  type BudgetLimits,
  createBudget,
  MOYSKLAD_LIMITS,
  type Told,
  unitsTaken,
} from './budget-turns.ts';

export interface PostgresBudgetOptions extends Partial<BudgetLimits> {
  pool: pg.Pool;
  /** Budgets of different names know nothing of each other. One user of МойСклад, one name. */
  name: string;
  clock: Clock;
}

/** Another process may release its place without telling us, so a full row in flight is looked at again after this. */
const POLL_MS = 50;

const takeAnswer = z.object({ id: z.string().nullable(), wait_ms: z.number() });
const count = z.object({ count: z.number() });

/**
 * One budget for all processes, kept in `api_calls` by the database's clock. An advisory lock makes every taking
 * see the one before it, so the window is strict however many processes ask at once.
 */
export function createPostgresBudget({ pool, name: rawName, clock, ...given }: PostgresBudgetOptions): Budget {
  const limits: BudgetLimits = { ...MOYSKLAD_LIMITS, ...given };
  const name = pg.escapeLiteral(rawName);
  const lock = `select pg_advisory_xact_lock(hashtext('api_calls'), hashtext(${name}))`;

  /**
   * One message of two statements is one transaction and one round trip. Two, because the second needs a snapshot taken
   * after the lock was got. It takes no parameters, so the values (numbers, one escaped name) stand in the text.
   */
  const locked = async (sql: string): Promise<unknown> => {
    const results = (await pool.query(`${lock}; ${sql}`)) as unknown as pg.QueryResult[];
    return results.at(-1)?.rows[0];
  };

  return createBudget(
    {
      async tryTake(units) {
        const answer = takeAnswer.parse(await locked(takeSql(name, units, limits)));
        return answer.id === null ? { waitMs: answer.wait_ms } : { id: answer.id };
      },
      async renew(id) {
        await pool.query(
          `update api_calls set expires_at = clock_timestamp() + $2::float8 * interval '1 millisecond'
           where id = $1 and ended_at is null`,
          [id, limits.inFlightMs],
        );
      },
      async release(id, told) {
        await locked(releaseSql(name, BigInt(id), told, limits));
      },
      async hold(ms) {
        // An ended call of all units that leaves the window exactly `ms` from now.
        await pool.query(
          `insert into api_calls (budget, units, started_at, ended_at, expires_at)
           select $1, $2, at, at, at from (select clock_timestamp() + $3::float8 * interval '1 millisecond' as at) as hold`,
          [rawName, limits.units, ms - limits.windowMs],
        );
      },
      async narrow(ms) {
        // A call of no units that nobody ends.
        await locked(
          `insert into api_calls (budget, units, started_at, expires_at)
           select ${name}, 0, clock_timestamp(), clock_timestamp() + interval '${Math.ceil(ms)} milliseconds'
           where (select count(*) from api_calls where budget = ${name} and units = 0 and expires_at > clock_timestamp())
             < ${limits.parallel - 1}`,
        );
      },
      async countFailure(signature, ms) {
        const { rows } = await pool.query(
          `with cleared as (
             delete from api_failures where budget = $1 and at <= clock_timestamp() - $3::float8 * interval '1 millisecond'
           ), noted as (
             insert into api_failures (budget, signature, at) values ($1, $2, clock_timestamp())
           )
           select count(*)::int + 1 as count from api_failures
           where budget = $1 and signature = $2 and at > clock_timestamp() - $3::float8 * interval '1 millisecond'`,
          [rawName, signature, ms],
        );
        return count.parse(rows[0]).count;
      },
    },
    { limits, clock },
  );
}

const windowOf = (limits: BudgetLimits) => `interval '${limits.windowMs} milliseconds'`;

/** Takes a place if it fits, else says when it may; clears rows that nobody needs any more. */
function takeSql(name: string, units: number, limits: BudgetLimits): string {
  const window = windowOf(limits);
  // An answer that is on its way is compared with what was there when it left: kept for longer than they count.
  const kept = `interval '${limits.windowMs + limits.inFlightMs} milliseconds'`;
  return `
    with clock as materialized (select clock_timestamp() as now),
    cleared as (
      delete from api_calls using clock
      where budget = ${name} and coalesce(ended_at, expires_at) <= clock.now - ${kept}
    ),
    live as materialized (
      select units, coalesce(ended_at, expires_at) + ${window} as free_at, ended_at is null and expires_at > clock.now as flying
      from api_calls, clock
      where budget = ${name} and coalesce(ended_at, expires_at) > clock.now - ${window}
    ),
    used as (
      select coalesce(sum(units), 0) as units, count(*) filter (where flying) as flying from live
    ),
    leaving as (
      select free_at, sum(units) over (order by free_at) as units from live where not flying
    ),
    taken as (
      insert into api_calls (budget, units, started_at, expires_at)
      select ${name}, ${units}, clock.now, clock.now + interval '${limits.inFlightMs} milliseconds'
      from clock, used
      where used.units + ${units} <= ${limits.units} and used.flying < ${limits.parallel}
      returning id
    )
    select (select id::text from taken) as id,
      case when used.flying >= ${limits.parallel} then ${POLL_MS}
      else greatest(1, least(${limits.windowMs}, coalesce(
        (select ceil(extract(epoch from min(free_at) - clock.now) * 1000) from leaving
          where used.units - leaving.units + ${units} <= ${limits.units}), ${POLL_MS})))
      end::int as wait_ms
    from used, clock`;
}

/**
 * Ends a call at the moment its answer came. What that says is taken and we did not count when the call left is somebody
 * else's, and is taken for one window from now. An answer that took long says nothing about the present.
 */
function releaseSql(name: string, id: bigint, told: Told, limits: BudgetLimits): string {
  const { left = 1, waitMs = 0, agoMs = 0 } = told;
  const theirs = unitsTaken(left, limits.units);
  const ago = `interval '${Math.ceil(agoMs)} milliseconds'`;
  return `
    with clock as materialized (select clock_timestamp() as now),
    mine as (
      update api_calls set ended_at = greatest(started_at, clock.now - ${ago}) from clock
      where id = ${id} and ended_at is null returning started_at, api_calls.units
    ),
    ours as (
      select coalesce(sum(c.units), 0) as units, mine.units as mine from api_calls c, mine, clock
      where budget = ${name} and coalesce(c.ended_at, c.expires_at) + ${windowOf(limits)} > mine.started_at
        and clock.now - mine.started_at < interval '${limits.inFlightMs} milliseconds'
      group by mine.units
    ),
    others as (
      insert into api_calls (budget, units, started_at, ended_at, expires_at)
      select ${name}, ${theirs} - ours.units, clock.now, clock.now, clock.now from ours, clock where ${theirs} > ours.units
    )
    insert into api_calls (budget, units, started_at, ended_at, expires_at)
    select ${name}, ${limits.units}, at, at, at
    from ours, (select clock.now + interval '${Math.ceil(waitMs - agoMs)} milliseconds' - ${windowOf(limits)} as at from clock) as pause
    where ${waitMs > agoMs} and ours.units + ours.mine <= ${limits.units}`;
}

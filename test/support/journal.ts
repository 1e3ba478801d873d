import type { Database } from '../../src/shared/db/database.ts';

/** Gives so many months before this one parts of their own: as a hub has them that has worked for so long. The past must be empty. */
export async function addMonths({ pool }: Pick<Database, 'pool'>, months: number): Promise<void> {
  await pool.query('drop table integration_logs_past');
  await pool.query(`select hub_journal_part('integration_logs_past', null, hub_journal_month(now(), $1))`, [-months]);
  await pool.query(
    `select hub_journal_part('integration_logs_' || to_char(low at time zone 'UTC', 'YYYY_MM'), low, hub_journal_month(low, 1))
     from generate_series($1::int, -1) as n cross join lateral (select hub_journal_month(now(), n) as low) as month`,
    [-months],
  );
}

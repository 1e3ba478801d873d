import { Prisma } from '../db/database.ts';

/**
 * Ends the runs whose scan is among these cancelled rows: nothing will read or plan for them any more, and whoever follows one
 * must hear of it. A run that has ended stays as it is.
 */
export const endRunsOf = (cancelledIds: Prisma.Sql): Prisma.Sql => Prisma.sql`
  update runs set status = 'failed', phase = null, finished_at = clock_timestamp(), error_code = 'cancelled',
    error_message = 'Проверка отменена человеком до того, как началась. Запустите новую, если она нужна.'
  where status in ('queued', 'running')
    and id in (select run_id from outbox where kind = 'scan' and id in (${cancelledIds}))`;

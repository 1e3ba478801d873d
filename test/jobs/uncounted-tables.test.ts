import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readWatched } from '../../src/jobs/reconcile/rows.ts';
import { rememberItems } from '../../src/jobs/run-scan/remember-items.ts';
import { replaceEarlier } from '../../src/jobs/run-scan/replace-earlier.ts';
import type { Tx } from '../../src/shared/db/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const RECIPIENT = '0b8e0000-0000-4000-8000-000000000001';

/** Documents of one line each, in tables of which PostgreSQL has counted nothing: as after a first large run. */
async function documents(many: number, kind: 'transfer' | 'order', status: 'done' | 'failed' | 'held'): Promise<void> {
  await database.db.transaction(async (tx) => {
    for (const table of ['outbox', 'outbox_lines', 'run_lines', 'known_items'])
      await tx.$executeRawUnsafe(`alter table ${table} set (autovacuum_enabled = false)`);
    const run = await tx.run.create({ data: { id: crypto.randomUUID(), trigger: 'cli', status: 'completed' } });
    await tx.$executeRaw`
      insert into run_lines (id, run_id, recipient_key, recipient_name, item_key, item_name, article, characteristic_key, unit,
        minimum, maximum, free, on_order, hub_expected, projected, need, transferred, ordered, outcome, why)
      select gen_random_uuid(), ${run.id}::uuid, ${RECIPIENT}::uuid, 'Магазин', gen_random_uuid(), 'Товар', 'A', gen_random_uuid(), 'шт',
        5, 10, 0, 0, 0, 0, 10, 10, 0, 'transfer', '{}' from generate_series(1, ${many}::int)`;
    await tx.$executeRaw`
      insert into outbox (id, kind, status, run_id, document_key, queue, recipient_key, recipient_name, external_key, confirmed_at)
      select id, ${kind}::outbox_kind, ${status}::outbox_status, run_id, gen_random_uuid(), 'onec-transfer', recipient_key, recipient_name,
        case when ${status} = 'done' then id::text end, case when ${status} = 'done' then now() end
      from run_lines`;
    await tx.$executeRaw`
      insert into outbox_lines (id, outbox_id, run_line_id, line_number, recipient_key, characteristic_key, item_key, item_name, article,
        code, quantity)
      select gen_random_uuid(), id, id, 1, recipient_key, characteristic_key, item_key, item_name, article, '', 10 from run_lines`;
    await tx.$executeRaw`
      insert into known_items (item_key, characteristic_key, name, article, code, unit, seen_at)
      select item_key, characteristic_key, item_name, article, '', unit, now() from run_lines`;
  });
}

/** Rows and index entries that PostgreSQL read for this work. */
async function readFor(work: (tx: Tx) => Promise<unknown>): Promise<number> {
  const before = await readSoFar();
  await database.db.transaction(async (tx) => {
    await work(tx);
    await tx.$queryRaw`select pg_stat_force_next_flush()::text`;
  });
  return (await readSoFar()) - before;
}

async function readSoFar(): Promise<number> {
  const [sum] = await database.db.prisma.$queryRaw<{ sum: number }[]>`
    select ((select sum(seq_tup_read) from pg_stat_user_tables) + (select sum(idx_tup_read) from pg_stat_user_indexes))::float8 as sum`;
  return sum!.sum;
}

/** Of each table and index; to go through all of them for each would be hundreds. */
const A_FEW = 25;

// Which way PostgreSQL goes depends on how large the tables are.
describe.each([400, 3_000])(
  'of %i documents that PostgreSQL has not counted yet each is read a few times, when',
  (many) => {
    it('what was made is compared', async () => {
      await documents(many, 'transfer', 'done');
      expect(await readFor((tx) => readWatched(tx, 'transfer'))).toBeLessThan(A_FEW * many);
    });

    it.each(['held', 'failed'] as const)('a new plan replaces what is %s', async (status) => {
      await documents(many, 'order', status);
      const read = await readFor(async (tx) => {
        expect(await replaceEarlier(tx, [RECIPIENT])).toMatchObject({ rows: many, lines: { length: many } });
      });
      expect(read).toBeLessThan(A_FEW * many);
    });

    it('items without limits are forgotten, but for those of orders still to be made', async () => {
      await documents(many, 'order', 'failed');
      const nothing = { items: [], barcodes: [], limits: [] };
      const read = await readFor((tx) => rememberItems(tx, nothing as never, { whole: true }));
      expect(await database.db.prisma.knownItem.count()).toBe(many);
      expect(read).toBeLessThan(A_FEW * many);
      await database.db.transaction((tx) => replaceEarlier(tx, [RECIPIENT]));
      await database.db.transaction((tx) => rememberItems(tx, nothing as never, { whole: true }));
      expect(await database.db.prisma.knownItem.count()).toBe(0);
    });
  },
);

import { systemClock } from '../src/shared/clock/clock.ts';
import { openDatabase } from '../src/shared/db/database.ts';
import { silentLog } from '../src/shared/log/log.ts';
import { documentKey, newId } from '../src/shared/outbox/ids.ts';
import { createQueueStore, type QueueStore } from '../src/shared/queue/store.ts';
import { createRelay } from '../src/workers/relay.ts';
import { backendsOf, openStage, timed } from './stage.ts';

const ROWS = 20_000;
const BATCH = 500;

/** Rows per second from `pending` to `queued`, beside BullMQ's own addBulk of as many jobs into the same store. */
export async function run(): Promise<void> {
  const stage = await openStage();
  const table: Record<string, string | number>[] = [];
  try {
    for (const backend of backendsOf(stage)) {
      const store = createQueueStore({
        backend,
        url: backend === 'redis' ? stage.redisUrl! : stage.databaseUrl,
        prefix: `bench-${backend}`,
        log: silentLog,
      });
      const raw = await timed(() => addRaw(store));
      const relayed = await relay(store, stage.databaseUrl);
      table.push({
        store: backend,
        'raw addBulk, jobs/s': Math.round(ROWS / raw),
        'relay, rows/s': Math.round(ROWS / relayed),
        'relay / raw': Math.round((raw / relayed) * 100) / 100,
      });
      await store.close(2_000);
    }
  } finally {
    await stage.close();
  }
  console.table(table);
  if (stage.redisUrl === null) console.log('No redis-server on PATH: Redis was not measured.');
}

async function addRaw(store: QueueStore): Promise<void> {
  const queue = store.queue('maintenance');
  for (let at = 0; at < ROWS; at += BATCH) {
    await queue.addBulk(
      Array.from({ length: BATCH }, (_, index) => ({
        name: 'raw',
        data: { outboxId: newId() },
        opts: { jobId: `raw-${at + index}` },
      })),
    );
  }
}

async function relay(store: QueueStore, url: string): Promise<number> {
  const db = openDatabase({ url });
  try {
    const runId = newId();
    await db.prisma.run.create({ data: { id: runId, trigger: 'cli' } });
    const rows = Array.from({ length: ROWS }, () => {
      const id = newId();
      return { id, run_id: runId, document_key: documentKey(id, 1) };
    });
    await db.prisma.$executeRaw`
      insert into outbox (id, kind, run_id, queue, document_key)
      select id, 'transfer', run_id, 'onec-transfer', document_key
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t(id uuid, run_id uuid, document_key uuid)`;
    const one = createRelay({ batch: BATCH, pollMs: 30_000 }, { db, store, clock: systemClock, log: silentLog });
    return await timed(() => one.runOnce());
  } finally {
    await db.close();
  }
}

import { afterEach, describe, expect, it } from 'vitest';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { smallDataset } from '../support/small-dataset.ts';

let hub: TestHub | undefined;
afterEach(async () => {
  await hub?.close();
  hub = undefined;
});

/** Waiting goes by so many times faster: ten minutes of it in four seconds. */
const SPEED = 150;
const OUTAGE_MS = 10 * 60_000;
const TRANSFERS = 20;
/** The database keeps milliseconds. */
const ROUNDING = 1;

describe.each(backends())('1C down for ten minutes, queues on %s:', (backend) => {
  it('no row fails, no attempt is used, probes grow rare, and everything is made once when it is back', async () => {
    hub = await startHub({
      backend,
      dataset: smallDataset({ moved: TRANSFERS, ordered: 3 }),
      // One probe at a time, so that each pause is shortened once.
      env: { WORKER_CONCURRENCY: '1' },
    });
    const { db, store } = hub.services;
    const waits = await hasten(hub);
    await hub.fault({ system: '1c', match: { method: 'POST' }, kind: 'latency', ms: 20 });
    const runId = await hub.request();
    await until('some transfers made', async () => (await hub!.observe.transfers()).length >= 5);

    const fault = await hub.fault({ system: '1c', kind: 'down' });
    const made = (await hub.observe.transfers()).length;
    await until('ten minutes of pauses', async () => waits.reduce((sum, wait) => sum + wait, 0) >= OUTAGE_MS, 40_000);
    // The last probe of the outage may have sent before the fault began; what counts is that none got through.
    expect((await hub.observe.transfers()).length - made).toBeLessThanOrEqual(1);
    const rows = await db.prisma.outboxRow.findMany({ where: { kind: 'transfer' } });
    expect(rows).toHaveLength(TRANSFERS);
    expect(rows.filter((row) => row.status === 'failed')).toEqual([]);
    // Only the document that was under way when 1C fell, and whose answer was cut off, has had a try.
    const tried = rows.filter((row) => row.attempts > 0);
    expect(tried.map((row) => [row.status, row.attempts])).toEqual(tried.map(() => ['unknown', 1]));
    expect(tried.length).toBeLessThanOrEqual(1);
    expect((await store.queue('onec-transfer').getFailed()).length).toBe(0);
    const gate = await db.prisma.systemState.findUniqueOrThrow({ where: { system: '1c' } });
    expect(gate.state).toBe('down');
    expect(gate.reason).toMatch(/1С/);
    // 1, 2, 4, 8, 16, 32 and then 60 s: a dead system is asked some 15 times in ten minutes, not 20 documents times 8.
    expect(waits.length).toBeLessThan(25);
    expect(Math.max(...waits)).toBeGreaterThan(59_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000 + ROUNDING);

    await hub.heal(fault);
    const end = await hub.follow(runId);
    expect(end.transfers).toEqual({ done: TRANSFERS });
    const after = await db.prisma.outboxRow.findMany({ where: { kind: 'transfer' } });
    expect(after.filter((row) => row.attempts > 0).map((row) => row.id)).toEqual(tried.map((row) => row.id));
    expect(after.reduce((sum, row) => sum + row.attempts, 0)).toBe(tried.length);
    const documents = await hub.observe.transfers();
    expect(documents.filter((one) => one.Posted && !one.DeletionMark)).toHaveLength(TRANSFERS);
    expect(documents).toHaveLength(TRANSFERS);
    // One word when it fell and one when it rose, not one for each document.
    const told = await db.prisma.integrationLog.findMany({ where: { step: 'gate' }, orderBy: { id: 'asc' } });
    expect(told.map((entry) => entry.status)).toEqual(['not-now', 'ok']);
  }, 90_000);
});

/** Shortens every pause of 1C's queue; answers with the pauses that were asked for, in milliseconds. */
async function hasten({ services: { store, db } }: TestHub): Promise<number[]> {
  const waits: number[] = [];
  const queue = store.queue('onec-transfer');
  const rateLimit = queue.rateLimit.bind(queue);
  queue.rateLimit = async (ms) => {
    waits.push(ms);
    await db.prisma.$executeRaw`
      update system_states set next_probe_at = clock_timestamp() + (next_probe_at - clock_timestamp()) / ${SPEED}::int
      where system = '1c' and next_probe_at > clock_timestamp()`;
    await rateLimit(Math.ceil(ms / SPEED));
  };
  return waits;
}

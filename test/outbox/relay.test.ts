import { afterEach, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { claimPending, findSuspects, releaseClaims } from '../../src/shared/outbox/delivery-store.ts';
import { jobId, newId } from '../../src/shared/outbox/ids.ts';
import { createQueueStore, type QueueStore } from '../../src/shared/queue/store.ts';
import { createOutboxListener } from '../../src/workers/outbox-listener.ts';
import { createRelay, type RelayDeps, type RelayOptions } from '../../src/workers/relay.ts';
import { type Backend, backends, until } from '../support/hub.ts';
import { createOutboxFixture, type OutboxFixture } from './fixture.ts';

let outbox: OutboxFixture;
let store: QueueStore;
let stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

async function open(backend: Backend) {
  outbox = await createOutboxFixture();
  stops.push(() => outbox.drop());
  const prefix = `t-${newId().slice(-12)}`;
  const log = silentLog;
  store =
    backend === 'redis'
      ? createQueueStore({ backend, url: inject('redisUrl') ?? '', prefix, log })
      : createQueueStore({ backend, url: outbox.url, prefix, log });
  stops.push(() => store.close());
}

const relay = (options: Partial<RelayOptions> = {}, deps: Partial<RelayDeps> = {}) =>
  createRelay(
    { pollMs: 60_000, quietMs: 0, ...options },
    { db: outbox.db, store, clock: systemClock, log: silentLog, ...deps },
  );
const queue = () => store.queue('onec-transfer');
const jobs = async () =>
  (await queue().getJobs(['waiting', 'delayed', 'active', 'completed', 'failed'])).map((job) => job.id).sort();
/** Lets the sweep look at a row again although it looked just now. */
const quiet = (id: string) =>
  outbox.db.prisma
    .$executeRaw`update outbox set job_seen_at = clock_timestamp() - interval '1 hour', lease_until = null where id = ${id}::uuid`;
/** Ends a job as a worker would, without one. */
async function endJob(id: string, how: 'completed' | 'failed') {
  const worker = store.worker(
    'onec-transfer',
    async () => {
      if (how === 'failed') throw new Error('no');
    },
    { concurrency: 1, settings: { backoffStrategy: () => -1 } },
  );
  await until(`job ${id} to be ${how}`, async () => (await queue().getJobState(id)) === how);
  await worker.close();
}

describe('claims', () => {
  it('give every pending row to exactly one of ten relays that claim at once', async () => {
    await open('postgres');
    const ids = await Promise.all(Array.from({ length: 40 }, () => outbox.row('pending')));
    const claims = await Promise.all(Array.from({ length: 10 }, () => claimPending(outbox.db.prisma, 7, 60_000)));
    const claimed = claims.flat().map((row) => row.id);
    expect(claimed).toHaveLength(40);
    expect([...claimed].sort()).toEqual([...ids].sort());
  });

  it('of a dead relay are looked at by the sweep after its lease, not before', async () => {
    await open('postgres');
    const { prisma } = outbox.db;
    const id = await outbox.row('pending');
    expect(await claimPending(prisma, 10, 60_000)).toHaveLength(1);
    expect(await claimPending(prisma, 10, 60_000)).toHaveLength(0);
    expect(await findSuspects(prisma, 10, 0)).toEqual([]);
    await outbox.expireLease(id);
    expect(await findSuspects(prisma, 10, 0)).toMatchObject([{ id }]);
  });

  it('see a row that was committed late although its id is old', async () => {
    await open('postgres');
    const { prisma } = outbox.db;
    const late = await outbox.row('held');
    const younger = await outbox.row('pending');
    expect(await claimPending(prisma, 10, 60_000)).toMatchObject([{ id: younger }]);
    await prisma.$executeRaw`update outbox set status = 'pending' where id = ${late}::uuid`;
    expect(await claimPending(prisma, 10, 60_000)).toMatchObject([{ id: late }]);
  });

  it('never take a row that waits for approval', async () => {
    await open('postgres');
    await outbox.row('held');
    expect(await claimPending(outbox.db.prisma, 10, 60_000)).toEqual([]);
  });

  it('that were given back or overtaken by a quick worker leave the row as it is', async () => {
    await open('postgres');
    const { prisma } = outbox.db;
    const id = await outbox.row('sending');
    await prisma.$executeRaw`update outbox set lease_owner = 'worker', lease_until = now() + interval '1 hour' where id = ${id}::uuid`;
    await releaseClaims(prisma, [id]);
    expect(await outbox.read(id)).toMatchObject({ status: 'sending', leaseOwner: 'worker' });
  });
});

describe.each(backends())('the relay, with jobs in %s,', (backend) => {
  it('enqueues every row once however many relays run', async () => {
    await open(backend);
    const ids = await Promise.all(Array.from({ length: 30 }, () => outbox.row('pending')));
    const passes = await Promise.all(Array.from({ length: 4 }, () => relay({ batch: 5 }).runOnce()));
    expect(passes.reduce((sum, pass) => sum + pass.enqueued, 0)).toBe(30);
    expect(await jobs()).toEqual(ids.map((id) => jobId(id, 1)).sort());
    const rows = await outbox.db.prisma.outboxRow.findMany();
    expect(rows.every((row) => row.status === 'queued')).toBe(true);
  });

  it.each(['relay.claimed', 'relay.enqueued'])(
    'killed at %s leaves one job for the row after the next pass',
    async (point) => {
      await open(backend);
      const id = await outbox.row('pending');
      let fired = 0;
      const checkpoint = (name: string) => {
        if (name !== point) return;
        fired += 1;
        throw new Error('SIGKILL');
      };
      await expect(relay({}, { checkpoint }).runOnce()).rejects.toThrow('SIGKILL');
      expect(fired).toBe(1);
      await outbox.expireLease(id);
      await relay({ quietMs: 0 }).runOnce();
      expect((await outbox.read(id)).status).toBe('queued');
      expect(await jobs()).toEqual([jobId(id, 1)]);
    },
  );

  it('enqueues a row again whose job has vanished, under the same generation', async () => {
    await open(backend);
    const id = await outbox.row('pending');
    await relay().runOnce();
    await queue().obliterate({ force: true });
    expect(await jobs()).toEqual([]);
    await quiet(id);
    expect(await relay().runOnce()).toEqual({ enqueued: 0, revived: 1 });
    expect(await jobs()).toEqual([jobId(id, 1)]);
  });

  it('lets a job go on with the trace of its row, also where this process itself traces nothing and the store was emptied', async () => {
    await open(backend);
    const [id, untraced] = [await outbox.row('pending'), await outbox.row('pending')];
    const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
    await outbox.db.prisma.outboxRow.update({ where: { id }, data: { traceparent } });
    const carried = async (of: string) => (await queue().getJob(jobId(of, 1)))?.opts.telemetry?.metadata;
    await relay().runOnce();
    expect([await carried(id), await carried(untraced)]).toEqual([JSON.stringify({ traceparent }), undefined]);
    await queue().obliterate({ force: true });
    await quiet(id);
    await relay().runOnce();
    expect(await carried(id)).toBe(JSON.stringify({ traceparent }));
  });

  it.each(['completed', 'failed'] as const)(
    'is not fooled by a kept %s job: the row gets a new generation and a new job',
    async (how) => {
      await open(backend);
      const id = await outbox.row('pending');
      await relay().runOnce();
      if (how === 'failed')
        await queue()
          .getJob(jobId(id, 1))
          .then((job) => job?.updateData({ outboxId: id }));
      await endJob(jobId(id, 1), how);
      await quiet(id);
      expect(await relay().runOnce()).toEqual({ enqueued: 0, revived: 1 });
      expect((await outbox.read(id)).generation).toBe(2);
      expect(await queue().getJobState(jobId(id, 2))).toBe('waiting');
    },
  );

  it('leaves a row alone whose job is alive, and looks at it only after the quiet time', async () => {
    await open(backend);
    const id = await outbox.row('pending');
    await relay().runOnce();
    await quiet(id);
    expect(await relay().runOnce()).toEqual({ enqueued: 0, revived: 0 });
    expect(await jobs()).toEqual([jobId(id, 1)]);
    expect((await outbox.read(id)).generation).toBe(1);
    expect(await findSuspects(outbox.db.prisma, 10, 60_000)).toEqual([]);
  });

  it('brings back what a dead process was sending, but not while its lease lasts', async () => {
    await open(backend);
    const id = await outbox.row('sending');
    await outbox.db.prisma
      .$executeRaw`update outbox set lease_owner = 'p', lease_until = now() + interval '1 hour', job_seen_at = now() - interval '1 hour' where id = ${id}::uuid`;
    expect((await relay().runOnce()).revived).toBe(0);
    await outbox.expireLease(id);
    expect((await relay().runOnce()).revived).toBe(1);
    expect(await jobs()).toEqual([jobId(id, 1)]);
  });

  it('brings back what is unknown, but not what is left to a person', async () => {
    await open(backend);
    const [looked, left] = [await outbox.row('unknown'), await outbox.row('unknown')];
    await outbox.db.prisma.outboxRow.update({ where: { id: left }, data: { restedUnder: `${jobId(left, 1)}#2` } });
    await Promise.all([looked, left].map(quiet));
    expect((await relay().runOnce()).revived).toBe(1);
    expect(await jobs()).toEqual([jobId(looked, 1)]);
  });

  it.each(['held', 'done', 'failed', 'cancelled', 'superseded'] as const)(
    'never brings back a row that is %s',
    async (status) => {
      await open(backend);
      await quiet(await outbox.row(status));
      expect(await relay().runOnce()).toEqual({ enqueued: 0, revived: 0 });
      expect(await jobs()).toEqual([]);
    },
  );

  it('brings back every one of 2,300 rows in one pass after the store was emptied', async () => {
    await open(backend);
    const { prisma } = outbox.db;
    const one = await outbox.read(await outbox.row('queued'));
    await prisma.$executeRaw`
      insert into outbox (id, kind, status, run_id, document_key, queue, job_seen_at)
      select gen_random_uuid(), 'transfer', 'queued', ${one.runId}::uuid, gen_random_uuid(), 'onec-transfer', now() - interval '1 hour'
      from generate_series(1, 2299)`;
    await quiet(one.id);
    expect((await relay({ quietMs: 60_000 }).runOnce()).revived).toBe(2_300);
    expect((await queue().getJobCounts('waiting')).waiting).toBe(2_300);
  });
});

describe.runIf(backends().includes('redis'))('the relay, while Redis is away,', () => {
  it('gives its claims back at once, so that they are free when Redis is there again', async () => {
    await open('redis');
    const id = await outbox.row('pending');
    await queue().waitUntilReady();
    const broken = { ...store, queue: () => ({ addBulk: () => Promise.reject(new Error('Connection is closed')) }) };
    await expect(relay({}, { store: broken as unknown as QueueStore }).runOnce()).rejects.toThrow(
      'Connection is closed',
    );
    expect(await outbox.read(id)).toMatchObject({ status: 'pending', leaseOwner: null, leaseUntil: null });
    expect(await relay().runOnce()).toMatchObject({ enqueued: 1 });
  });
});

describe('the relay wakes', () => {
  const POLL_MS = 600_000;
  async function running() {
    await open('postgres');
    const woken = relay({ pollMs: POLL_MS });
    const listener = createOutboxListener(
      { url: outbox.url, wake: woken.wake },
      { clock: systemClock, log: silentLog },
    );
    woken.start();
    listener.start();
    stops.push(
      () => woken.stop(),
      () => listener.stop(),
    );
    await until('the listener to listen', listening);
  }
  const listening = async () => {
    const [row] = await outbox.db.prisma.$queryRaw<{ pid: number }[]>`
      select pid from pg_stat_activity where application_name = 'hub-listener' and datname = current_database()
        and state = 'idle' and query like 'listen%'`;
    return row?.pid;
  };
  const relayed = (id: string) =>
    until('the row to be queued', async () => (await outbox.read(id)).status === 'queued', 10_000);

  it('at the commit of a row, long before its next poll', async () => {
    await running();
    await relayed(await outbox.row('pending'));
  });

  it('for what was committed while its listening connection was cut', async () => {
    await running();
    const pid = await listening();
    await outbox.db.prisma.$queryRaw`select pg_terminate_backend(${pid}::int)`;
    await relayed(await outbox.row('pending'));
    await until('the listener to be back on another connection', async () => {
      const now = await listening();
      return now !== undefined && now !== pid;
    });
    await relayed(await outbox.row('pending'));
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { reconcileSystem } from '../../src/jobs/reconcile/pass.ts';
import { readLedger } from '../../src/jobs/run-scan/ledger.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { retryRow } from '../../src/shared/outbox/operations.ts';
import { createScheduler } from '../../src/workers/scheduler.ts';
import { createHands } from '../support/hands.ts';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { type HubProcess, startHubProcess } from '../support/process.ts';
import { smallDataset } from '../support/small-dataset.ts';

let hub: TestHub | undefined;
let started: HubProcess | undefined;
afterEach(async () => {
  await started?.end('SIGKILL');
  started = undefined;
  await hub?.close();
  hub = undefined;
});

const two = () => smallDataset({ moved: 2, ordered: 2 });
const lineOf = (of: TestHub, article: string) =>
  of.services.db.prisma.outboxLine.findFirstOrThrow({ where: { article }, include: { outbox: true } });
const journal = (of: TestHub, where: object) => of.services.db.prisma.integrationLog.findMany({ where });
const enqueue = (of: TestHub, system: '1c' | 'moysklad') =>
  of.services.store.queue('maintenance').add('reconcile.v1', { system });

describe.each(backends())('a reconcile that cannot read, with jobs in %s,', (backend) => {
  it.each([
    ['1c', 'onec-down'],
    ['moysklad', 'moysklad-maintenance'],
  ] as const)(
    'because %s is down changes nothing, uses no attempt, and is made once it is back',
    async (system, code) => {
      hub = await startHub({ backend, dataset: two() });
      await hub.scan();
      const hands = createHands(hub);
      await hands.onTransfer('MOVE-1', 'delete', { erase: true });
      await hands.onOrder('ORDER-1', 'delete');
      const fault = await hub.fault({ system, kind: 'down' });
      const job = await enqueue(hub, system);
      await until(
        'the system to be known as down',
        async () => (await hub!.services.db.prisma.systemState.findUnique({ where: { system } }))?.state === 'down',
      );
      const article = system === '1c' ? 'MOVE-1' : 'ORDER-1';
      expect((await lineOf(hub, article)).closedAt).toBeNull();
      await hub.heal(fault);
      await until('the reconcile', () => job.isCompleted());
      expect((await lineOf(hub, article)).closedReason).toBe('deleted');
      const again = (await hub.services.store.queue('maintenance').getJob(job.id!))!;
      expect(again.attemptsMade).toBe(1);
      const gate = await journal(hub, { step: 'gate', system });
      expect(gate.map((entry) => entry.status)).toEqual(['not-now', 'ok']);
      expect(gate[0]!.details).toMatchObject({ code });
    },
  );

  it('because МойСклад is down keeps nobody from reconciling 1C', async () => {
    hub = await startHub({ backend, dataset: two(), env: { WORKER_CONCURRENCY: '1' } });
    await hub.scan();
    const hands = createHands(hub);
    await hands.onTransfer('MOVE-1', 'delete', { erase: true });
    // A wait of a minute, should the queue be the one that waits.
    await hub.fault({ system: 'moysklad', kind: 'status', status: 403, code: 1016 });
    const waits = await enqueue(hub, 'moysklad');
    await until('the job about МойСклад to wait', () => waits.isDelayed());
    const other = await enqueue(hub, '1c');
    await until('the reconcile of 1C', () => other.isCompleted());
    expect((await lineOf(hub, 'MOVE-1')).closedReason).toBe('deleted');
    expect(await waits.isDelayed()).toBe(true);
  });

  it('for want of a property changes nothing and says so; a missing number is never taken for zero', async () => {
    hub = await startHub({
      backend,
      dataset: two(),
      sandbox: { onec: { withheld: ['КОформлениюBalance'] } },
    });
    await hub.scan();
    await createHands(hub).onTransfer('MOVE-1', 'delete', { erase: true });
    const job = await enqueue(hub, '1c');
    await until('the job to have failed', () => job.isFailed());
    const [told] = await journal(hub, { step: 'reconcile' });
    expect(told).toMatchObject({ level: 'error', status: 'refused', details: { code: 'onec-property-missing' } });
    expect(told!.message).toMatch(/ничего не изменено.*КОформлениюBalance/);
    expect((await lineOf(hub, 'MOVE-1')).closedAt).toBeNull();
    expect((await lineOf(hub, 'MOVE-2')).closedAt).toBeNull();
  });
});

describe('a reconcile', () => {
  it('that dies between two documents has told of each what it did, and the next one does the rest', async () => {
    hub = await startHub({ backend: 'postgres', dataset: two() });
    await hub.scan();
    const hands = createHands(hub);
    for (const article of ['MOVE-1', 'MOVE-2']) await hands.onTransfer(article, 'delete');
    let fired = 0;
    const dying = reconcileSystem(
      {
        ...hub.services,
        checkpoint(name) {
          if (name !== 'reconcile.applied') return;
          fired += 1;
          throw new Error('the process dies');
        },
      },
      '1c',
    );
    await expect(dying).rejects.toThrow('the process dies');
    expect(fired).toBe(1);
    const closed = async () =>
      (await hub!.services.db.prisma.outboxLine.findMany({ where: { closedReason: 'deleted' } })).length;
    expect(await closed()).toBe(1);
    expect(await journal(hub, { step: 'reconcile', outboxId: { not: null } })).toHaveLength(1);
    expect((await reconcileSystem(hub.services, '1c'))!.findings).toHaveLength(1);
    expect(await closed()).toBe(2);
    expect(await journal(hub, { step: 'reconcile', outboxId: { not: null } })).toHaveLength(2);
  });

  it('leaves the field to the pass that is under way', async () => {
    hub = await startHub({ backend: 'postgres', dataset: two() });
    await hub.scan();
    let other: unknown;
    const checkpoint = async (name: string) => {
      if (name === 'reconcile.read') other = await reconcileSystem(hub!.services, '1c');
    };
    const pass = await reconcileSystem({ ...hub.services, checkpoint }, '1c');
    expect(pass).toMatchObject({ documents: 2 });
    expect(other).toBeNull();
  });

  it('does not act on a row that has gone another way since its document was read', async () => {
    hub = await startHub({ backend: 'postgres', dataset: two() });
    await hub.scan();
    await createHands(hub).onTransfer('MOVE-1', 'delete', { erase: true });
    const { outboxId } = await lineOf(hub, 'MOVE-1');
    let anew = 0;
    const pass = await reconcileSystem(
      {
        ...hub.services,
        async checkpoint(name) {
          if (name !== 'reconcile.read') return;
          // A person has it made anew, under another key.
          anew = await hub!.services.db.prisma.$executeRaw`
            update outbox set status = 'pending', generation = generation + 1, document_generation = 2,
              document_key = gen_random_uuid(), external_key = null, confirmed_at = null
            where id = ${outboxId}::uuid`;
        },
      },
      '1c',
    );
    expect(anew).toBe(1);
    expect(pass?.findings).toEqual([]);
    expect((await lineOf(hub, 'MOVE-1')).closedAt).toBeNull();
  });

  it('that sees goods arrive while a snapshot is being read leaves them expected for that plan', async () => {
    hub = await startHub({ backend: 'postgres', dataset: two() });
    const readingBegan = new Date();
    await hub.scan();
    await createHands(hub).onTransfer('MOVE-1', 'receive');
    await reconcileSystem(hub.services, '1c');
    const line = await lineOf(hub, 'MOVE-1');
    expect(line.closedReason).toBe('received');
    const ofLine = async (began: Date) =>
      (await hub!.services.db.transaction((tx) => readLedger(tx, began))).filter(
        (one) => one.outboxId === line.outboxId,
      );
    expect(await ofLine(readingBegan)).toEqual([expect.objectContaining({ expected: 10_000, shownBy1C: false })]);
    expect(await ofLine(new Date(Date.now() + 1000))).toEqual([]);
  });

  it('finds documents whose answer was lost, and takes them for made', async () => {
    hub = await startHub({ backend: 'postgres', dataset: two(), env: { DOCUMENT_ATTEMPTS: '1' } });
    const faults = [
      await hub.fault({ system: '1c', match: { method: 'POST', path: '/Post' }, kind: 'drop-after', times: 1 }),
      await hub.fault({ system: 'moysklad', match: { method: 'POST' }, kind: 'drop-after', times: 1 }),
    ];
    await hub.request();
    const unknown = await until('two rows left to a person', async () => {
      const rows = await hub!.services.db.prisma.outboxRow.findMany({ where: { status: 'unknown' } });
      return rows.length === 2 && rows.every((row) => row.restedUnder !== null) ? rows : null;
    });
    expect(
      hub.sandbox.faults
        .list()
        .filter(({ id }) => faults.includes(id))
        .map(({ fired }) => fired),
    ).toEqual([1, 1]);
    for (const system of ['1c', 'moysklad'] as const) await reconcileSystem(hub.services, system);
    const rows = await hub.services.db.prisma.outboxRow.findMany({
      where: { id: { in: unknown.map(({ id }) => id) } },
    });
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toMatchObject({ status: 'done', questionCode: null, maybeMade: false, errorCode: null });
      expect(row.externalNumber).toBeTruthy();
    }
    expect((await hub.scan()).counts).toMatchObject({ documents: 0 });
  });

  it('asks about a document of unknown outcome that is not there, once, and takes it back when it is retried', async () => {
    hub = await startHub({
      backend: 'postgres',
      dataset: smallDataset({ moved: 1, ordered: 0 }),
      env: { DOCUMENT_ATTEMPTS: '1' },
    });
    await hub.fault({ system: '1c', match: { method: 'POST' }, kind: 'drop-before', times: 1 });
    await hub.request();
    await until(
      'the row to be left to a person',
      async () => (await lineOf(hub!, 'MOVE-1').catch(() => null))?.outbox.restedUnder,
    );
    for (let pass = 1; pass <= 3; pass += 1) await reconcileSystem(hub.services, '1c');
    expect((await lineOf(hub, 'MOVE-1')).outbox).toMatchObject({
      status: 'unknown',
      questionCode: 'transfer-not-found',
    });
    expect(await journal(hub, { step: 'reconcile', outboxId: { not: null } })).toHaveLength(1);
    const { outboxId } = await lineOf(hub, 'MOVE-1');
    await retryRow(hub.services.db, { outboxId, actor: 'test' });
    await until('the document', async () => (await lineOf(hub!, 'MOVE-1')).outbox.status === 'done');
    await reconcileSystem(hub.services, '1c');
    expect((await lineOf(hub, 'MOVE-1')).outbox.questionCode).toBeNull();
  });
});

describe.each(backends())('the schedule of reconciles, with jobs in %s,', (backend) => {
  const scheduler = (of: TestHub, cron: string | null) =>
    createScheduler({
      ...of.services,
      log: silentLog,
      config: {
        ...of.services.config,
        reconcile: { ...of.services.config.reconcile, cron },
        links: { cron: null },
      },
      // Far from every slot of the scan.
      clock: { now: () => new Date('2026-11-22T00:00:00Z'), sleep: () => new Promise(() => undefined) },
    });
  const standing = async (of: TestHub) =>
    (await of.services.store.queue('maintenance').getJobSchedulers())
      .filter(({ key }) => key.startsWith('reconcile'))
      .map(({ key, pattern, tz }) => [key, pattern, tz]);

  it('stands for each system, comes back when the store was emptied, and goes when it is switched off', async () => {
    hub = await startHub({ backend, work: false });
    expect(await scheduler(hub, '30 * * * *').runOnce()).toMatchObject({ restored: true });
    const both = ['reconcile-1c', 'reconcile-moysklad'].map((key) => [key, '30 * * * *', 'Europe/Moscow']);
    expect((await standing(hub)).sort()).toEqual(both);
    expect(await scheduler(hub, '30 * * * *').runOnce()).toMatchObject({ restored: false });
    await hub.services.store.queue('maintenance').obliterate({ force: true });
    expect(await scheduler(hub, '30 * * * *').runOnce()).toMatchObject({ restored: true });
    expect((await standing(hub)).sort()).toEqual(both);
    await scheduler(hub, null).runOnce();
    expect(await standing(hub)).toEqual([]);
  });
});

describe('hub reconcile', () => {
  it('prints what it found and ends with 0; with 1 when a system cannot be read, and says that nothing was changed', async () => {
    hub = await startHub({ backend: 'postgres', dataset: two() });
    await hub.scan();
    await createHands(hub).onTransfer('MOVE-1', 'delete');
    started = startHubProcess(['reconcile'], hub.env);
    expect(await new Promise((resolve) => started!.child.once('exit', resolve))).toBe(0);
    expect(started.output()).toMatch(/1C: documents compared 2, findings 1\./);
    expect(started.output()).toMatch(/close: deleted.*помечен в 1С на удаление/);
    expect(started.output()).toMatch(/МойСклад: documents compared 2, findings 0\./);
    await hub.fault({ system: 'moysklad', kind: 'down' });
    started = startHubProcess(['reconcile'], hub.env);
    expect(await new Promise((resolve) => started!.child.once('exit', resolve))).toBe(1);
    expect(started.output()).toMatch(/МойСклад: could not be read, nothing was changed\./);
    expect(started.output()).toMatch(/1C: documents compared 2, findings 0\./);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { systemFamilies } from '../../src/api/metrics/systems.ts';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { smallDataset, withBadMatches } from '../support/small-dataset.ts';

let hub: TestHub | undefined;
afterEach(async () => {
  await hub?.close();
  hub = undefined;
});

describe.each(backends())('a scan, with jobs in %s,', (backend) => {
  it('makes exactly one document for each need, in the system where the goods are', async () => {
    hub = await startHub({ backend });
    const end = await hub.scan();
    expect(end).toMatchObject({ status: 'completed', failures: [], transfers: { done: 6 }, orders: { done: 4 } });
    const transfers = await hub.observe.transfers();
    expect(transfers.map((one) => one.lines.map((line) => `${line.article} ${line.Количество}`).join()).sort()).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => `MOVE-${n} 10`),
    );
    expect(
      transfers.every((one) => one.Posted && one.sender === 'Бестужевых' && one.recipient === 'Магазин Ленина'),
    ).toBe(true);
    const orders = await hub.observe.orders();
    expect(orders.flatMap((one) => one.positions.map((line) => `${line.article} ${line.quantity}`)).sort()).toEqual(
      [1, 2, 3, 4].map((n) => `ORDER-${n} 10`),
    );
  });

  it('stores number and key of every document as the other system gave them', async () => {
    hub = await startHub({ backend });
    await hub.scan();
    const rows = await hub.services.db.prisma.outboxRow.findMany({ where: { kind: { not: 'scan' } } });
    const transfers = await hub.observe.transfers();
    const orders = await hub.observe.orders();
    expect(rows.map((row) => row.externalNumber).sort()).toEqual(
      [...transfers.map((one) => one.Number), ...orders.map((one) => one.name)].sort(),
    );
    expect(rows.filter((row) => row.kind === 'transfer').every((row) => row.externalKey === row.documentKey)).toBe(
      true,
    );
    expect(rows.every((row) => row.confirmedAt !== null && row.attempts === 0 && row.starts === 1)).toBe(true);
  });

  it('makes nothing when it runs again right after the first', async () => {
    hub = await startHub({ backend });
    await hub.scan();
    const second = await hub.scan();
    expect(second.counts).toMatchObject({ needs: 0, covered: 10, documents: 0 });
    expect(await hub.observe.transfers()).toHaveLength(6);
    expect(await hub.observe.orders()).toHaveLength(4);
  });

  it('makes one set of documents for two triggers at the same moment', async () => {
    hub = await startHub({ backend });
    const runs = await Promise.all([hub.request(), hub.request()]);
    const ends = await Promise.all(runs.map((run) => hub!.follow(run)));
    expect(ends.map((end) => end.counts.documents).sort()).toEqual([0, 10]);
    expect(await hub.observe.transfers()).toHaveLength(6);
    expect(await hub.observe.orders()).toHaveLength(4);
  });

  it('refuses only the document whose article МойСклад lacks or has twice, and names the article', async () => {
    hub = await startHub({ backend, dataset: withBadMatches(smallDataset()) });
    const end = await hub.scan();
    expect(end.orders).toEqual({ done: 2, failed: 2 });
    expect(end.transfers).toEqual({ done: 6 });
    expect(end.failures).toEqual([
      { code: 'moysklad-item-doubled', count: 1, message: expect.stringContaining('ORDER-2') },
      { code: 'moysklad-item-missing', count: 1, message: expect.stringContaining('ORDER-1') },
    ]);
    const links = await hub.services.db.prisma.itemLink.findMany({ orderBy: { matchValue: 'asc' } });
    expect(links.map((link) => [link.matchValue, link.status, link.matches])).toEqual([
      ['ORDER-1', 'missing', 0],
      ['ORDER-2', 'many', 2],
      ['ORDER-3', 'found', 1],
      ['ORDER-4', 'found', 1],
    ]);
  });

  it('replaces what was refused, and makes it once the cause is mended', async () => {
    hub = await startHub({ backend, dataset: withBadMatches(smallDataset()) });
    const first = await hub.scan();
    const second = await hub.scan();
    expect(second.counts).toMatchObject({ needs: 2, documents: 2, superseded: 2 });
    expect(second.orders).toEqual({ failed: 2 });
    const before = await hub.services.db.prisma.outboxRow.groupBy({
      by: ['status'],
      where: { runId: first.runId, kind: 'order' },
      _count: true,
    });
    expect(before.find((one) => one.status === 'superseded')?._count).toBe(2);
    expect(await hub.observe.orders()).toHaveLength(2);
  });

  it('writes nothing outside when it is dry, and shows the plan', async () => {
    hub = await startHub({ backend });
    const end = await hub.scan({ dryRun: true });
    expect(end.counts).toMatchObject({ needs: 10, transfers: 6, orders: 4, documents: 0 });
    expect(await hub.observe.transfers()).toHaveLength(0);
    expect(await hub.observe.orders()).toHaveLength(0);
    expect(await hub.services.db.prisma.runLine.count({ where: { runId: end.runId } })).toBe(10);
    expect(await hub.services.db.prisma.outboxRow.count({ where: { kind: { not: 'scan' } } })).toBe(0);
  });

  it('of a warehouse that does not exist fails and lists those that do', async () => {
    hub = await startHub({ backend });
    const end = await hub.scan({ warehouse: 'Магазин Лунный' });
    expect(end.status).toBe('failed');
    expect(end.error).toMatch(/нет склада «Магазин Лунный».*«Бестужевых».*«Магазин Ленина»/);
  });

  it('takes a warehouse by name in any case, and by key', async () => {
    hub = await startHub({ backend });
    const key = hub.sandbox.dataset.warehouses[0]!.key;
    expect((await hub.scan({ warehouse: ' магазин ленина ', dryRun: true })).counts).toMatchObject({ needs: 10 });
    expect((await hub.scan({ warehouse: key.toUpperCase(), dryRun: true })).counts).toMatchObject({ needs: 10 });
  });
});

describe.each(backends())('an outside system that misbehaves, with jobs in %s,', (backend) => {
  it('refusing one document (500, code −1) costs that document only, in its own words', async () => {
    hub = await startHub({ backend });
    await hub.fault({
      system: '1c',
      match: { method: 'POST', path: '/Post' },
      kind: 'status',
      status: 500,
      times: 1,
      message: 'Недостаточно свободного остатка: 3 шт',
    });
    const end = await hub.scan();
    expect(end.transfers).toEqual({ done: 5, failed: 1 });
    expect(end.failures[0]).toMatchObject({
      code: 'onec-business-refusal',
      message: expect.stringContaining('Недостаточно свободного остатка: 3 шт'),
    });
    const failed = await hub.services.store.queue('onec-transfer').getFailed();
    expect(failed).toHaveLength(1);
    expect(failed[0]?.failedReason).toContain('Недостаточно свободного остатка: 3 шт');
    const journal = await hub.services.db.prisma.integrationLog.findMany({ where: { status: 'refused' } });
    expect(journal).toHaveLength(1);
    // No stray draft stays behind the refusal.
    expect((await hub.observe.transfers()).filter((one) => !one.Posted && !one.DeletionMark)).toHaveLength(0);
  });

  it('retried in Bull Board, a refused document is made after all, under the same key', async () => {
    hub = await startHub({ backend });
    await hub.fault({
      system: '1c',
      match: { method: 'POST', path: '/Post' },
      kind: 'status',
      status: 500,
      times: 1,
      message: 'Занято',
    });
    const end = await hub.scan();
    expect(end.transfers).toEqual({ done: 5, failed: 1 });
    const [job] = await hub.services.store.queue('onec-transfer').getFailed();
    await job!.retry();
    await until(
      'all transfers done',
      async () =>
        (await hub!.services.db.prisma.outboxRow.count({ where: { kind: 'transfer', status: 'done' } })) === 6,
    );
    expect((await hub.observe.transfers()).filter((one) => one.Posted && !one.DeletionMark)).toHaveLength(6);
    expect(await hub.observe.transfers()).toHaveLength(6);
  });

  it('that does not let the hub in is told of as down: journal, state, metric', async () => {
    hub = await startHub({ backend, env: { MOYSKLAD_TOKEN: 'wrong', MOYSKLAD_ARRAY: '0' } });
    const { db } = hub.services;
    await hub.request();
    const down = await until('МойСклад noted as down', () =>
      db.prisma.systemState.findFirst({ where: { system: 'moysklad', state: 'down' } }),
    );
    expect(down).toMatchObject({
      reasonCode: 'moysklad-credentials',
      reason: expect.stringContaining('MOYSKLAD_TOKEN'),
    });
    // A minute, as the adapter asks, not the second of a first fall.
    expect(down.nextProbeAt!.getTime() - down.since.getTime()).toBeGreaterThan(50_000);
    const gate = await db.prisma.integrationLog.findMany({ where: { step: 'gate', system: 'moysklad' } });
    expect(gate).toMatchObject([{ level: 'error', status: 'not-now' }]);
    const up = (await systemFamilies(db)).find(({ name }) => name === 'hub_system_up');
    expect(up?.samples).toContainEqual([{ system: 'moysklad' }, 0]);
    expect(await hub.observe.orders()).toHaveLength(0);
  });

  it('that only asks for fewer requests is not told of as down', async () => {
    hub = await startHub({ backend, env: { MOYSKLAD_ARRAY: '0' } });
    await hub.fault({
      ...{ system: 'moysklad', kind: 'status', status: 429, times: 2, headers: { 'X-Lognex-Retry-After': '300' } },
      match: { method: 'POST', path: 'customerorder' },
    });
    expect((await hub.scan()).orders).toEqual({ done: 4 });
    expect(await hub.services.db.prisma.systemState.count({ where: { system: 'moysklad', state: 'down' } })).toBe(0);
    expect(await hub.services.db.prisma.integrationLog.count({ where: { step: 'gate' } })).toBe(0);
  });

  it('being down halts its queue, fails nothing, spends no attempt, and is told once; all is made when it is back', async () => {
    hub = await startHub({ backend, env: { WORKER_CONCURRENCY: '3' } });
    const fault = await hub.fault({ system: '1c', match: { path: 'Document_ЗаказНаПеремещение' }, kind: 'down' });
    const runId = await hub.request();
    const down = await until('1C noted as down', () =>
      hub!.services.db.prisma.systemState.findFirst({ where: { system: '1c', state: 'down', failures: { gte: 2 } } }),
    );
    expect(down.reason).toMatch(/1С/);
    // МойСклад's queue is another one and does not wait.
    await until('orders made meanwhile', async () => (await hub!.observe.orders()).length === 4);
    expect(
      await hub.services.db.prisma.outboxRow.count({ where: { kind: 'transfer', status: { in: ['done', 'failed'] } } }),
    ).toBe(0);
    await hub.heal(fault);
    const end = await hub.follow(runId);
    expect(end.transfers).toEqual({ done: 6 });
    const rows = await hub.services.db.prisma.outboxRow.findMany({ where: { kind: 'transfer' } });
    expect(rows.map((row) => row.attempts)).toEqual([0, 0, 0, 0, 0, 0]);
    const gate = await hub.services.db.prisma.integrationLog.findMany({
      where: { step: 'gate' },
      orderBy: { id: 'asc' },
    });
    expect(gate.map((entry) => entry.status)).toEqual(['not-now', 'ok']);
    expect(await hub.observe.transfers()).toHaveLength(6);
  });

  it.each([
    ['408 of a proxy that gave up', { status: 408, body: '' }, 1],
    ['503 with code 1074, maintenance', { status: 503 }, 0],
  ])('that did the write and then answered %s gets looked at, not ordered from again', async (_, answer, spent) => {
    hub = await startHub({ backend, env: { MOYSKLAD_ARRAY: '0' } });
    const match = { method: 'POST', path: 'customerorder' };
    const fault = await hub.fault({ system: 'moysklad', kind: 'status', after: true, match, times: 2, ...answer });
    expect((await hub.scan()).orders).toEqual({ done: 4 });
    expect(hub.sandbox.faults.get(fault)?.fired).toBe(2);
    const rows = await hub.services.db.prisma.outboxRow.findMany({ where: { kind: 'order' } });
    expect(Math.max(...rows.map(({ attempts }) => attempts))).toBe(spent);
    expect((await hub.scan()).counts).toMatchObject({ documents: 0 });
    expect(await hub.observe.orders()).toHaveLength(4);
  });

  it('that loses its answer after the write gets looked at, not written to again', async () => {
    hub = await startHub({ backend });
    const onec = await hub.fault({
      system: '1c',
      match: { method: 'POST', path: 'Document_ЗаказНаПеремещение' },
      kind: 'drop-after',
      times: 3,
    });
    const moysklad = await hub.fault({
      system: 'moysklad',
      match: { method: 'POST', path: 'customerorder' },
      kind: 'drop-after',
      times: 2,
    });
    const end = await hub.scan();
    expect(end.transfers).toEqual({ done: 6 });
    expect(end.orders).toEqual({ done: 4 });
    const fired = hub.sandbox.faults
      .list()
      .filter((one) => [onec, moysklad].includes(one.id))
      .map((one) => one.fired);
    expect(fired).toEqual([3, 2]);
    expect((await hub.observe.transfers()).filter((one) => one.Posted)).toHaveLength(6);
    expect(await hub.observe.transfers()).toHaveLength(6);
    expect(await hub.observe.orders()).toHaveLength(4);
  });

  it('with a wrong password: the scan waits and says which variable to mend', async () => {
    hub = await startHub({ backend, env: { API_1C_PASSWORD: 'wrong' } });
    const runId = await hub.request();
    const run = await until('the reason on the run', () =>
      hub!.services.db.prisma.run.findFirst({ where: { id: runId, errorCode: { not: null } } }),
    );
    expect(run).toMatchObject({ status: 'queued', errorCode: 'onec-credentials' });
    expect(run.errorMessage).toMatch(/API_1C_USER.*API_1C_PASSWORD/);
  });

  it('with a dead host: the scan waits and says where nobody answers', async () => {
    hub = await startHub({ backend, env: { API_1C_URL: 'http://127.0.0.1:9/ut11/odata/standard.odata' } });
    const runId = await hub.request();
    const run = await until('the reason on the run', () =>
      hub!.services.db.prisma.run.findFirst({ where: { id: runId, errorCode: { not: null } } }),
    );
    expect(run.errorMessage).toMatch(/127\.0\.0\.1:9|API_1C_URL/);
  });
});

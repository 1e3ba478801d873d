import { afterEach, describe, expect, it } from 'vitest';
import { retryRow } from '../../src/shared/outbox/operations.ts';
import { backends, startHub, type TestHub } from '../support/hub.ts';
import { smallDataset, withBadMatches } from '../support/small-dataset.ts';

const ROUTE = { DOCUMENT_SCOPE: 'route', WORKER_CONCURRENCY: '2' };
let hub: TestHub;
afterEach(async () => {
  await hub.close();
});

const orders = () =>
  hub.services.db.prisma.outboxRow.findMany({
    where: { kind: 'order' },
    include: { lines: { orderBy: { lineNumber: 'asc' } } },
    orderBy: { id: 'asc' },
  });
const articles = (row: { lines: { article: string; lineNumber: number }[] }) =>
  row.lines.map((line) => `${line.lineNumber} ${line.article}`);
const ordered = async () =>
  (await hub.observe.orders()).map((one) => one.positions.map((row) => `${row.article} ${row.quantity}`));

describe.each(backends())('an order of many lines (DOCUMENT_SCOPE=route), with jobs in %s,', (backend) => {
  it('goes without the lines whose articles МойСклад lacks or has twice; they fail in a document of their own', async () => {
    hub = await startHub({ backend, dataset: withBadMatches(smallDataset()), env: ROUTE });
    const end = await hub.scan();
    expect(end).toMatchObject({ status: 'completed', transfers: { done: 1 }, orders: { done: 1, failed: 1 } });
    expect(await ordered()).toEqual([['ORDER-3 10', 'ORDER-4 10']]);

    const [made, failed] = await orders();
    expect(made).toMatchObject({ status: 'done', attempts: 0, starts: 1, errorCode: null });
    expect(articles(made!)).toEqual(['3 ORDER-3', '4 ORDER-4']);
    expect(failed).toMatchObject({ status: 'failed', errorCode: 'moysklad-item-missing', runId: end.runId });
    expect(failed?.errorMessage).toMatch(/ORDER-1.*ORDER-2/);
    expect(articles(failed!)).toEqual(['1 ORDER-1', '2 ORDER-2']);

    const journal = await hub.services.db.prisma.integrationLog.findMany({
      where: { step: 'create-order' },
      orderBy: { id: 'asc' },
    });
    expect(journal.map((entry) => [entry.outboxId === made!.id, entry.level, entry.status])).toEqual([
      [true, 'warning', 'refused'],
      [false, 'error', 'refused'],
      [true, 'info', 'ok'],
    ]);
    expect(journal[0]?.message).toContain('2 из 4');
    expect(journal[1]).toMatchObject({ outboxId: failed!.id, details: { moved_from: made!.id, lines: 2 } });
  });

  it('sets the lines aside once, however its process fares, and orders the others once', async () => {
    const fired: string[] = [];
    hub = await startHub({
      backend,
      dataset: withBadMatches(smallDataset({ moved: 0 })),
      env: ROUTE,
      checkpoint(name) {
        if (name !== 'order.set-aside' || fired.length > 0) return;
        fired.push(name);
        throw new Error('cut off');
      },
    });
    const end = await hub.scan();
    expect(fired).toEqual(['order.set-aside']);
    expect(end.orders).toEqual({ done: 1, failed: 1 });
    expect(await ordered()).toEqual([['ORDER-3 10', 'ORDER-4 10']]);
    expect((await orders()).map(articles)).toEqual([
      ['3 ORDER-3', '4 ORDER-4'],
      ['1 ORDER-1', '2 ORDER-2'],
    ]);
  });

  it('sets lines aside also after a death of its process, once the look has shown that nothing was made', async () => {
    let begun = 0;
    hub = await startHub({
      backend,
      dataset: withBadMatches(smallDataset({ moved: 0 })),
      env: ROUTE,
      checkpoint(name) {
        if (name !== 'attempt.begun') return;
        begun += 1;
        // The scan begins first; then the order, which is left behind under its lease.
        if (begun === 2) throw new Error('the process is gone');
      },
    });
    const end = await hub.scan();
    expect(begun).toBe(3);
    expect(end.orders).toEqual({ done: 1, failed: 1 });
    expect((await orders()).map((row) => [row.status, row.starts, row.maybeMade])).toEqual([
      ['done', 2, false],
      ['failed', 0, false],
    ]);
    expect(await ordered()).toEqual([['ORDER-3 10', 'ORDER-4 10']]);
  });
});

describe('a document of refused lines', () => {
  it('is refused as a whole when no line of it can be ordered, under the key it has', async () => {
    hub = await startHub({
      backend: 'postgres',
      dataset: withBadMatches(smallDataset({ moved: 0, ordered: 2 })),
      env: ROUTE,
    });
    const end = await hub.scan();
    expect(end.orders).toEqual({ failed: 1 });
    const [row] = await orders();
    expect(articles(row!)).toEqual(['1 ORDER-1', '2 ORDER-2']);
    expect(await ordered()).toEqual([]);
  });

  it('can be retried like any other, and is replaced by the next scan', async () => {
    hub = await startHub({ backend: 'postgres', dataset: withBadMatches(smallDataset({ moved: 0 })), env: ROUTE });
    const first = await hub.scan();
    const failed = (await orders()).find((row) => row.status === 'failed')!;
    expect(await retryRow(hub.services.db, { outboxId: failed.id, actor: 'Анна' })).toMatchObject({ outcome: 'done' });
    const again = await hub.follow(first.runId);
    expect(again.orders).toEqual({ done: 1, failed: 1 });
    expect((await orders()).find((row) => row.id === failed.id)?.starts).toBe(1);
    const second = await hub.scan();
    expect(second.counts).toMatchObject({ needs: 2, covered: 2, superseded: 1 });
    expect(await ordered()).toEqual([['ORDER-3 10', 'ORDER-4 10']]);
  });
});

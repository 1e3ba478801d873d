import got from 'got';
import { afterEach, describe, expect, it } from 'vitest';
import { approveLine, rejectLine } from '../../src/shared/outbox/decide-line.ts';
import { approveRun, rejectRun } from '../../src/shared/outbox/decide-run.ts';
import { editLine } from '../../src/shared/outbox/edit-line.ts';
import { approveRow, rejectRow } from '../../src/shared/outbox/operations.ts';
import { backends, startHub, type TestHub } from '../support/hub.ts';
import { smallDataset } from '../support/small-dataset.ts';

const ANNA = 'Анна';
let hub: TestHub;
afterEach(async () => {
  await hub.close();
});

const start = async (
  options: { backend?: 'redis' | 'postgres'; env?: Record<string, string>; moved?: number; ordered?: number } = {},
) => {
  const { backend = 'postgres', env = {}, moved = 2, ordered = 2 } = options;
  hub = await startHub({
    backend,
    dataset: smallDataset({ moved, ordered }),
    env: { APPROVAL: 'manual', WORKER_CONCURRENCY: '2', ...env },
  });
};
const rows = (where: Record<string, unknown> = {}) =>
  hub.services.db.prisma.outboxRow.findMany({
    where: { kind: { not: 'scan' }, ...where },
    include: { lines: { orderBy: { lineNumber: 'asc' } } },
    orderBy: { id: 'asc' },
  });
type Row = Awaited<ReturnType<typeof rows>>[number];
/** The document of the run that carries an article. */
const rowOf = async (runId: string, article: string): Promise<Row> => {
  const found = (await rows({ runId })).find((row) => row.lines.some((line) => line.article === article));
  if (found === undefined) throw new Error(`No document for ${article}`);
  return found;
};
const line = (row: Row, article: string) => {
  const { lineNumber } = row.lines.find((one) => one.article === article)!;
  return { outboxId: row.id, lineNumber, actor: ANNA };
};
const acts = (where: Record<string, unknown> = {}) =>
  hub.services.db.prisma.operatorAction.findMany({ where, orderBy: { id: 'asc' } });
const runLine = (runId: string, article: string) =>
  hub.services.db.prisma.runLine.findFirstOrThrow({ where: { runId, article } });
const outside = async () =>
  [
    ...(await hub.observe.transfers()).flatMap((one) => one.lines.map((row) => `${row.article} ${row.Количество}`)),
    ...(await hub.observe.orders()).flatMap((one) => one.positions.map((row) => `${row.article} ${row.quantity}`)),
  ].sort();
/** Goods that somebody brought by hand, seen by 1C. */
const bring = async (article: string, quantity: number, warehouse = 0) => {
  const { items, warehouses } = hub.sandbox.dataset;
  const itemKey = items.find((one) => one.article === article)!.key;
  await got.post(`${hub.sandbox.controlUrl}/1c/stock`, {
    json: { warehouseKey: warehouses[warehouse]!.key, itemKey, quantity },
  });
};

describe.each(backends())('with APPROVAL=manual and jobs in %s,', (backend) => {
  it('nothing is made before a person approves, and all of it after one approval of the run', async () => {
    await start({ backend });
    const end = await hub.scan();
    expect(end).toMatchObject({ status: 'completed', transfers: { held: 2 }, orders: { held: 2 } });
    expect(await outside()).toEqual([]);
    const held = (await rows()).map((row) => row.id);

    const result = await approveRun(hub.services.db, { runId: end.runId, actor: ANNA });
    expect(result).toEqual({ outcome: 'done', done: held, skipped: [], reason: null });
    const after = await hub.follow(end.runId);
    expect(after).toMatchObject({ transfers: { done: 2 }, orders: { done: 2 } });
    expect(await outside()).toEqual(['MOVE-1 10', 'MOVE-2 10', 'ORDER-1 10', 'ORDER-2 10']);
    expect(await acts()).toMatchObject([
      { actor: ANNA, action: 'approve', outcome: 'done', runId: end.runId, outboxId: null, details: { done: held } },
    ]);
  });
});

describe('a held document', () => {
  it('promises nothing: the next scan counts none of it, plans the need anew and replaces it', async () => {
    await start();
    const first = await hub.scan();
    const second = await hub.scan();
    expect(second.counts).toMatchObject({ needs: 4, covered: 0, documents: 4, superseded: 4 });
    expect((await runLine(second.runId, 'MOVE-1')).hubExpected.toNumber()).toBe(0);
    expect(new Set((await rows({ runId: first.runId })).map((row) => row.status))).toEqual(new Set(['superseded']));
    expect(await approveRun(hub.services.db, { runId: first.runId, actor: ANNA })).toMatchObject({
      outcome: 'skipped',
      done: [],
      reason: expect.stringContaining('ждут утверждения'),
    });
    expect(await outside()).toEqual([]);
  });

  it('is made alone when it alone is approved, and is counted by the next scan', async () => {
    await start();
    const first = await hub.scan();
    const row = await rowOf(first.runId, 'MOVE-1');
    expect(await approveRow(hub.services.db, { outboxId: row.id, actor: ANNA })).toMatchObject({ outcome: 'done' });
    await hub.follow(first.runId);
    expect(await outside()).toEqual(['MOVE-1 10']);
    const second = await hub.scan();
    expect(second.counts).toMatchObject({ needs: 3, covered: 1, documents: 3, superseded: 3 });
  });

  it('that is rejected is cancelled, and the next scan proposes it again', async () => {
    await start();
    const first = await hub.scan();
    const row = await rowOf(first.runId, 'ORDER-1');
    const reject = () => rejectRow(hub.services.db, { outboxId: row.id, actor: ANNA });
    expect(await reject()).toEqual({ outcome: 'done', status: 'cancelled', reason: null });
    expect(await reject()).toMatchObject({ outcome: 'skipped', status: 'cancelled' });
    expect((await rowOf(first.runId, 'ORDER-1')).lines[0]).toMatchObject({ closedReason: 'rejected' });
    const second = await hub.scan();
    expect(await rowOf(second.runId, 'ORDER-1')).toMatchObject({ status: 'held' });
    expect((await acts({ outboxId: row.id })).map((one) => [one.action, one.outcome])).toEqual([
      ['reject', 'done'],
      ['reject', 'skipped'],
    ]);
    expect(await rejectRun(hub.services.db, { runId: second.runId, actor: ANNA })).toMatchObject({ outcome: 'done' });
    expect(new Set((await rows({ runId: second.runId })).map((one) => one.status))).toEqual(new Set(['cancelled']));
    expect(await outside()).toEqual([]);
  });

  it('is decided by the list that the person saw: what has changed since is left alone and named', async () => {
    await start();
    const { runId } = await hub.scan();
    const seen = (await rows()).map((row) => row.id);
    await rejectRow(hub.services.db, { outboxId: seen[0]!, actor: ANNA });
    const stranger = '00000000-0000-7000-8000-000000000000';
    const result = await approveRun(hub.services.db, {
      runId,
      actor: ANNA,
      outboxIds: [...seen.slice(0, 2), stranger],
    });
    expect(result).toEqual({
      outcome: 'done',
      done: [seen[1]],
      skipped: [
        { id: seen[0], status: 'cancelled', reason: expect.stringContaining('отменён') },
        { id: stranger, status: null, reason: expect.stringContaining('нет') },
      ],
      reason: null,
    });
    expect((await rows({ status: 'held' })).map((row) => row.id)).toEqual(seen.slice(2));
    await hub.follow(runId);
  });
});

describe('an approval and a scan at the same moment', () => {
  it('make each need once: what was approved in time is counted, the rest is planned anew', async () => {
    await start({ moved: 6, ordered: 4 });
    const { db } = hub.services;
    let { runId } = await hub.scan();
    let inTime = 0;
    for (let round = 0; round < 3; round += 1) {
      const seen = (await rows({ runId, status: 'held' })).slice(0, 2);
      const approvals = seen.map((row) => approveRow(db, { outboxId: row.id, actor: ANNA }));
      const [next, ...approved] = await Promise.all([hub.scan(), ...approvals]);
      const late = approved.filter((one) => one.outcome === 'skipped');
      expect(late.every((one) => one.status === 'superseded')).toBe(true);
      inTime += approved.length - late.length;
      expect(next.counts).toMatchObject({ documents: 10 - inTime, covered: inTime });
      runId = next.runId;
    }
    await Promise.all([1, 2].map(() => approveRun(db, { runId, actor: ANNA })));
    await hub.follow(runId);
    const made = await outside();
    expect(made).toEqual([...new Set(made)]);
    expect(made).toHaveLength(10);
  });
});

describe('an edited quantity', () => {
  it('is what gets made, and the line says who changed what and why', async () => {
    await start();
    const { runId } = await hub.scan();
    const row = await rowOf(runId, 'ORDER-1');
    const result = await editLine(hub.services.db, {
      ...line(row, 'ORDER-1'),
      quantity: 7,
      reason: 'скоро распродажа',
    });
    expect(result).toEqual({ outcome: 'done', status: 'held', reason: null, field: null });
    expect(await runLine(runId, 'ORDER-1')).toMatchObject({
      why: { need: 10_000, ordered: 10_000, edits: [{ planned: 10_000, quantity: 7_000, by: ANNA }] },
    });
    expect(Number((await runLine(runId, 'ORDER-1')).ordered)).toBe(7);
    await approveRow(hub.services.db, { outboxId: row.id, actor: ANNA });
    await hub.follow(runId);
    expect(await outside()).toEqual(['ORDER-1 7']);
    expect(await acts({ outboxId: row.id, action: 'edit' })).toMatchObject([
      { actor: ANNA, outcome: 'done', details: { line: 1, quantity: 7, planned_quantity: 10, before_quantity: 10 } },
    ]);
    const journal = await hub.services.db.prisma.integrationLog.findMany({
      where: { outboxId: row.id, step: 'operator' },
    });
    expect(journal[0]?.message).toContain('количество изменено: 7 вместо 10, причина: скоро распродажа (Анна)');
  });

  it('is kept by every later scan, whatever the plan says, and the plan says so', async () => {
    await start();
    const first = await hub.scan();
    for (const [article, quantity] of [
      ['ORDER-1', 7],
      ['MOVE-1', 4],
    ] as const) {
      const row = await rowOf(first.runId, article);
      await editLine(hub.services.db, { ...line(row, article), quantity, reason: 'мало места' });
    }
    await bring('ORDER-1', 2);
    let runId = '';
    for (let scan = 0; scan < 2; scan += 1) {
      ({ runId } = await hub.scan());
      const order = (await rowOf(runId, 'ORDER-1')).lines[0]!;
      expect([order.quantity.toNumber(), order.plannedQuantity?.toNumber(), order.editReason, order.editedBy]).toEqual([
        7,
        8,
        'мало места',
        ANNA,
      ]);
      const move = (await rowOf(runId, 'MOVE-1')).lines[0]!;
      expect([move.quantity.toNumber(), move.plannedQuantity?.toNumber()]).toEqual([4, 10]);
    }
    const journal = await hub.services.db.prisma.integrationLog.findMany({ where: { runId, step: 'plan' } });
    expect(journal.map((entry) => entry.message).join('\n')).toContain(
      'Количество изменено: 7 вместо 8 (заказ в МойСклад), причина: мало места (Анна).',
    );
    const dry = await hub.scan({ dryRun: true });
    expect(Number((await runLine(dry.runId, 'ORDER-1')).ordered)).toBe(7);
    await approveRun(hub.services.db, { runId, actor: ANNA });
    await hub.follow(runId);
    expect(await outside()).toEqual(['MOVE-1 4', 'MOVE-2 10', 'ORDER-1 7', 'ORDER-2 10']);
  });

  it('holds for the need when the goods turn up at a donor after all', async () => {
    await start();
    const first = await hub.scan();
    await editLine(hub.services.db, {
      ...line(await rowOf(first.runId, 'ORDER-1'), 'ORDER-1'),
      quantity: 7,
      reason: 'мало места',
    });
    await bring('ORDER-1', 30, 1);
    const second = await hub.scan();
    const row = await rowOf(second.runId, 'ORDER-1');
    expect(row).toMatchObject({ kind: 'transfer', senderName: 'Бестужевых' });
    expect(row.lines.map((one) => one.quantity.toNumber())).toEqual([7]);
  });

  it('waits for its approval even where documents go out by themselves, and holds no other line up', async () => {
    await start({ env: { APPROVAL: 'auto', RUN_MAX_DOCUMENTS: '1', DOCUMENT_SCOPE: 'route' } });
    const first = await hub.scan();
    expect(first).toMatchObject({ transfers: { held: 1 }, orders: { held: 1 } });
    const order = await rowOf(first.runId, 'ORDER-1');
    await editLine(hub.services.db, { ...line(order, 'ORDER-1'), quantity: 7, reason: 'мало места' });
    for (const article of ['MOVE-1', 'MOVE-2']) await bring(article, 10);
    const second = await hub.scan();
    expect(second.orders).toEqual({ done: 1, held: 1 });
    expect(await outside()).toEqual(['ORDER-2 10']);
    const waiting = await rowOf(second.runId, 'ORDER-1');
    expect(waiting).toMatchObject({ status: 'held', holdReason: expect.stringContaining('7 вместо 10') });
    await approveRow(hub.services.db, { outboxId: waiting.id, actor: ANNA });
    await hub.follow(second.runId);
    expect(await outside()).toEqual(['ORDER-1 7', 'ORDER-2 10']);
  });

  it('lapses with its need, and the journal says so once', async () => {
    await start();
    const first = await hub.scan();
    await editLine(hub.services.db, {
      ...line(await rowOf(first.runId, 'ORDER-1'), 'ORDER-1'),
      quantity: 7,
      reason: 'мало места',
    });
    await bring('ORDER-1', 10);
    const runs = [await hub.scan(), await hub.scan()].map((end) => end.runId);
    const journal = await hub.services.db.prisma.integrationLog.findMany({
      where: { message: { contains: 'больше не действует' } },
    });
    expect(journal).toMatchObject([
      { runId: runs[0], message: expect.stringMatching(/Товар ORDER-1.*Магазин Ленина.*7, мало места \(Анна\)/) },
    ]);
    expect((await rows({ runId: runs[1] })).flatMap((row) => row.lines).filter((one) => one.editedBy !== null)).toEqual(
      [],
    );
  });

  it('ends with its withdrawal and with a rejection: the next scan plans by its own numbers', async () => {
    await start();
    const first = await hub.scan();
    const order = await rowOf(first.runId, 'ORDER-1');
    const move = await rowOf(first.runId, 'MOVE-1');
    await editLine(hub.services.db, { ...line(order, 'ORDER-1'), quantity: 7, reason: 'мало места' });
    await editLine(hub.services.db, { ...line(order, 'ORDER-1'), quantity: 10, reason: 'место нашлось' });
    await editLine(hub.services.db, { ...line(move, 'MOVE-1'), quantity: 3, reason: 'мало места' });
    await rejectRow(hub.services.db, { outboxId: move.id, actor: ANNA });
    expect((await runLine(first.runId, 'ORDER-1')).why).not.toHaveProperty('edits');
    const second = await hub.scan();
    for (const article of ['ORDER-1', 'MOVE-1']) {
      const [planned] = (await rowOf(second.runId, article)).lines;
      expect([planned?.quantity.toNumber(), planned?.editedBy]).toEqual([10, null]);
    }
  });

  it.each([
    [0, 'больше нуля'],
    [-2, 'больше нуля'],
    ['1,2345', 'не больше трёх знаков'],
    ['много', 'не больше трёх знаков'],
    [101, 'можно не больше 100 шт'],
    ['2,5', 'можно 2 или 3 шт'],
    [60, 'можно не больше 50 шт'],
  ])('of %s is refused, with what is allowed: %s', async (quantity, allowed) => {
    await start({ moved: 1, ordered: 0 });
    const { runId } = await hub.scan();
    const row = await rowOf(runId, 'MOVE-1');
    const refused = await editLine(hub.services.db, { ...line(row, 'MOVE-1'), quantity, reason: 'проба' });
    expect(refused).toMatchObject({
      outcome: 'skipped',
      status: 'held',
      field: 'quantity',
      reason: expect.stringContaining(allowed),
    });
    expect((await rowOf(runId, 'MOVE-1')).lines[0]?.quantity.toNumber()).toBe(10);
    expect(await acts({ outboxId: row.id })).toMatchObject([{ action: 'edit', outcome: 'skipped' }]);
  });
});

describe('the lines of a grouped document', () => {
  const route = { DOCUMENT_SCOPE: 'route' };

  it('go without the rejected one, once every line is decided', async () => {
    await start({ env: route, moved: 3, ordered: 0 });
    const { runId } = await hub.scan();
    const row = await rowOf(runId, 'MOVE-1');
    const { db } = hub.services;
    expect(await approveLine(db, line(row, 'MOVE-1'))).toMatchObject({ outcome: 'done', status: 'held' });
    expect(await approveLine(db, line(row, 'MOVE-1'))).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringContaining('уже'),
    });
    expect(await rejectLine(db, line(row, 'MOVE-2'))).toMatchObject({ outcome: 'done', status: 'held' });
    expect(await editLine(db, { ...line(row, 'MOVE-2'), quantity: 5, reason: 'поздно' })).toMatchObject({
      outcome: 'skipped',
    });
    expect(await approveLine(db, line(row, 'MOVE-3'))).toMatchObject({ outcome: 'done', status: 'pending' });
    await hub.follow(runId);
    expect(await outside()).toEqual(['MOVE-1 10', 'MOVE-3 10']);
    expect(await approveLine(db, line(row, 'MOVE-3'))).toMatchObject({ outcome: 'skipped', status: 'done' });
    const second = await hub.scan();
    expect(second.counts).toMatchObject({ needs: 1, covered: 2 });
  });

  it('that are all rejected leave a cancelled document', async () => {
    await start({ env: route, moved: 0, ordered: 2 });
    const { runId } = await hub.scan();
    const row = await rowOf(runId, 'ORDER-1');
    await rejectLine(hub.services.db, line(row, 'ORDER-1'));
    expect(await rejectLine(hub.services.db, line(row, 'ORDER-2'))).toMatchObject({ status: 'cancelled' });
    expect(await outside()).toEqual([]);
  });

  it('that are approved go with the next scan, and only the others are planned anew', async () => {
    await start({ env: route, moved: 3, ordered: 0 });
    const first = await hub.scan();
    const row = await rowOf(first.runId, 'MOVE-1');
    await approveLine(hub.services.db, line(row, 'MOVE-1'));
    await editLine(hub.services.db, { ...line(row, 'MOVE-2'), quantity: 6, reason: 'мало места' });
    const dry = await hub.scan({ dryRun: true });
    expect(dry.counts).toMatchObject({ needs: 2, covered: 1 });
    const second = await hub.scan();
    expect(second.counts).toMatchObject({ needs: 2, covered: 1, superseded: 0 });
    await hub.follow(first.runId);
    expect(await outside()).toEqual(['MOVE-1 10']);
    await approveRun(hub.services.db, { runId: second.runId, actor: ANNA });
    await hub.follow(second.runId);
    expect(await outside()).toEqual(['MOVE-1 10', 'MOVE-2 6', 'MOVE-3 10']);
  });

  it('lose their approval when somebody edits them', async () => {
    await start({ env: route, moved: 2, ordered: 0 });
    const { runId } = await hub.scan();
    const row = await rowOf(runId, 'MOVE-1');
    await approveLine(hub.services.db, line(row, 'MOVE-1'));
    await editLine(hub.services.db, { ...line(row, 'MOVE-1'), quantity: 20, reason: 'праздники' });
    expect(await approveLine(hub.services.db, line(row, 'MOVE-2'))).toMatchObject({ status: 'held' });
    expect(await approveLine(hub.services.db, line(row, 'MOVE-1'))).toMatchObject({ status: 'pending' });
    await hub.follow(runId);
    expect(await outside()).toEqual(['MOVE-1 20', 'MOVE-2 10']);
  });
});

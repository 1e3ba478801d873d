import { afterEach, describe, expect, it } from 'vitest';
import { createHands } from '../support/hands.ts';
import { backends, startHub, type TestHub } from '../support/hub.ts';
import { smallDataset } from '../support/small-dataset.ts';

let hub: TestHub | undefined;
afterEach(async () => {
  await hub?.close();
  hub = undefined;
});

/** Article by article, how many the hub's documents still bring. */
async function expected(of: TestHub): Promise<Record<string, number>> {
  const hands = createHands(of);
  const sums: Record<string, number> = {};
  const add = (article: string, quantity: number) => {
    sums[article] = (sums[article] ?? 0) + quantity;
  };
  for (const one of await hands.transfers()) {
    if (!one.DeletionMark) for (const line of one.lines) add(line.article, line.Отменено ? 0 : line.open);
  }
  for (const one of await hands.orders()) {
    const isLiving = one.deleted === undefined && one.state?.name !== 'Отменен';
    if (isLiving) for (const row of one.positions.rows) add(row.assortment.article, row.quantity);
  }
  return sums;
}

const warnings = async (of: TestHub, runId: string) =>
  (await of.services.db.prisma.run.findUniqueOrThrow({ where: { id: runId } })).warnings as string[];

describe('a scan right after people’s acts in both systems, with no reconcile in between,', () => {
  it('orders exactly what is missing', async () => {
    hub = await startHub({ backend: backends()[0]!, dataset: smallDataset({ moved: 4, ordered: 4 }) });
    await hub.scan();
    const full = await expected(hub);
    expect(full).toEqual(Object.fromEntries(Object.keys(full).map((article) => [article, 10])));
    expect(Object.keys(full)).toHaveLength(8);
    const hands = createHands(hub);
    await hands.onTransfer('MOVE-1', 'delete', { erase: true });
    await hands.onTransfer('MOVE-2', 'unpost');
    await hands.editLine('MOVE-3', { quantity: 3 });
    await hands.onOrder('ORDER-1', 'delete');
    await hands.onOrder('ORDER-2', 'cancel');
    await hands.onOrder('ORDER-3', 'edit', { quantities: [25] });

    const { runId } = await hub.scan();
    expect(await expected(hub)).toEqual({ ...full, 'ORDER-3': 25 });
    expect(await warnings(hub, runId)).toEqual([]);
  });
});

describe('an order that was refused and is there all the same', () => {
  const refusedAndMade = async () => {
    hub = await startHub({ backend: backends()[0]!, dataset: smallDataset({ moved: 0, ordered: 1 }) });
    await hub.fault({
      ...{ system: 'moysklad', kind: 'status', status: 412, code: 3000, after: true, times: 1 },
      match: { method: 'POST', path: 'customerorder' },
    });
    expect(await hub.scan()).toMatchObject({ orders: { failed: 1 } });
    return createHands(hub);
  };
  const row = () => hub!.services.db.prisma.outboxRow.findFirstOrThrow({ where: { kind: 'order' } });

  it('is taken for the row’s own by the next scan, which orders nothing in its place', async () => {
    const hands = await refusedAndMade();
    expect((await hub!.scan()).counts).toMatchObject({ documents: 0, superseded: 0, covered: 1 });
    expect(await row()).toMatchObject({ status: 'done', questionCode: null, externalNumber: expect.any(String) });
    expect(await hands.orders()).toHaveLength(1);
  });

  it('and was changed since then is asked about, and covers its need meanwhile', async () => {
    const hands = await refusedAndMade();
    await hands.onOrder('ORDER-1', 'edit', { quantities: [25] });
    expect((await hub!.scan()).counts).toMatchObject({ documents: 0, superseded: 0, covered: 1 });
    expect(await row()).toMatchObject({ status: 'unknown', maybeMade: true, questionCode: 'order-differs' });
    expect(await hands.orders()).toHaveLength(1);
  });
});

describe('a scan while МойСклад is down', () => {
  it('plans all the same, with what the ledger knows, and the run says what it could not compare', async () => {
    hub = await startHub({ backend: backends()[0]!, dataset: smallDataset({ moved: 1, ordered: 1 }) });
    await hub.scan();
    const fault = await hub.fault({ system: 'moysklad', kind: 'down' });
    const { runId } = await hub.scan({ dryRun: true });
    const [warning, ...others] = await warnings(hub, runId);
    expect(warning).toMatch(
      /^Заказы хаба в МойСклад перед расчётом не сверены \(МойСклад.*\): что в них изменили вручную/,
    );
    expect(others).toEqual([]);
    await hub.heal(fault);
    const again = await hub.scan({ dryRun: true });
    expect(await warnings(hub, again.runId)).toEqual([]);
  });
});

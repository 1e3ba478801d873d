import { afterEach, describe, expect, it } from 'vitest';
import type { Dataset, DatasetStock } from '../../sandbox/data/dataset.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import { smallDataset } from '../support/small-dataset.ts';

let hub: TestHub | undefined;
afterEach(async () => {
  await hub?.close();
  hub = undefined;
});

/** One item at the shop, which the first donor has; `change` says what is otherwise there. */
function oneItem(change: { shop?: Partial<DatasetStock>; donor?: Partial<DatasetStock> }): Dataset {
  const world = smallDataset({ moved: 1, ordered: 0 });
  const [shop, donor] = world.stock as [DatasetStock, DatasetStock];
  return {
    ...world,
    stock: [
      { ...shop, ...change.shop },
      { ...donor, ...change.donor },
    ],
  };
}
const start = async (dataset: Dataset, env: Record<string, string> = {}) => {
  hub = await startHub({ backend: 'postgres', dataset, env });
  return hub;
};
const moved = async () => (await hub!.observe.transfers()).flatMap((one) => one.lines.map((line) => line.Количество));
const ordered = async () => (await hub!.observe.orders()).flatMap((one) => one.positions.map((line) => line.quantity));
const runOf = (id: string) => hub!.services.db.prisma.run.findUniqueOrThrow({ where: { id } });

describe('PLAN_POLICY', () => {
  const atItsMinimum = oneItem({ shop: { onHand: 5, minimum: 5, maximum: 10, safety: 2 } });

  it('is fill-to-max unless set: at its minimum a position is left alone', async () => {
    await start(atItsMinimum);
    expect((await hub!.scan()).counts).toMatchObject({ needs: 0, documents: 0 });
  });

  it("ut-11.5 moves what UT's formula gives of 1C's own limits, once", async () => {
    await start(atItsMinimum, { PLAN_POLICY: 'ut-11.5' });
    const first = await hub!.scan();
    expect(first).toMatchObject({ status: 'completed', transfers: { done: 1 } });
    expect(await moved()).toEqual([8]);
    const [line] = await hub!.services.db.prisma.runLine.findMany({ where: { runId: first.runId } });
    expect(line!.why).toMatchObject({ policy: 'ut-11.5', formula: { safety: 2000 }, missing: 8000 });
    expect((await hub!.scan()).counts).toMatchObject({ needs: 0, covered: 1, documents: 0 });
    expect(await moved()).toEqual([8]);
  });
});

describe('MINIMUM_ORDERS', () => {
  it('raises an order to what the supplier takes, of that article alone, and the explanation says so', async () => {
    await start(smallDataset({ moved: 0, ordered: 2 }), { MINIMUM_ORDERS: 'ORDER-1=24' });
    const { runId } = await hub!.scan();
    expect((await ordered()).sort()).toEqual([10, 24]);
    const raised = await hub!.services.db.prisma.runLine.findFirstOrThrow({ where: { runId, article: 'ORDER-1' } });
    expect(raised.why).toMatchObject({ minimumOrder: { size: 24_000, effect: 'raised' } });
    expect((await hub!.scan()).counts).toMatchObject({ documents: 0 });
  });
});

describe('DONOR_WHOLE_ONLY', () => {
  const nine = oneItem({ donor: { onHand: 9 } });

  it('left out, lets a donor give a part', async () => {
    await start(nine);
    await hub!.scan();
    expect([await moved(), await ordered()]).toEqual([[9], [1]]);
  });

  it('orders all outside where the donor named cannot give all', async () => {
    await start(nine, { DONOR_WHOLE_ONLY: 'бестужевых' });
    await hub!.scan();
    expect([await moved(), await ordered()]).toEqual([[], [10]]);
  });
});

describe('limits that the hub cannot work out', () => {
  const byNorm = { method: 'ПоддержаниеЗапасаНаСрокПоНорме', minimum: 1, maximum: 2 };

  it('keep what a donor has, and the run says so in Russian with the count', async () => {
    await start(oneItem({ donor: byNorm }));
    const { runId } = await hub!.scan();
    expect([await moved(), await ordered()]).toEqual([[], [10]]);
    expect((await runOf(runId)).warnings).toEqual([
      'Лимитов, рассчитываемых по норме потребления: 1. Минимум по ним 1С считает сама, хаб его не знает: такие позиции не пополняются, а со склада-донора не берутся.',
    ]);
  });

  it('of a recipient order nothing, with the same warning', async () => {
    const world = smallDataset({ moved: 1, ordered: 1 });
    const stock = world.stock.map((row, at) => (at === 0 ? { ...row, ...byNorm } : row));
    await start({ ...world, stock });
    const { runId } = await hub!.scan();
    expect([await moved(), await ordered()]).toEqual([[], [10]]);
    expect((await runOf(runId)).warnings).toEqual([expect.stringMatching(/^Лимитов, рассчитываемых по норме .*: 1\./)]);
  });

  it('are no matter in a run that could go by all', async () => {
    await start(oneItem({}));
    const { runId } = await hub!.scan();
    expect((await runOf(runId)).warnings).toEqual([]);
  });
});

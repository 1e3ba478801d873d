import got from 'got';
import { afterEach, describe, expect, it } from 'vitest';
import { planDigest } from '../../src/jobs/run-scan/plan-digest.ts';
import { canonicalJson } from '../../src/shared/planning/canonical.ts';
import { compareRuns, findComparedRun, findRunBefore } from '../../src/shared/runs/compare-runs.ts';
import { readStoredLines } from '../../src/shared/runs/stored-lines.ts';
import { backends, startHub, type TestHub } from '../support/hub.ts';
import { smallDataset, withBadMatches } from '../support/small-dataset.ts';

let hub: TestHub | undefined;
afterEach(async () => {
  await hub?.close();
  hub = undefined;
});

/** Everything that a run wrote about its plan, without its own ids. */
async function planOf(of: TestHub, runId: string): Promise<string> {
  const lines = await of.services.db.prisma.runLine.findMany({ where: { runId } });
  const told = lines.map(({ id: _, runId: __, ...rest }) => canonicalJson(JSON.parse(JSON.stringify(rest))));
  return told.sort().join('\n');
}

const runOf = async (of: TestHub, runId: string) => (await findComparedRun(of.services.db, runId))!;

describe.each(backends())('a dry run, with jobs in %s,', (backend) => {
  it('plans byte for byte what the real run on the same state plans', async () => {
    hub = await startHub({ backend });
    const [dry, again] = [await hub.scan({ dryRun: true }), await hub.scan({ dryRun: true })];
    const real = await hub.scan();
    expect(real).toMatchObject({ status: 'completed', transfers: { done: 6 }, orders: { done: 4 } });
    expect(await planOf(hub, again.runId)).toBe(await planOf(hub, dry.runId));
    expect(await planOf(hub, real.runId)).toBe(await planOf(hub, dry.runId));
    const [first, third] = [await runOf(hub, dry.runId), await runOf(hub, real.runId)];
    expect(first.planDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(third.planDigest).toBe(first.planDigest);
    // The digest is of the plan that was stored, and of nothing else.
    expect(planDigest({ lines: await readStoredLines(hub.services.db, real.runId) })).not.toBe(first.planDigest);
    const lines = (await readStoredLines(hub.services.db, real.runId)).map(({ names: _, ...line }) => line);
    expect(planDigest({ lines })).toBe(first.planDigest);
  });

  it('sees what a real run would replace: refused documents are planned again', async () => {
    hub = await startHub({ backend, dataset: withBadMatches(smallDataset()) });
    await hub.scan();
    const dry = await hub.scan({ dryRun: true });
    expect(dry.counts).toMatchObject({ needs: 2, covered: 8 });
    // Nothing of it is written: the refused documents stay as they are.
    expect(await hub.services.db.prisma.outboxRow.count({ where: { status: 'failed' } })).toBe(2);
    const real = await hub.scan();
    expect(await planOf(hub, real.runId)).toBe(await planOf(hub, dry.runId));
    expect((await runOf(hub, real.runId)).planDigest).toBe((await runOf(hub, dry.runId)).planDigest);
  });

  it('shows against the run before what has changed in 1C, and why', async () => {
    hub = await startHub({ backend });
    const { dataset, controlUrl } = hub.sandbox;
    const shop = dataset.warehouses[0]!;
    const item = (article: string) => dataset.items.find((one) => one.article === article)!;
    const first = await hub.scan({ dryRun: true });
    const move = async (warehouseKey: string, article: string, quantity: number) =>
      got.post(`${controlUrl}/1c/stock`, { json: { warehouseKey, itemKey: item(article).key, quantity } });
    await move(shop.key, 'MOVE-1', 3);
    await move(shop.key, 'MOVE-2', 7);
    await move(dataset.warehouses[2]!.key, 'ORDER-1', 6);
    const second = await hub.scan({ dryRun: true });
    const run = await runOf(hub, second.runId);
    const before = await findRunBefore(hub.services.db, run);
    expect(before?.id).toBe(first.runId);
    const { difference } = await compareRuns(hub.services.db, run, before);
    expect(difference.added).toEqual([]);
    expect(difference.gone.map((line) => line.names.article)).toEqual(['MOVE-2']);
    expect(difference.changed.map(({ after, because }) => [after.names.article, because])).toEqual([
      ['MOVE-1', [{ input: 'free', before: 0, after: 3_000 }]],
      [
        'ORDER-1',
        [
          {
            input: 'donor',
            donorKey: dataset.warehouses[2]!.key,
            donorName: 'Контейнер',
            before: 0,
            after: 6_000,
          },
        ],
      ],
    ]);
    expect(difference.same).toBe(7);
  });

  it('for one warehouse is compared with the last one for that warehouse, by whatever name it was asked for', async () => {
    hub = await startHub({ backend });
    const shop = hub.sandbox.dataset.warehouses[0]!;
    const single = await hub.scan({ dryRun: true, warehouse: ' магазин ленина ' });
    await hub.scan({ dryRun: true });
    const byKey = await hub.scan({ dryRun: true, warehouse: shop.key.toUpperCase() });
    const run = await runOf(hub, byKey.runId);
    expect(run.scope).toBe(shop.key);
    expect((await findRunBefore(hub.services.db, run))?.id).toBe(single.runId);
  });
});

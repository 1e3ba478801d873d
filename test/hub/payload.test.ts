import { afterEach, describe, expect, it } from 'vitest';
import { type HubOptions, startHub, type TestHub } from '../support/hub.ts';
import { smallDataset } from '../support/small-dataset.ts';

let hub: TestHub;
afterEach(async () => {
  await hub.close();
});

interface Payload {
  exchanges: {
    path: string;
    sent: Record<string, unknown> | null;
    status: number;
    answer: Record<string, unknown> | null;
  }[];
}
const start = async (options: Partial<HubOptions> = {}) => {
  const dataset = smallDataset({ moved: 1, ordered: 1 });
  hub = await startHub({ backend: 'postgres', dataset, ...options });
};
const entries = async (step: string) => {
  const { prisma } = hub.services.db;
  const rows = await prisma.integrationLog.findMany({ where: { step }, orderBy: { id: 'asc' } });
  return rows.map(({ payload, ...row }) => ({
    ...row,
    exchanges: (payload as unknown as Payload | null)?.exchanges ?? [],
  }));
};

describe('the journal', () => {
  it('keeps what was sent to make a document, and what was answered, without credentials', async () => {
    await start();
    await hub.scan();
    const [transfer] = await entries('create-transfer');
    const [made, posted] = transfer!.exchanges;
    const row = await hub.services.db.prisma.outboxRow.findFirstOrThrow({ where: { kind: 'transfer' } });
    expect(made).toMatchObject({ sent: { Ref_Key: row.documentKey }, answer: { Ref_Key: row.documentKey } });
    expect(posted).toMatchObject({ path: expect.stringContaining('/Post'), status: 200 });
    const [order] = await entries('create-order');
    expect(order!.exchanges).toMatchObject([
      {
        path: '/entity/customerorder',
        sent: { positions: [{ quantity: 10 }] },
        status: 200,
        answer: { id: expect.any(String) },
      },
    ]);
    const text = JSON.stringify([transfer!.exchanges, order!.exchanges]);
    expect(text).not.toMatch(/authorization|bearer/i);
    expect(text).not.toContain(hub.sandbox.moyskladToken);
  });

  it('keeps it of a refusal too', async () => {
    await start();
    const match = { method: 'POST', path: 'customerorder' };
    await hub.fault({ system: 'moysklad', kind: 'status', status: 412, code: 3000, match, times: 1 });
    await hub.scan();
    const [refusal] = await entries('create-order');
    expect(refusal).toMatchObject({ status: 'refused' });
    expect(refusal!.exchanges).toMatchObject([{ status: 412, answer: { errors: [{ code: 3000 }] } }]);
  });

  it('keeps of orders that travel together to each its own', async () => {
    const [moved, ordered] = [0, 12];
    await start({ dataset: smallDataset({ moved, ordered }), env: { WORKER_CONCURRENCY: '1' } });
    await hub.gather('moysklad-order', ordered);
    await hub.scan();
    const keys = await hub.services.db.prisma.outboxRow.findMany({ where: { kind: 'order' } });
    const keyOf = new Map(keys.map(({ id, documentKey }) => [id, documentKey]));
    const told = await entries('create-order');
    expect(told).toHaveLength(ordered);
    for (const { outboxId, exchanges } of told) {
      expect(exchanges).toMatchObject([
        { sent: { syncId: keyOf.get(outboxId!) }, answer: { syncId: keyOf.get(outboxId!) } },
      ]);
    }
  });

  it('warns of an order that МойСклад made for another sum', async () => {
    await start({ sandbox: { moysklad: { minPriceKopecks: 9_999_900 } } });
    await hub.scan();
    expect(await entries('create-order')).toMatchObject([{ level: 'warning', status: 'ok' }]);
  });
});

import got from 'got';
import { expect, it } from 'vitest';
import type { Dataset, DatasetItem } from '../../sandbox/data/dataset.ts';
import { ean13 } from '../../sandbox/data/ean13.ts';
import { refreshAllLinks } from '../../src/jobs/refresh-links/pass.ts';
import { approveRow, retryRow } from '../../src/shared/outbox/operations.ts';
import { closeAfterEach } from '../support/closing.ts';
import { type HubOptions, startHub, type TestHub, until } from '../support/hub.ts';
import { type SmallDatasetOptions, smallDataset } from '../support/small-dataset.ts';

const BARCODES = 'InformationRegister_ШтрихкодыНоменклатуры';
/** Before all of the sandbox's in the register's order. */
const ANOTHER = '1000000000016';
const BOX = 'cccccccc-0000-4000-8000-000000000001';

const closing = closeAfterEach();

async function start(dataset: Dataset, more: Partial<HubOptions> = {}): Promise<TestHub> {
  const env = { MOYSKLAD_MATCH_BY: 'barcode', ...more.env };
  const hub = await startHub({ backend: 'postgres', dataset, ...more, env });
  closing(hub.close);
  return hub;
}

/** Goods without a single article. */
function withoutArticles(options: SmallDatasetOptions, change: Record<string, Partial<DatasetItem>> = {}): Dataset {
  const dataset = smallDataset(options);
  for (const item of dataset.items) Object.assign(item, change[item.article], { article: '' });
  return dataset;
}
const named = ({ items }: Dataset, article: string) => items.find(({ name }) => name === `Товар ${article}`)!;

/** 1C and МойСклад anew, as the dataset is now. */
const reset = (hub: TestHub) => got.post(`${hub.sandbox.controlUrl}/reset`);
interface Order {
  positions: { rows: { quantity: number; assortment: { name: string } }[] };
}
const ordered = async (hub: TestHub) =>
  (await got(`${hub.sandbox.controlUrl}/moysklad/orders`).json<Order[]>())
    .flatMap(({ positions }) => positions.rows.map((one) => `${one.assortment.name} ${one.quantity}`))
    .sort();
const orderRow = (hub: TestHub) => hub.services.db.prisma.outboxRow.findFirstOrThrow({ where: { kind: 'order' } });
const untilDone = (hub: TestHub) => until('the order is made', async () => (await orderRow(hub)).status === 'done');

it('a scan orders each item as what carries any of its barcodes, and names the item that has none', async () => {
  const dataset = withoutArticles(
    { moved: 1, ordered: 4 },
    { 'ORDER-2': { barcodes: [] }, 'ORDER-4': { pack: { key: BOX, name: 'кор (5 шт)', size: 5 } } },
  );
  const [first, , third, fourth] = [1, 2, 3, 4].map((n) => named(dataset, `ORDER-${n}`));
  first!.barcodes = [ANOTHER, ean13(first!.key)];
  const hub = await start(dataset);
  expect(await hub.scan()).toMatchObject({
    status: 'completed',
    transfers: { done: 1 },
    orders: { done: 3, failed: 1 },
    failures: [{ code: 'moysklad-item-no-article', count: 1, message: expect.stringContaining('«Товар ORDER-2»') }],
  });
  expect(await ordered(hub)).toEqual([1, 3, 4].map((n) => `Товар ORDER-${n} 10`));

  expect(await refreshAllLinks(hub.services)).toEqual({ items: 5, problems: { 'no-value': 1 } });
  const links = await hub.services.db.prisma.itemLink.findMany();
  const values = Object.fromEntries(links.map(({ itemKey, matchValue }) => [itemKey, matchValue]));
  expect(values[first!.key]?.split(', ').sort()).toEqual([ANOTHER, ean13(first!.key)].sort());
  expect(values[third!.key]).toBe(ean13(third!.key));
  // Not the box's, which 1C keeps in the same register.
  expect(values[fourth!.key]).toBe(ean13(fourth!.key));
});

it('orders that travel together are found by barcode too', async () => {
  const count = 12;
  const dataset = withoutArticles({ moved: 0, ordered: count });
  const hub = await start(dataset, { env: { WORKER_CONCURRENCY: '1' } });
  await hub.gather('moysklad-order', count);
  hub.sandbox.faults.add({
    ...{ id: 'count', system: 'moysklad', kind: 'latency', ms: 0 },
    match: { method: 'POST', path: '/entity/customerorder' },
  });
  expect(await hub.scan()).toMatchObject({ status: 'completed', orders: { done: count } });
  expect(await ordered(hub)).toEqual(dataset.items.map(({ name }) => `${name} 10`).sort());
  expect(hub.sandbox.faults.get('count')?.fired).toBe(1);
});

it('a barcode that 1C got later serves an order planned before, after any scan has read it', async () => {
  const dataset = withoutArticles({ moved: 0, ordered: 1 }, { 'ORDER-1': { barcodes: [] } });
  const hub = await start(dataset);
  expect((await hub.scan()).orders).toEqual({ failed: 1 });
  delete dataset.items[0]!.barcodes;
  await reset(hub);
  expect((await hub.scan({ dryRun: true })).status).toBe('completed');
  await retryRow(hub.services.db, { outboxId: (await orderRow(hub)).id, actor: 'Анна' });
  await untilDone(hub);
  expect(await ordered(hub)).toEqual(['Товар ORDER-1 10']);
});

it('an order that waits keeps its barcodes though 1C keeps no limit for its item any more', async () => {
  const dataset = withoutArticles({ moved: 2, ordered: 1 });
  const hub = await start(dataset, { env: { APPROVAL: 'manual', SNAPSHOT_MIN_SHARE: '0' } });
  await hub.scan();
  const gone = ['MOVE-1', 'ORDER-1'].map((article) => named(dataset, article).key);
  for (const row of dataset.stock.filter(({ itemKey }) => gone.includes(itemKey))) row.minimum = null;
  await reset(hub);
  expect((await hub.scan({ dryRun: true })).status).toBe('completed');
  const known = await hub.services.db.prisma.knownItem.findMany({ orderBy: { name: 'asc' } });
  expect(known.map(({ name }) => name)).toEqual(['Товар MOVE-2', 'Товар ORDER-1']);
  await approveRow(hub.services.db, { outboxId: (await orderRow(hub)).id, actor: 'Анна' });
  await untilDone(hub);
});

it('a scan waits and says what is not published', async () => {
  const hub = await start(smallDataset(), { sandbox: { onec: { unpublished: [BARCODES] } } });
  const runId = await hub.request();
  const error = await until('the run says what it waits for', async () => {
    const run = await hub.services.db.prisma.run.findUniqueOrThrow({ where: { id: runId } });
    return run.errorMessage;
  });
  expect(error).toContain(BARCODES);
  expect(error).toContain('«Регистры сведений → Штрихкоды номенклатуры»');
});

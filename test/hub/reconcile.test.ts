import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcileSystem } from '../../src/jobs/reconcile/pass.ts';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { createHands } from '../support/hands.ts';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { smallDataset } from '../support/small-dataset.ts';

const DAY = 24 * 60 * 60 * 1000;
type Hands = ReturnType<typeof createHands>;

interface Scenario {
  what: string;
  /** What people do after the first scan; every need was for 10 (minimum 5, maximum 10, nothing there). */
  act(hands: Hands, article: string): Promise<unknown>;
  /** After the reconcile that saw it, and three days later. */
  later?(hands: Hands, article: string): Promise<unknown>;
  /** What the next scan orders; NULL: nothing. */
  again: number | null;
  /** Reason of the line's closing; NULL: still open. */
  closed: string | null;
  question?: string;
}

const transfers: Scenario[] = [
  { what: 'left alone', act: async () => undefined, again: null, closed: null },
  {
    what: 'marked for deletion by hand',
    act: (hands, article) => hands.onTransfer(article, 'delete'),
    again: 10,
    closed: 'deleted',
  },
  {
    what: 'erased',
    act: (hands, article) => hands.onTransfer(article, 'delete', { erase: true }),
    again: 10,
    closed: 'deleted',
  },
  {
    what: 'unposted by hand',
    act: (hands, article) => hands.onTransfer(article, 'unpost'),
    again: null,
    closed: null,
    question: 'transfer-unposted',
  },
  {
    what: 'unposted, and posted again after that was seen',
    act: (hands, article) => hands.onTransfer(article, 'unpost'),
    later: (hands, article) => hands.onTransfer(article, 'post'),
    again: null,
    closed: null,
  },
  {
    what: 'marked for deletion, and brought back after that was seen',
    act: (hands, article) => hands.onTransfer(article, 'delete'),
    async later(hands, article) {
      await hands.onTransfer(article, 'unmark');
      await hands.onTransfer(article, 'post');
    },
    again: null,
    closed: null,
  },
  {
    what: 'brought back as a draft',
    act: (hands, article) => hands.onTransfer(article, 'delete'),
    later: (hands, article) => hands.onTransfer(article, 'unmark'),
    again: null,
    closed: null,
    question: 'transfer-unposted',
  },
  {
    what: 'edited below the minimum',
    act: (hands, article) => hands.editLine(article, { quantity: 4 }),
    again: 6,
    closed: null,
  },
  {
    what: 'edited, but not below the minimum',
    act: (hands, article) => hands.editLine(article, { quantity: 7 }),
    again: null,
    closed: null,
  },
  {
    what: 'its line cancelled',
    act: (hands, article) => hands.editLine(article, { cancelled: true }),
    again: 10,
    closed: 'cancelled',
  },
  {
    what: 'half arrived',
    act: (hands, article) => hands.onTransfer(article, 'receive', { factor: 0.5 }),
    again: null,
    closed: null,
  },
  {
    what: 'arrived in full, six sold since',
    async act(hands, article) {
      await hands.onTransfer(article, 'receive');
      await hands.stock(article, -6);
    },
    again: 6,
    closed: 'received',
  },
  {
    what: 'half as much again arrived, twelve sold since',
    async act(hands, article) {
      await hands.onTransfer(article, 'receive', { factor: 1.5 });
      await hands.stock(article, -12);
    },
    again: 7,
    closed: 'received',
  },
  {
    what: 'put off to next year',
    act: (hands, article) => hands.onTransfer(article, 'edit', { arrival: '2099-01-01T00:00:00' }),
    again: null,
    closed: null,
  },
];

const orders: Scenario[] = [
  { what: 'left alone', act: async () => undefined, again: null, closed: null },
  { what: 'deleted', act: (hands, article) => hands.onOrder(article, 'delete'), again: 10, closed: 'deleted' },
  {
    what: 'put in the basket',
    act: (hands, article) => hands.onOrder(article, 'delete', { basket: true }),
    again: 10,
    closed: 'deleted',
  },
  {
    what: 'put in the basket, and taken out after that was seen',
    act: (hands, article) => hands.onOrder(article, 'delete', { basket: true }),
    later: (hands, article) => hands.onOrder(article, 'restore'),
    again: null,
    closed: null,
  },
  { what: 'cancelled', act: (hands, article) => hands.onOrder(article, 'cancel'), again: 10, closed: 'cancelled' },
  {
    what: 'in another unsuccessful state',
    act: (hands, article) => hands.onOrder(article, 'cancel', { state: 'Возврат' }),
    again: 10,
    closed: 'cancelled',
  },
  {
    what: 'in a state that is not unsuccessful',
    act: (hands, article) => hands.onOrder(article, 'cancel', { state: 'Собран' }),
    again: null,
    closed: null,
  },
  {
    what: 'edited below the minimum',
    act: (hands, article) => hands.onOrder(article, 'edit', { quantities: [2] }),
    again: 8,
    closed: null,
  },
  {
    what: 'unposted',
    act: (hands, article) => hands.onOrder(article, 'edit', { applicable: false }),
    again: null,
    closed: null,
    question: 'order-unposted',
  },
  {
    what: 'shipped a moment ago',
    act: async () => undefined,
    later: (hands, article) => hands.onOrder(article, 'ship'),
    again: null,
    closed: null,
  },
  {
    what: 'shipped three days ago, never arrived',
    act: (hands, article) => hands.onOrder(article, 'ship'),
    again: 10,
    closed: 'shipped',
  },
  {
    what: 'shipped three days ago, and arrived',
    async act(hands, article) {
      await hands.onOrder(article, 'ship');
      await hands.stock(article, 10);
    },
    again: null,
    closed: 'shipped',
  },
  {
    what: 'six of ten shipped three days ago, arrived and sold',
    async act(hands, article) {
      await hands.onOrder(article, 'ship', { factor: 0.6 });
    },
    again: 6,
    closed: null,
  },
  {
    what: 'twelve of ten shipped three days ago, eight sold since they came',
    async act(hands, article) {
      await hands.onOrder(article, 'ship', { factor: 1.2 });
      await hands.stock(article, 4);
    },
    again: 6,
    closed: 'shipped',
  },
];

const named = (kind: string, scenarios: Scenario[]) =>
  scenarios.map((scenario, index) => ({ ...scenario, article: `${kind}-${index + 1}` }));
const table = [...named('MOVE', transfers), ...named('ORDER', orders)];

describe.each(backends())(
  'after a reconcile, with jobs in %s, the next scan orders exactly what is missing',
  (backend) => {
    let hub: TestHub;
    const before = new Map<string, number[]>();
    const after = new Map<string, number[]>();
    let findingsOfThird = 0;

    beforeAll(async () => {
      let aheadMs = 0;
      const clock = { ...systemClock, now: () => new Date(Date.now() + aheadMs) };
      hub = await startHub({
        backend,
        clock,
        dataset: smallDataset({ moved: transfers.length, ordered: orders.length }),
        sandbox: { moysklad: { basket: 1000 } },
      });
      const hands = createHands(hub);
      expect(await hub.scan()).toMatchObject({ failures: [], counts: { documents: table.length } });
      for (const { act, article } of table) await act(hands, article);
      await byJobs(hub);
      for (const { later, article } of table) await later?.(hands, article);
      aheadMs = 3 * DAY;
      for (const system of ['1c', 'moysklad'] as const) {
        await reconcileSystem({ ...hub.services, clock }, system);
        findingsOfThird += (await reconcileSystem({ ...hub.services, clock }, system))!.findings.length;
      }
      for (const { article } of table) before.set(article, await hands.made(article));
      expect(await hub.scan()).toMatchObject({ failures: [] });
      for (const { article } of table) after.set(article, await hands.made(article));
    }, 120_000);
    afterAll(() => hub?.close());

    it.each(table)('when the document of $article was $what', async ({ article, again, closed, question }) => {
      const [was, is] = [before.get(article)!, after.get(article)!];
      expect(is).toHaveLength(was.length + (again === null ? 0 : 1));
      if (again !== null) expect(sum(is) - sum(was)).toBe(again);
      const [first] = await hub.services.db.prisma.outboxLine.findMany({
        where: { article },
        orderBy: { id: 'asc' },
        include: { outbox: true },
      });
      expect(first).toMatchObject({ closedReason: closed, outbox: { status: 'done', questionCode: question ?? null } });
      expect(first!.closedAt === null).toBe(closed === null);
    });

    it('finds nothing more when it runs again', () => {
      expect(findingsOfThird).toBe(0);
    });

    it('tells every change in the journal, under its document', async () => {
      const entries = await hub.services.db.prisma.integrationLog.findMany({
        where: { step: 'reconcile', outboxId: { not: null } },
      });
      const changed = await hub.services.db.prisma.outboxLine.findMany({ where: { closedReason: { not: null } } });
      for (const line of changed) {
        expect(entries.some((entry) => (entry.details as { line_id?: string }).line_id === line.id)).toBe(true);
      }
      const over = entries.filter((entry) => entry.message.includes('больше заказанного'));
      expect(over.map((entry) => entry.message).join('\n')).toMatch(/MOVE-13.*на 5 шт.*ORDER-14.*на 2 шт/s);
    });
  },
);

/** A pass over both systems, by their jobs. */
async function byJobs(hub: TestHub): Promise<void> {
  const queue = hub.services.store.queue('maintenance');
  for (const system of ['1c', 'moysklad']) {
    const job = await queue.add('reconcile.v1', { system });
    await until(`the reconcile of ${system}`, () => job.isCompleted());
  }
}

const sum = (quantities: number[]) => quantities.reduce((total, each) => total + each, 0);

import type { Dataset } from '../../sandbox/data/dataset.ts';
import { reconcileSystem } from '../../src/jobs/reconcile/pass.ts';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { createHands, type HeldOrder, type HeldTransfer } from '../support/hands.ts';
import { type Backend, startHub } from '../support/hub.ts';
import { smallDataset } from '../support/small-dataset.ts';

export const MINIMUM = 5;
export const TARGET = 10;
const PACK = { key: '55555555-5555-4555-8555-555555555555', name: 'упак (4 шт)', size: 4 };
const DAY = 24 * 60 * 60 * 1000;
/** Nobody keeps goods on their way for longer. */
const TRANSIT_DAYS = 3;

/** By the piece and in packs of four. Of MOVE-2 the donor has too little, so it is moved and ordered. */
export const ARTICLES = ['MOVE-1', 'MOVE-2', 'ORDER-1', 'ORDER-2'] as const;
export const MOVED = ['MOVE-1', 'MOVE-2'] as const;
export const ORDERED = ['MOVE-2', 'ORDER-1', 'ORDER-2'] as const;
export type Article = (typeof ARTICLES)[number];
export const packOf = (article: Article) => (Number(article.at(-1)) % 2 === 0 ? PACK.size : 1);

export function historyDataset(): Dataset {
  const plain = smallDataset({ moved: 2, ordered: 2 });
  const items = plain.items.map((item) => ({ ...item, pack: packOf(item.article as Article) === 1 ? null : PACK }));
  const scarce = new Set(items.filter(({ article }) => /MOVE-[34]/.test(article)).map(({ key }) => key));
  const stock = plain.stock.map((row) =>
    row.minimum === null && scarce.has(row.itemKey) ? { ...row, onHand: 6 } : row,
  );
  return { ...plain, items, stock };
}

/** What happens between two scans, each to the `nth` document (from the latest) of an article, where there is one. */
export type Step =
  | { do: 'scan' | 'two scans at once' | 'reconcile' | 'goods arrive' }
  | { do: 'days pass'; days: number }
  | { do: 'sell'; article: Article; quantity: number }
  | ByHand;
export interface ByHand {
  do: TransferAct | OrderAct;
  article: Article;
  nth: number;
  amount: number;
}

export const transferActs = [
  'receive',
  'mark',
  'erase',
  'bring back',
  'unpost',
  'post',
  'edit',
  'cancel line',
] as const;
export const orderActs = ['ship', 'cancel order', 'trash', 'delete', 'restore', 'edit order'] as const;
type TransferAct = (typeof transferActs)[number];
type OrderAct = (typeof orderActs)[number];

/** A hub, its sandbox, and an oracle that counts what the sandbox holds and knows nothing of the hub. */
export async function startHistory(backend: Backend) {
  let aheadMs = 0;
  const clock = { ...systemClock, now: () => new Date(Date.now() + aheadMs) };
  const hub = await startHub({ backend, dataset: historyDataset(), sandbox: { moysklad: { basket: 1000 } }, clock });
  const hands = createHands(hub);
  /** Goods of МойСклад's orders that have come to the shop, by order. */
  const arrived = new Map<string, number>();

  async function reconcile(): Promise<void> {
    for (const system of ['1c', 'moysklad'] as const) await reconcileSystem({ ...hub.services, clock }, system);
  }

  /** Free stock and what living documents still bring, by article. */
  async function projected(): Promise<Map<Article, number>> {
    const [free, transfers, orders] = [await hands.free(), await hands.transfers(), await hands.orders()];
    return new Map(
      ARTICLES.map((article) => {
        const coming = transfers.filter((one) => !one.DeletionMark).flatMap((one) => one.lines);
        const moving = coming.filter((line) => line.article === article && !line.Отменено).map((line) => line.open);
        const ordered = orders.filter(isLiving).flatMap((order) => {
          const [row] = order.positions.rows;
          if (row?.assortment.article !== article) return [];
          return [Math.max(0, row.quantity - (arrived.get(order.id) ?? 0))];
        });
        return [article, round([...moving, ...ordered].reduce((sum, each) => sum + each, free.get(article) ?? 0))];
      }),
    );
  }

  async function goodsArrive(): Promise<void> {
    for (const order of (await hands.orders()).filter(isLiving)) {
      const [row] = order.positions.rows;
      const due = round((row?.shipped ?? 0) - (arrived.get(order.id) ?? 0));
      if (row === undefined || due <= 0) continue;
      await hands.stock(row.assortment.article, due);
      arrived.set(order.id, row.shipped);
    }
  }

  async function scan(times: number) {
    const before = await projected();
    const runs = await Promise.all(Array.from({ length: times }, () => hub.request()));
    const ends = await Promise.all(runs.map((runId) => hub.follow(runId)));
    return { before, after: await projected(), failures: ends.flatMap((end) => end.failures) };
  }

  const nthOf = <T>(found: T[], nth: number) => found.at(-1 - (nth % Math.max(1, found.length)));

  async function onTransfer(act: TransferAct, article: Article, nth: number, amount: number): Promise<void> {
    const all = (await hands.transfers()).filter((one) => one.lines.some((line) => line.article === article));
    const found = nthOf(all, nth);
    if (found !== undefined) await hands.act(...transferCall(act, found, amount));
  }

  async function onOrder(act: OrderAct, article: Article, nth: number, amount: number): Promise<void> {
    const all = (await hands.orders()).filter((one) => one.positions.rows[0]?.assortment.article === article);
    const found = nthOf(all, nth);
    if (found !== undefined) await hands.act(...orderCall(act, found, amount));
  }

  return {
    reconcile,
    goodsArrive,
    projected,
    scan,
    close: () => hub.close(),
    async daysPass(days: number) {
      await goodsArrive();
      aheadMs += days * DAY;
    },
    async settle() {
      await goodsArrive();
      // Seen shipped first; after its time it counts as arrived.
      await reconcile();
      aheadMs += TRANSIT_DAYS * DAY;
      await reconcile();
    },
    async sell(article: Article, quantity: number) {
      const sold = Math.min(quantity, Math.max(0, (await hands.free()).get(article) ?? 0));
      if (sold > 0) await hands.stock(article, -sold);
    },
    async byHand({ do: act, article, nth, amount }: ByHand) {
      if (isOrderAct(act)) await onOrder(act, article, nth, amount);
      else await onTransfer(act, article, nth, amount);
    },
  };
}
export type HistoryWorld = Awaited<ReturnType<typeof startHistory>>;

const isOrderAct = (act: TransferAct | OrderAct): act is OrderAct => (orderActs as readonly string[]).includes(act);
const isLiving = (order: HeldOrder) => order.deleted === undefined && order.state?.name !== 'Отменен';
const round = (quantity: number) => Math.round(quantity * 1000) / 1000;

/** `amount` 0–15: a quantity, or in tenths a share of what is open. */
function transferCall(
  act: TransferAct,
  { Ref_Key: transferKey, lines }: HeldTransfer,
  amount: number,
): [string, object] {
  const code = lines[0]!.КодСтроки;
  switch (act) {
    case 'receive':
      return ['1c/receive', { transferKey, factor: Math.max(1, amount) / 10 }];
    case 'mark':
    case 'erase':
      return ['1c/delete', { transferKey, erase: act === 'erase' }];
    case 'bring back':
      return ['1c/unmark', { transferKey }];
    case 'unpost':
    case 'post':
      return [`1c/${act}`, { transferKey }];
    case 'edit':
      return ['1c/edit', { transferKey, lines: [{ code, quantity: amount }] }];
    case 'cancel line':
      return ['1c/edit', { transferKey, lines: [{ code, cancelled: amount % 2 === 0 }] }];
  }
}

function orderCall(act: OrderAct, { id: orderId }: HeldOrder, amount: number): [string, object] {
  switch (act) {
    case 'ship':
      return ['moysklad/ship', { orderId, factor: Math.max(1, amount) / 10 }];
    case 'cancel order':
      return ['moysklad/cancel', { orderId }];
    case 'trash':
    case 'delete':
      return ['moysklad/delete', { orderId, basket: act === 'trash' }];
    case 'restore':
      return ['moysklad/restore', { orderId }];
    case 'edit order':
      return ['moysklad/edit', { orderId, quantities: [amount] }];
  }
}

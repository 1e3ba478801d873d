import got from 'got';
import type { TestHub } from './hub.ts';

export interface HeldTransfer {
  Ref_Key: string;
  Number: string;
  Posted: boolean;
  DeletionMark: boolean;
  Комментарий: string;
  recipient: string;
  lines: {
    КодСтроки: number;
    article: string;
    Количество: number;
    Отменено: boolean;
    open: number;
    received: number;
  }[];
}

export interface HeldOrder {
  id: string;
  name: string;
  externalCode: string;
  deleted?: string;
  state?: { name?: string };
  positions: { rows: { quantity: number; shipped: number; assortment: { article: string } }[] };
}

/** What people do in 1C and in МойСклад: the sandbox's control port, by article instead of by key. */
export function createHands({ sandbox }: Pick<TestHub, 'sandbox'>) {
  const read = <T>(path: string) => got(`${sandbox.controlUrl}/${path}`).json<T>();
  const act = (path: string, json: object) => got.post(`${sandbox.controlUrl}/${path}`, { json, retry: { limit: 0 } });
  const transfers = async () => (await read<HeldTransfer[]>('1c/transfers')).filter(isOurs);
  const orders = async () => (await read<HeldOrder[]>('moysklad/orders')).filter(isOurs);
  /** The latest document with this article. */
  const transferOf = async (article: string) => {
    const found = (await transfers()).findLast((one) => one.lines.some((line) => line.article === article));
    if (found === undefined) throw new Error(`No transfer order of ${article}`);
    return found;
  };
  const orderOf = async (article: string) => {
    const has = (one: HeldOrder) => one.positions.rows.some((row) => row.assortment.article === article);
    const found = (await orders()).findLast(has);
    if (found === undefined) throw new Error(`No customer order of ${article}`);
    return found;
  };
  const warehouse = (kind: 'shop' | 'donor') => sandbox.dataset.warehouses.find((one) => one.kind === kind)!.key;

  return {
    /** Any act of the control port. One that is not possible now (409: refused, 404: gone) is let be. */
    act: (path: string, json: object) =>
      got
        .post(`${sandbox.controlUrl}/${path}`, { json, retry: { limit: 0 }, throwHttpErrors: false })
        .then((answer) => {
          if (![200, 404, 409].includes(answer.statusCode))
            throw new Error(`${path}: ${answer.statusCode} ${answer.body}`);
        }),
    transfers,
    orders,
    transferOf,
    orderOf,
    async onTransfer(article: string, path: string, more: object = {}) {
      return act(`1c/${path}`, { transferKey: (await transferOf(article)).Ref_Key, ...more });
    },
    async editLine(article: string, change: { quantity?: number; cancelled?: boolean }) {
      const { Ref_Key: transferKey, lines } = await transferOf(article);
      const { КодСтроки: code } = lines.find((line) => line.article === article)!;
      return act('1c/edit', { transferKey, lines: [{ code, ...change }] });
    },
    async onOrder(article: string, path: string, more: object = {}) {
      return act(`moysklad/${path}`, { orderId: (await orderOf(article)).id, ...more });
    },
    /** Goods come to the shop past every transfer order, or are sold there (below zero). */
    async stock(article: string, quantity: number) {
      const { key: itemKey } = sandbox.dataset.items.find((one) => one.article === article)!;
      return act('1c/stock', { warehouseKey: warehouse('shop'), itemKey, quantity });
    },
    /** Free stock of the shop by article. */
    async free(): Promise<Map<string, number>> {
      const rows = await read<{ warehouseKey: string; article: string; free: number }[]>('1c/stock');
      return new Map(
        rows.filter((row) => row.warehouseKey === warehouse('shop')).map((row) => [row.article, row.free]),
      );
    },
    /** Quantities of every document with this article, in the order they were made. */
    async made(article: string): Promise<number[]> {
      const moved = (await transfers()).flatMap((one) => one.lines).filter((line) => line.article === article);
      const rows = (await orders()).flatMap((one) => one.positions.rows);
      const ordered = rows.filter((row) => row.assortment.article === article);
      return [...moved.map((line) => line.Количество), ...ordered.map((row) => row.quantity)];
    },
  };
}

const isOurs = (document: { Комментарий: string } | { externalCode: string }) =>
  ('externalCode' in document ? document.externalCode : document.Комментарий).startsWith('hub:');

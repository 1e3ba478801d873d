import got from 'got';

/**
 * The report's eyes: the sandbox's control port over HTTP and nothing else. It reads neither the hub's memory nor its
 * database, so what it counts is what really exists in 1C and in МойСклад.
 */
export interface StockRow {
  warehouse: string;
  warehouseKey: string;
  itemKey: string;
  item: string;
  article: string;
  free: number;
  onOrder: number;
}

export interface TransferSeen {
  Number: string;
  Posted: boolean;
  DeletionMark: boolean;
  Комментарий: string;
  sender: string;
  recipient: string;
  lines: { article: string; item: string; Количество: number }[];
}

export interface OrderSeen {
  name: string;
  externalCode: string;
  description: string;
  positions: { article: string; quantity: number }[];
}

export interface Limit {
  warehouseKey: string;
  itemKey: string;
  minimum: number;
}

export function createObserver(controlUrl: string) {
  const read = <T>(path: string) => got(`${controlUrl}/${path}`).json<T>();
  return {
    stock: () => read<StockRow[]>('1c/stock'),
    limits: () => read<Limit[]>('1c/limits'),
    /** Transfer orders that carry the hub's marker. */
    async transfers(): Promise<TransferSeen[]> {
      const all = await read<TransferSeen[]>('1c/transfers');
      return all.filter((one) => one.Комментарий.startsWith('hub:'));
    },
    /** Customer orders that carry the hub's code, with the article of each position. */
    async orders(): Promise<OrderSeen[]> {
      const all = await read<RawOrder[]>('moysklad/orders');
      return all
        .filter((one) => one.externalCode.startsWith('hub:'))
        .map((one) => ({
          name: one.name,
          externalCode: one.externalCode,
          description: one.description ?? '',
          positions: one.positions.rows.map((row) => ({ article: articleOf(row.assortment), quantity: row.quantity })),
        }));
    },
    /** How many products and variants of МойСклад carry an article. */
    async matches(article: string): Promise<number> {
      return (await read<unknown[]>(`moysklad/products?article=${encodeURIComponent(article)}`)).length;
    },
  };
}

interface RawOrder {
  name: string;
  externalCode: string;
  description?: string;
  positions: { rows: { quantity: number; assortment: { article?: string; code?: string } }[] };
}

const articleOf = (assortment: { article?: string; code?: string }) => assortment.article ?? assortment.code ?? '';

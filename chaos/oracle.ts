/**
 * The judge. It imports nothing: what it knows is the rule of a need and what the outside systems' control port shows.
 * It never sees the hub's code, memory or database.
 */

/** `GET /control/1c/stock`, as it was before the run. */
export interface StockRow {
  warehouse: string;
  warehouseKey: string;
  itemKey: string;
  article: string;
  free: number;
  onOrder: number;
}

/** `GET /control/1c/limits`. */
export interface LimitRow {
  warehouse: string;
  warehouseKey: string;
  itemKey: string;
  minimum: number;
  maximum: number | null;
}

/** `GET /control/1c/transfers`. */
export interface Transfer {
  Number: string;
  Posted: boolean;
  DeletionMark: boolean;
  Комментарий: string;
  sender: string | null;
  recipient: string | null;
  lines: { article: string | null; Количество: number; Отменено: boolean }[];
}

/** `GET /control/moysklad/orders`. */
export interface Order {
  name: string;
  externalCode: string;
  deleted?: string;
  description?: string;
  positions: { rows: { quantity: number; assortment: { article?: string; code?: string } }[] };
}

export interface Evidence {
  before: StockRow[];
  limits: LimitRow[];
  transfers: Transfer[];
  orders: Order[];
  donors: string[];
  /** Ids of the documents whose cancelling the hub accepted: none of them may exist. */
  cancelled: string[];
}

export interface Verdict {
  needs: number;
  /** Living documents of the hub. */
  documents: number;
  /** Needs for which nothing was made. */
  lost: string[];
  /** Needs for which one source was asked twice. */
  doubled: string[];
  /** Needs whose documents do not add up, documents nobody needed, drafts left behind, donors drawn below what they had. */
  wrongQuantity: string[];
}

interface Need {
  warehouse: string;
  article: string;
  quantity: number;
}

interface Piece {
  source: string;
  document: string;
  quantity: number;
}

/** Everything is compared in thousandths, so that 0.1 + 0.2 is 0.3. */
const milli = (quantity: number) => Math.round(quantity * 1000);
const pieces = (quantityMilli: number) => String(quantityMilli / 1000);

/** Counts, need by need, what the documents that exist amount to. */
export function judge(evidence: Evidence): Verdict {
  const needs = needsOf(evidence);
  const { made, documents, faults } = documentsOf(evidence);
  const lost: string[] = [];
  const doubled: string[] = [];
  const wrong = [...faults];
  for (const [key, need] of needs) {
    const named = `${need.article} → «${need.warehouse}»`;
    const found = made.get(key) ?? [];
    const sum = found.reduce((total, piece) => total + piece.quantity, 0);
    const twice = repeated(found);
    if (found.length === 0) lost.push(`${named}: needed ${pieces(need.quantity)}, nothing was made`);
    else if (twice.length > 0) doubled.push(`${named}: ${twice.join('; ')}`);
    else if (sum !== need.quantity)
      wrong.push(`${named}: needed ${pieces(need.quantity)}, made ${pieces(sum)} (${found.map(told).join(', ')})`);
  }
  for (const [key, found] of made) {
    if (!needs.has(key)) wrong.push(`${key.replace('|', ' → ')}: nobody needed ${found.map(told).join(', ')}`);
  }
  wrong.push(...overdrawn(evidence, made));
  return { needs: needs.size, documents, lost, doubled, wrongQuantity: wrong };
}

/** A need: projected stock below the minimum; it asks for what is missing up to the maximum. */
function needsOf({ before, limits, donors }: Evidence): Map<string, Need> {
  const rows = new Map(before.map((row) => [`${row.warehouseKey} ${row.itemKey}`, row]));
  const needs = new Map<string, Need>();
  for (const { warehouse, warehouseKey, itemKey, minimum, maximum } of limits) {
    const row = rows.get(`${warehouseKey} ${itemKey}`);
    // An item that lies nowhere has no row here; another warehouse's tells its article.
    const article = row?.article ?? before.find((one) => one.itemKey === itemKey)?.article;
    if (article === undefined) throw new Error(`No warehouse shows the article of ${itemKey}`);
    if (donors.includes(warehouse)) continue;
    const projected = milli(row?.free ?? 0) + milli(row?.onOrder ?? 0);
    if (projected >= milli(minimum)) continue;
    needs.set(key(article, warehouse), { warehouse, article, quantity: milli(maximum ?? minimum) - projected });
  }
  return needs;
}

/** The hub's living documents by need; a draft, a doubtful line or a cancelled document that lives is a fault. */
function documentsOf({ limits, transfers, orders, cancelled }: Evidence) {
  const made = new Map<string, Piece[]>();
  const faults: string[] = [];
  const given = new Set(cancelled);
  const warehouses = [...new Set(limits.map((row) => row.warehouse))];
  let documents = 0;
  const add = (article: string, warehouse: string, piece: Piece) => {
    const own = made.get(key(article, warehouse)) ?? [];
    own.push(piece);
    made.set(key(article, warehouse), own);
  };
  for (const transfer of transfers) {
    const id = /^hub:([0-9a-f-]{36})/.exec(transfer.Комментарий)?.[1];
    if (id === undefined || transfer.DeletionMark) continue;
    documents += 1;
    const document = `transfer ${transfer.Number}`;
    if (!transfer.Posted) faults.push(`${document} is a draft that nobody finished`);
    if (given.has(id)) faults.push(`${document} exists although it was cancelled`);
    for (const line of transfer.lines) {
      if (line.Отменено) continue;
      add(line.article ?? '?', transfer.recipient ?? '?', {
        document,
        source: transfer.sender ?? '?',
        quantity: milli(line.Количество),
      });
    }
  }
  for (const order of orders) {
    const id = /^hub:([0-9a-f-]{36})/.exec(order.externalCode)?.[1];
    if (id === undefined || order.deleted !== undefined) continue;
    documents += 1;
    const document = `order ${order.name}`;
    if (given.has(id)) faults.push(`${document} exists although it was cancelled`);
    const warehouse = warehouses.find((name) => order.description?.includes(`«${name}»`)) ?? '?';
    for (const { assortment, quantity } of order.positions.rows) {
      const article = assortment.article ?? assortment.code ?? '?';
      add(article, warehouse, { document, source: 'outside', quantity: milli(quantity) });
    }
  }
  return { made, documents, faults };
}

/** Sources that were asked more than once for one need. */
function repeated(found: Piece[]): string[] {
  const bySource = new Map<string, Piece[]>();
  for (const piece of found) bySource.set(piece.source, [...(bySource.get(piece.source) ?? []), piece]);
  return [...bySource.values()].filter((own) => own.length > 1).map((own) => own.map(told).join(' and '));
}

/** Donors that were asked for more than they had. */
function overdrawn({ before, donors }: Evidence, made: Map<string, Piece[]>): string[] {
  const asked = new Map<string, number>();
  for (const [need, found] of made) {
    const article = need.split('|')[0]!;
    for (const { source, quantity } of found) {
      asked.set(key(article, source), (asked.get(key(article, source)) ?? 0) + quantity);
    }
  }
  return before
    .filter((row) => donors.includes(row.warehouse))
    .filter((row) => (asked.get(key(row.article, row.warehouse)) ?? 0) > milli(row.free))
    .map((row) => `«${row.warehouse}» had ${row.free} of ${row.article} and was asked for more`);
}

const key = (article: string, warehouse: string) => `${article}|${warehouse}`;
const told = ({ document, source, quantity }: Piece) => `${document} from «${source}» for ${pieces(quantity)}`;

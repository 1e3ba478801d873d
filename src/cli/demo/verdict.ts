import type { Limit, OrderSeen, StockRow, TransferSeen } from './observe.ts';

export interface Seen {
  /** Stock as it was before the scan. */
  before: StockRow[];
  limits: Limit[];
  donors: string[];
  transfers: TransferSeen[];
  orders: OrderSeen[];
  /** Matches in МойСклад of every article that needed an order and has none. */
  matches: Map<string, number>;
}

export interface Verdict {
  /** (warehouse, article) below its minimum, counting what 1C expects anyway. */
  needs: number;
  /** Below its minimum by free stock, but already expected. */
  expected: number;
  /** Needs that each donor took part in. */
  byDonor: Map<string, number>;
  orderedOutside: number;
  /** Needs served by one donor, by several, by donors and МойСклад, by МойСклад alone. */
  kinds: { oneDonor: number; severalDonors: number; mixed: number; outside: number };
  /** Rightly refused: the article is missing or doubled in МойСклад. */
  refused: { warehouse: string; article: string; matches: number }[];
  /** Needs that no document covers, and no match in МойСклад explains. */
  open: Need[];
  /** Whatever else is not as it must be. With `open` empty too, every need has exactly one document. */
  faults: string[];
}

export interface Need {
  warehouse: string;
  article: string;
  minimum: number;
  projected: number;
}

/**
 * Judges what exists in the two systems against what was needed before the scan. Knows the rule of a need (free stock and
 * what 1C expects, against the minimum) and nothing of how the hub plans.
 */
export function judge({ before, limits, donors, transfers, orders, matches }: Seen): Verdict {
  const stock = new Map(before.map((row) => [`${row.warehouseKey} ${row.itemKey}`, row]));
  const names = new Map(before.map((row) => [row.warehouseKey, row.warehouse]));
  const articles = new Map(before.map((row) => [row.itemKey, row.article]));
  const needs = new Map<string, Need>();
  let expected = 0;
  for (const { warehouseKey, itemKey, minimum } of limits) {
    const warehouse = names.get(warehouseKey);
    const article = articles.get(itemKey);
    if (warehouse === undefined || article === undefined || donors.includes(warehouse)) continue;
    const { free = 0, onOrder = 0 } = stock.get(`${warehouseKey} ${itemKey}`) ?? {};
    if (minimum <= 0 || free >= minimum) continue;
    if (free + onOrder >= minimum) expected += 1;
    else needs.set(id(warehouse, article), { warehouse, article, minimum, projected: free + onOrder });
  }

  const faults: string[] = [];
  const moved = new Map<string, Map<string, number>>();
  for (const transfer of transfers) {
    if (transfer.DeletionMark) continue;
    if (!transfer.Posted) faults.push(`Заказ на перемещение ${transfer.Number} не проведён`);
    for (const line of transfer.lines) {
      const key = id(transfer.recipient, line.article);
      const senders = moved.get(key) ?? new Map<string, number>();
      if (senders.has(transfer.sender))
        faults.push(`Дважды перемещено: ${line.article} «${transfer.sender}» → «${transfer.recipient}»`);
      senders.set(transfer.sender, (senders.get(transfer.sender) ?? 0) + line.Количество);
      moved.set(key, senders);
      if (!needs.has(key)) faults.push(`Перемещено без потребности: ${line.article} → «${transfer.recipient}»`);
    }
  }

  const ordered = new Map<string, number>();
  for (const order of orders) {
    const warehouse = [...names.values()].find((name) => order.description.includes(`«${name}»`));
    for (const { article, quantity } of order.positions) {
      const key = id(warehouse ?? '?', article);
      if (ordered.has(key)) faults.push(`Дважды заказано: ${article} для «${warehouse}»`);
      ordered.set(key, (ordered.get(key) ?? 0) + quantity);
      if (!needs.has(key)) faults.push(`Заказано без потребности: ${article} для «${warehouse}»`);
    }
  }

  const verdict: Verdict = {
    needs: needs.size,
    expected,
    byDonor: new Map(donors.map((donor) => [donor, 0])),
    orderedOutside: 0,
    kinds: { oneDonor: 0, severalDonors: 0, mixed: 0, outside: 0 },
    refused: [],
    open: [],
    faults,
  };
  for (const [key, need] of needs) {
    const senders = moved.get(key) ?? new Map<string, number>();
    const outside = ordered.get(key) ?? 0;
    for (const sender of senders.keys()) verdict.byDonor.set(sender, (verdict.byDonor.get(sender) ?? 0) + 1);
    if (outside > 0) verdict.orderedOutside += 1;
    if (senders.size > 0 && outside > 0) verdict.kinds.mixed += 1;
    else if (senders.size > 1) verdict.kinds.severalDonors += 1;
    else if (senders.size === 1) verdict.kinds.oneDonor += 1;
    else if (outside > 0) verdict.kinds.outside += 1;

    const made = outside + [...senders.values()].reduce((sum, one) => sum + one, 0);
    if (need.projected + made >= need.minimum - 1e-9) continue;
    const found = matches.get(need.article);
    if (outside === 0 && found !== undefined && found !== 1) {
      verdict.refused.push({ warehouse: need.warehouse, article: need.article, matches: found });
    } else {
      verdict.open.push(need);
    }
  }
  return verdict;
}

const id = (warehouse: string, article: string) => `${warehouse}\u0000${article}`;

import type { SampleItem, SystemCheck } from '../check/step.ts';
import type { OutcomeError } from '../errors/outcome.ts';
import type { CallOptions, MadeDocument, MakeOptions } from '../onec/port.ts';
import type { Key, Milli } from '../planning/types.ts';

/** What the hub needs of МойСклад. Errors are `OutcomeError`s with `system: 'moysklad'`. */
export interface MoySklad {
  /**
   * Finds product or variant for each line, then makes the customer order under `command.key` (`syncId`) and compares
   * what came back with what was meant. A missing or doubled match is `refused` and names the article.
   */
  makeOrder(command: OrderCommand, options: MakeOptions): Promise<MadeOrder>;
  /**
   * The same for many new orders in one request: a document, or what became of it instead, for each, in their order. One
   * that is refused keeps no other back. Throws where the request as a whole came to nothing, or nobody knows to what.
   */
  makeOrders(commands: readonly OrderCommand[], options: ManyOptions): Promise<(MadeOrder | OutcomeError)[]>;
  /** These orders (ids of МойСклад) as they are now, the basket included. One that is not in the answer got 404: it is gone. */
  readOrders(ids: readonly string[], options?: CallOptions): Promise<Map<string, SeenOrder>>;
  /** Every order that carries the hub's mark of these outbox rows, the basket included, by outbox id. */
  findOrders(outboxIds: readonly string[], options?: CallOptions): Promise<Map<string, SeenOrder[]>>;
  /** Looks all of them up, the archive too, and says of each what it is in МойСклад. Tells nobody else. */
  findLinks(items: readonly LinkItem[], options?: CallOptions): Promise<FoundLink[]>;
  /** Who am I: proves host, credentials and rights. */
  ping(options?: CallOptions): Promise<void>;
  /** The steps of `hub check moysklad` and `/health/moysklad`; good for one pass. They write nothing. */
  check(ask?: MoySkladCheckAsk): SystemCheck;
  close(): Promise<void>;
}

export interface MoySkladCheckAsk {
  /** Items that 1C keeps in stock, to try whether МойСклад knows them. Left out: that step is left out too. */
  sample?: (options: CallOptions) => Promise<SampleItem[]>;
}

/** `sums`, in kopecks, where МойСклад made the order for another sum than was meant (`checkMinPrice`). */
export interface MadeOrder extends MadeDocument {
  sums?: { meant: number; stored: number };
}

/** There is nothing to look for first: the orders are new. */
export type ManyOptions = Omit<MakeOptions, 'lookFirst'>;

export interface OrderCommand {
  key: Key;
  outboxId: string;
  recipientName: string;
  lines: OrderLine[];
  /** Russian text for «Комментарий»: why this was ordered. */
  description: string;
}

export interface OrderLine {
  itemKey: Key;
  characteristicKey: Key;
  /** What to match by, chosen by `MOYSKLAD_MATCH_BY`. */
  article: string;
  code: string;
  /** Of the piece; one product must carry any of them. Only where goods are matched by them. */
  barcodes?: readonly string[];
  itemName: string;
  quantity: Milli;
}

/** A customer order as МойСклад holds it. */
export interface SeenOrder {
  id: string;
  number: string;
  /** Its page, for people. */
  url: string;
  syncId: string | null;
  /** True in the basket. */
  deleted: boolean;
  /** «Проведено». */
  posted: boolean;
  /** NULL where the order has none. */
  state: { name: string; unsuccessful: boolean } | null;
  positions: {
    /** Id of the product or variant. */
    goodsKey: string;
    quantity: Milli;
    /** NULL where МойСклад does not tell. */
    shipped: Milli | null;
  }[];
}

/** An item of 1C that orders may be made of. */
export interface LinkItem extends Omit<OrderLine, 'quantity'> {
  unit: string;
}

/**
 * Why an item cannot be ordered, or should not without a look: `no-value` has nothing to be found by in 1C, `archived` is found
 * only in the archive, `unit` is counted otherwise in МойСклад.
 */
export type LinkProblem = 'no-value' | 'missing' | 'archived' | 'many' | 'unit';

/** Told for every look-up, so that `item_links` can be kept. */
export interface FoundLink {
  itemKey: Key;
  characteristicKey: Key;
  matchBy: string;
  /** Several barcodes, with commas between them; empty: 1C has nothing to search by. */
  matchValue: string;
  status: 'found' | 'missing' | 'many';
  entityType: 'product' | 'variant' | null;
  entityId: string | null;
  matches: number;
  problem: LinkProblem | null;
  /** How many in the archive carry it. */
  archived: number;
  entityName: string | null;
  /** Unit of measure in МойСклад; NULL where it was not asked, or has none. */
  unit: string | null;
  /** Sizes of the packs there, in that unit. */
  packs: number[];
  /** Kopecks by the configured price type; NULL where it is not one product, or has no price. */
  price: number | null;
}

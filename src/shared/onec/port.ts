import type { SampleItem, SystemCheck } from '../check/step.ts';
import type { Item, Key, Limit, Milli, Place, Stock, Warehouse } from '../planning/types.ts';

/** What the hub needs of 1C. Errors are `OutcomeError`s with `system: '1c'`. */
export interface OneC {
  /** All warehouses that are neither folders nor marked for deletion. */
  listWarehouses(options?: CallOptions): Promise<Warehouse[]>;
  /**
   * Reads limits, then balances per warehouse, then items. `choose` is asked once, when the warehouses and
   * the keys of those that have limits are known, which of them are recipients and which are donors.
   * Refuses (`onec-property-missing`, `onec-property-null`) when 1C leaves out a number: it is never taken for zero.
   */
  readSnapshot(options: SnapshotOptions): Promise<Snapshot>;
  /** NULL when 1C says 404 code 9. */
  findTransfer(key: Key, options?: CallOptions): Promise<TransferState | null>;
  /**
   * These documents as they are now, with what 1C's register says has been taken over of each line. A key that is not in
   * the answer got 404 code 9: the document is gone.
   */
  readTransfers(keys: readonly Key[], options?: CallOptions): Promise<Map<Key, SeenTransfer>>;
  /**
   * Makes the transfer order under `command.key` (`Ref_Key`), posts it unless `posting` is `draft`, reads it back and compares.
   * With `lookFirst` it asks for the document before writing and resumes at the step that is missing.
   * Throws `unknown` after a lost answer, `refused` for a business no (posting refused: the unposted document is
   * marked for deletion so that no stray draft stays), `not-now` when 1C is down. Once the document may exist, a 1C that
   * is down is `unknown`, or a `not-now` that says so (`mayExist`). `key` of the answer is 1C's own where the base ignores the key it is given.
   */
  makeTransfer(command: TransferCommand, options: MakeOptions): Promise<MadeDocument>;
  /** Cheap reachability probe: the service document. */
  ping(options?: CallOptions): Promise<void>;
  /**
   * The steps of `hub check 1c` and `/health/1c`; good for one pass. They write nothing. Without `ask` those that look at
   * warehouses and what lies there are left out.
   */
  check(ask?: OneCCheckAsk): SystemCheck;
  /** At most `count` items that 1C keeps limits for, by two or three cheap requests. */
  sampleItems(count: number, options?: CallOptions): Promise<SampleItem[]>;
  close(): Promise<void>;
}

/** Warehouses by name or key, as they are configured. */
export interface OneCCheckAsk {
  donors: readonly string[];
  /** NULL: every warehouse with limits that is no donor. */
  recipients: readonly string[] | null;
}

export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Told of every write, answered or not: for the journal. */
  onExchange?: (exchange: Exchange) => void;
}

/** A write and its answer as they went over the line, without headers: no credentials are in it. */
export interface Exchange {
  method: 'POST' | 'PATCH';
  /** Without host and query. */
  path: string;
  sent: unknown;
  /** NULL: no answer came. */
  status: number | null;
  /** The answer's text as it is. */
  answer: string | null;
  /** Key of the document that it is about, where one request is about several. */
  documentKey?: Key;
}

export interface MakeOptions extends CallOptions {
  /** True whenever an earlier try may have reached the other system. */
  lookFirst: boolean;
  /**
   * Called after each outside step with its name: looked (only with `lookFirst`), sent (only when the document was made by
   * this call), posted (only when this call posted it), compared. Kill points and progress hang here; what it throws is
   * passed on as it is.
   */
  onStep?: (step: string) => Promise<void> | void;
}

export interface SnapshotOptions extends CallOptions {
  choose(seen: { warehouses: Warehouse[]; withLimits: Set<Key> }): { recipients: Warehouse[]; donors: Warehouse[] };
  onProgress?: (progress: {
    phase: 'warehouses' | 'limits' | 'balances' | 'items';
    done: number;
    total: number;
  }) => void;
}

/** What a piece of an item is scanned by, never a pack of it. An item may have several. */
export interface Barcode {
  value: string;
  itemKey: Key;
  /** Empty for an item that is not kept by characteristic. */
  characteristicKey: Key;
}

export interface Snapshot {
  warehouses: Warehouse[];
  recipients: Warehouse[];
  donors: Warehouse[];
  items: Item[];
  /** Empty unless the adapter is told to read them. */
  barcodes: Barcode[];
  /** Names of characteristics that occur, by key. */
  characteristics: Map<Key, string>;
  limits: Limit[];
  /** Where 1C keeps a minimum that the hub cannot work out: see `COMPUTED_METHODS`. */
  unknownMinimums: Place[];
  stock: Stock[];
  /** Rows that were left out, each with its reason (method not min-max, inactive …), counted by reason. */
  leftOut: Record<string, number>;
}

export interface TransferCommand {
  /** Document key: sent as `Ref_Key`, looked up before any repeat. */
  key: Key;
  outboxId: string;
  senderKey: Key;
  recipientKey: Key;
  lines: { itemKey: Key; characteristicKey: Key; quantity: Milli }[];
  posting: 'post' | 'draft';
  /** Russian sentence for «Комментарий»; the adapter puts the marker `hub:<outboxId>` before it. */
  comment: string;
}

export interface TransferState {
  key: Key;
  number: string;
  /** «Date» with the offset of 1C's zone: `2025-03-14T10:15:00+03:00`. */
  date: string;
  posted: boolean;
  deletionMark: boolean;
  senderKey: Key;
  recipientKey: Key;
  comment: string;
  lines: { itemKey: Key; characteristicKey: Key; quantity: Milli; cancelled: boolean }[];
}

export interface SeenTransfer extends Omit<TransferState, 'lines'> {
  lines: (TransferState['lines'][number] & {
    /**
     * What a «Перемещение товаров» was made for, by the register «ЗаказыНаПеремещение»; above the quantity after an
     * over-delivery. NULL where the register cannot tell: the line is not one that ships, or somebody changed the document
     * while it was read.
     */
    received: Milli | null;
  })[];
}

/** A document that the other system confirmed. */
export interface MadeDocument {
  key: string;
  number: string;
  /** Page of the document for people, where the system has one. */
  url: string | null;
  /** False when 1C holds it as an unposted draft. */
  posted: boolean;
  /** True when an earlier try had already made it. */
  found: boolean;
}

/**
 * What the planner takes and gives. Pure data: no I/O, no clock, no randomness anywhere in this folder.
 *
 * Quantities are `Milli`: whole thousandths of the item's base unit, as 1C keeps number(15,3).
 * Whole numbers add exactly, so 0.1 + 0.2 never orders 0.30000000000000004.
 */
export type Milli = number;

/** 1C reference (GUID, lower case). */
export type Key = string;

export const EMPTY_KEY: Key = '00000000-0000-0000-0000-000000000000';

export interface Warehouse {
  key: Key;
  name: string;
}

export interface Item {
  key: Key;
  name: string;
  /** «Артикул»; may be empty. */
  article: string;
  /** «Код» of 1C. */
  code: string;
  /** Base unit's short name, for example «шт». */
  unit: string;
  /** False for units that divide (kg, m). Whole units are rounded up to 1. */
  wholeUnits: boolean;
  /** «ТипНоменклатуры»: only Товар and МногооборотнаяТара are kept in stock. */
  type: string;
  deletionMark: boolean;
}

/** One item, with its characteristic, on one warehouse. */
export interface Place {
  warehouseKey: Key;
  itemKey: Key;
  characteristicKey: Key;
}

/** One row of `ТоварныеОграничения` after resolution: what is to be kept where. */
export interface Limit extends Place {
  minimum: Milli;
  /** NULL where 1C has none (0 there): fill up to the minimum. */
  maximum: Milli | null;
  /** Order pack («УпаковкаЗаказа»): its size in base units; NULL where none is set. */
  pack: { name: string; size: Milli } | null;
  /** «СтраховоеКоличествоЗапаса»; left out: 0. Only `ut-11.5` goes by it: the minimum of 1C contains it already. */
  safety?: Milli;
  /**
   * «ОбеспечениеЗаказовПриПоддержанииЗапаса» = «ЗаСчетЗапасов»: `ut-11.5` compares the limits with all that is on hand,
   * reserved or not. Left out: false, with free stock.
   */
  reservesFromStock?: boolean;
  /** The least quantity that the supplier takes an order for; left out or zero: none. 1C's limits have no such field: a setting. */
  minimumOrder?: Milli;
}

/** A warehouse that goods may be taken from. */
export interface Donor extends Warehouse {
  /** True: gives all that is still needed, or nothing. Left out: false, gives what it can. */
  wholeOnly?: boolean;
  /** True: 1C told only a part of it, so nothing is taken. Left out: false. */
  unreadable?: boolean;
}

/** Needs that a person told the hub not to order. A NULL key means any. */
export interface Snooze {
  recipientKey: Key | null;
  itemKey: Key | null;
  characteristicKey: Key | null;
  reason: string;
  author: string;
  /** The day on which it counts no more, YYYY-MM-DD; NULL: for good. */
  until: string | null;
}

/** Stock of one item on one warehouse, as 1C shows it. An absent row is a true zero; an absent property never is. */
export interface Stock extends Place {
  /** «ВНаличии» of the register. */
  onHand: Milli;
  reserved: Milli;
  /** Free to take, by UT's own rule: see `freeStock` in the 1C adapter. May be negative. */
  free: Milli;
  /** «Заказано»: expected by 1C from all its documents. Below zero after an over-delivery: counts as nothing. */
  onOrder: Milli;
}

/** A line of the hub whose goods are still expected. */
export interface OpenLine {
  outboxId: string;
  kind: 'transfer' | 'order';
  recipientKey: Key;
  /** Donor of a transfer; NULL for an order. */
  senderKey: Key | null;
  itemKey: Key;
  characteristicKey: Key;
  /** quantity − received, never below zero. */
  expected: Milli;
  /** True when 1C's own figures already contain this line (posted before the snapshot's reading began). */
  shownBy1C: boolean;
}

/**
 * `fill-to-max`: when less than the minimum is there and expected, up to the maximum.
 * `ut-11.5`: when stock has fallen to the minimum, the quantity that UT's own assistant proposes.
 */
export type PolicyName = 'fill-to-max' | 'ut-11.5';

export interface PlanInput {
  policy: PolicyName;
  /** Warehouses to fill. */
  recipients: Warehouse[];
  /** Warehouses that goods may be taken from, in the configured order. */
  donors: Donor[];
  items: Item[];
  /** Limits of recipients and donors alike: a donor's own minimum is never broken. */
  limits: Limit[];
  /** Places whose minimum is kept in 1C and not known here: a donor gives nothing from them. Left out: none. */
  unknownMinimums?: Place[];
  /** Needs that get nothing and leave donors' goods to others. Left out: none. */
  snoozes?: Snooze[];
  stock: Stock[];
  open: OpenLine[];
}

/** Why a donor gave what it gave. */
export interface DonorStep {
  donorKey: Key;
  donorName: string;
  free: Milli;
  /** The donor's own minimum. */
  minimum: Milli;
  /** Our outgoing lines that 1C cannot show yet. */
  outgoing: Milli;
  /** Already taken from it by earlier lines of this plan. */
  takenBefore: Milli;
  /** free − minimum − outgoing − takenBefore, floor 0; 0 where the minimum is not known. */
  offered: Milli;
  taken: Milli;
  /**
   * partial-not-wanted: it could have given a part, and gives all or nothing. minimum-unknown: 1C keeps a minimum
   * there that the hub cannot work out, so nothing is taken for spare. unreadable: 1C told only a part of the donor.
   */
  reason:
    | 'took-all'
    | 'took-part'
    | 'nothing-free'
    | 'less-than-a-pack'
    | 'partial-not-wanted'
    | 'minimum-unknown'
    | 'unreadable'
    | 'not-needed';
}

/**
 * Why a line led to nothing: what is expected is enough; UT's formula asks for nothing, expected or not; or the item
 * cannot be ordered (1C has no such item, it is a service or a set, it is marked for deletion); or a person said so.
 */
export type SkipReason =
  | 'covered-by-expected'
  | 'nothing-by-formula'
  | 'unknown-item'
  | 'not-stocked'
  | 'marked-for-deletion'
  | 'snoozed';

/** The frozen numbers and steps behind one line. Stored as JSON; every quantity in Milli. */
export interface Why {
  policy: string;
  minimum: Milli;
  maximum: Milli | null;
  onHand: Milli;
  reserved: Milli;
  free: Milli;
  /** What 1C expects, never below zero. */
  onOrder: Milli;
  hubExpected: Milli;
  /** Outbox ids that make up `hubExpected`. */
  expectedFrom: string[];
  projected: Milli;
  /** What is filled up to: maximum, or minimum where there is no maximum. With `ut-11.5`: projected + missing. */
  target: Milli;
  /** target − projected before rounding, never below zero. */
  missing: Milli;
  /**
   * With `ut-11.5`, what makes up `missing`: max(0, maximum − safety − onOrder + safetyGap) + forReserves. Stock above
   * the minimum has no term, as it makes no line.
   */
  formula?: {
    /** What the limits were compared with. */
    stock: Milli;
    safety: Milli;
    safetyGap: Milli;
    /** What is expected beyond the part that covers reserves. */
    onOrder: Milli;
    /** Reserves that neither stock nor anything expected covers. */
    forReserves: Milli;
  };
  pack: { name: string; size: Milli } | null;
  /** none, unit or pack-up (rounded up); unit-down or pack-down (up would pass the maximum and down still reaches the minimum). */
  rounding: 'none' | 'unit' | 'unit-down' | 'pack-up' | 'pack-down';
  /** Set when `pack` could not be used and single units were counted instead. */
  packIgnored?: 'not-positive' | 'not-whole-units';
  /** What every quantity of the line is a multiple of: pack, unit or thousandth. Lines of older releases have none. */
  step?: Milli;
  /**
   * The supplier's minimum order, where the limit has one and something was to be ordered outside: `raised` to it, or
   * `left-out` because the minimum was reached without and the maximum would have been passed. `left` is what donors
   * left over.
   */
  minimumOrder?: { size: Milli; left: Milli; effect: 'none' | 'raised' | 'left-out' };
  /** What the line gets in all: taken and ordered. */
  need: Milli;
  donors: DonorStep[];
  /** Ordered outside. */
  ordered: Milli;
  /** Set when nothing came of it. */
  skipped: SkipReason | null;
  /** Set with `snoozed`: who said so, why, and until when. */
  snooze?: Pick<Snooze, 'reason' | 'author' | 'until'>;
  /** What a person made of this line's quantities; left out: nothing. The numbers above stay as they were planned. */
  edits?: Edit[];
}

/** One source's quantity as a person set it. */
export interface Edit {
  /** Donor of a transfer; NULL for the order outside. */
  senderKey: Key | null;
  planned: Milli;
  quantity: Milli;
  reason: string;
  by: string;
  /** ISO 8601, UTC. */
  at: string;
  /** True: the person insisted on a broken pack, or on more than the donor had to give. */
  forced: boolean;
}

export interface Take {
  donorKey: Key;
  quantity: Milli;
}

/** The decision about one (recipient, item, characteristic) that the policy finds short by what lies there now. */
export interface PlanLine {
  recipientKey: Key;
  itemKey: Key;
  characteristicKey: Key;
  /** covered: already expected. unmet: nothing can be done, see `why.skipped`. */
  outcome: 'transfer' | 'order' | 'mixed' | 'covered' | 'unmet';
  need: Milli;
  takes: Take[];
  order: Milli;
  why: Why;
}

export interface Plan {
  lines: PlanLine[];
}

/** Names for the keys in a line, as people know them. */
export interface ExplainNames {
  recipientName: string;
  itemName: string;
  /** Base unit's short name; may be empty. */
  unit: string;
  /** By key; a donor that is not here goes by the name kept in the line. */
  donorNames: Record<Key, string>;
}

import type { PlannedDocument } from './documents.ts';
import { type Level, type Peers, peersOf, topOf } from './peers.ts';
import { formatMilli } from './quantity.ts';
import type { Key, Limit, Milli, Plan, PlanLine } from './types.ts';

/** Thresholds; 0 switches a check off. */
export interface CommonSense {
  /** Documents and lines of one run. */
  maxDocuments: number;
  maxLines: number;
  /** Roubles of the orders in МойСклад of one run. */
  maxSum: number;
  /** How many times the usual a need, or a limit that the hub meets for the first time, may be. */
  lineFactor: number;
  /** How many times what it was a limit may grow from one run to the next. */
  growthFactor: number;
}

/** What the plan is compared with. Places are named by `placeKey`. */
export interface History {
  /** Limits that the hub has learnt, see `docs/SAFETY.md`. */
  known: ReadonlyMap<string, Pick<Limit, 'minimum' | 'maximum'>>;
  /** Warehouses of which it has learnt any. */
  met: ReadonlySet<Key>;
  /** The largest need that was let go in the last 90 days. */
  largestNeed: ReadonlyMap<string, Milli>;
  /** Kopecks of one unit in МойСклад, by `goodsKey`, as last seen there. */
  prices: ReadonlyMap<string, number>;
  /** Limits of the recipients in this run. */
  limits: readonly Limit[];
}

export type ReasonCode =
  | 'too-many-documents'
  | 'too-many-lines'
  | 'too-much-money'
  | 'limit-grown'
  | 'limit-unlike-others'
  | 'need-unlike-before'
  | 'need-beyond-limit';

/** Why a person should look first: a word for programs, and a Russian sentence without its full stop. */
export interface Reason {
  code: ReasonCode;
  text: string;
}

export interface Suspicion {
  /** Not empty: the whole run waits. */
  run: Reason[];
  /** By index into `Plan.lines`: the documents of these lines wait. */
  lines: Map<number, Reason>;
}

export const placeKey = (warehouseKey: Key, itemKey: Key, characteristicKey: Key): string =>
  `${warehouseKey}/${itemKey}/${characteristicKey}`;

export const goodsKey = (itemKey: Key, characteristicKey: Key): string => `${itemKey}/${characteristicKey}`;

/**
 * Which lines, or whether the whole plan, a person should see before anything is ordered. A limit is compared with what it
 * was; a limit that is new, with the other recipients' ones; a need, with the largest before it, or with its own limit.
 * The first of these that fails is the reason.
 */
export function suspicious(
  { plan, documents }: { plan: Plan; documents: readonly PlannedDocument[] },
  history: History,
  settings: CommonSense,
): Suspicion {
  const lines = new Map<number, Reason>();
  const peers = peersOf(history.limits);
  for (const [index, line] of plan.lines.entries()) {
    if (line.need <= 0) continue;
    const reason = ofLimit(line, history, peers, settings) ?? ofNeed(line, history, peers, settings);
    if (reason !== null) lines.set(index, reason);
  }
  const money = ofMoney(documents, history, settings);
  return { run: [...ofRun(documents, settings), ...(money === null ? [] : [money])], lines };
}

function ofRun(documents: readonly PlannedDocument[], { maxDocuments, maxLines }: CommonSense): Reason[] {
  const reasons: Reason[] = [];
  const lines = documents.reduce((sum, document) => sum + document.lines.length, 0);
  if (maxDocuments > 0 && documents.length > maxDocuments) {
    const text = `в расчёте документов: ${documents.length}, предел ${maxDocuments} (RUN_MAX_DOCUMENTS)`;
    reasons.push({ code: 'too-many-documents', text });
  }
  if (maxLines > 0 && lines > maxLines) {
    reasons.push({ code: 'too-many-lines', text: `в расчёте строк: ${lines}, предел ${maxLines} (RUN_MAX_LINES)` });
  }
  return reasons;
}

/** What the run orders in МойСклад, by known prices. Without them nothing is held: the unknown part is told where it is. */
function ofMoney(documents: readonly PlannedDocument[], { prices }: History, { maxSum }: CommonSense): Reason | null {
  if (maxSum === 0) return null;
  const lines = documents.flatMap((document) => (document.kind === 'order' ? document.lines : []));
  let [kopecks, unknown] = [0, 0];
  for (const { itemKey, characteristicKey, quantity } of lines) {
    const price = prices.get(goodsKey(itemKey, characteristicKey));
    if (price === undefined) unknown += 1;
    else kopecks += (quantity * price) / 1000;
  }
  if (kopecks <= maxSum * 100) return null;
  const rest = unknown === 0 ? '' : `; строк без известной цены, в сумму не вошедших: ${unknown}`;
  const text = `заказы в МойСклад на ${roubles(kopecks)} ₽, предел ${roubles(maxSum * 100)} ₽ (RUN_MAX_SUM)${rest}`;
  return { code: 'too-much-money', text };
}

/** 1234567 kopecks as «12 345,67». */
function roubles(kopecks: number): string {
  const [whole = '0', rest = '00'] = (Math.round(kopecks) / 100).toFixed(2).split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, '\u00a0')}${rest === '00' ? '' : `,${rest}`}`;
}

function ofLimit(line: PlanLine, { known, met }: History, peers: Peers, settings: CommonSense): Reason | null {
  const now = levelOf(line.why);
  const before = known.get(placeKey(line.recipientKey, line.itemKey, line.characteristicKey));
  if (before !== undefined) {
    const grown = settings.growthFactor > 0 && growth(now, levelOf(before), settings.growthFactor);
    if (!grown) return null;
    const text = `${names[grown.of]} с прошлого расчёта: было ${number(grown.from)}, стало ${number(grown.to)} — больше в ${times(grown)} (LIMIT_GROWTH_FACTOR ${settings.growthFactor})`;
    return { code: 'limit-grown', text };
  }
  const place = { warehouseKey: line.recipientKey, itemKey: line.itemKey, characteristicKey: line.characteristicKey };
  const { minimum, maximum, pack } = line.why;
  const factor = newLimitFactor(met.has(line.recipientKey), settings.lineFactor);
  const beyond = unlikeOthers({ ...place, minimum, maximum, pack }, peers, factor);
  if (beyond === null) return null;
  const text = `${names[beyond.of]} ${number(beyond.to)} больше, чем обычно на других складах (${number(beyond.from)}), в ${times(beyond)}`;
  return { code: 'limit-unlike-others', text };
}

/**
 * How many times the others' a limit may be when the hub meets it first. Of a warehouse that it has never planned for
 * it knows nothing, and shops do differ by ten times: there only a hundredfold is doubted.
 */
export const newLimitFactor = (warehouseIsKnown: boolean, lineFactor: number): number =>
  warehouseIsKnown ? lineFactor : lineFactor * lineFactor;

/**
 * What of a limit is at least `factor` times the median of the others', and as many packs: who orders by the box cannot
 * keep less than a box, whatever is kept by the piece elsewhere. NULL where nothing is, or nobody else keeps the item.
 */
export function unlikeOthers(limit: Limit, peers: Peers, factor: number): Growth | null {
  const usual = peers.of(limit.warehouseKey, limit.itemKey, limit.characteristicKey);
  if (usual === null || factor <= 0) return null;
  const pack = limit.pack?.size ?? 0;
  const least = { minimum: Math.max(usual.minimum, pack), top: Math.max(usual.top, pack) };
  const beyond = growth(levelOf(limit), least, factor);
  return beyond === null ? null : { ...beyond, from: usual[beyond.of] || beyond.from };
}

function ofNeed(line: PlanLine, { largestNeed }: History, peers: Peers, { lineFactor }: CommonSense): Reason | null {
  if (lineFactor === 0) return null;
  const { recipientKey, itemKey, characteristicKey, need, why } = line;
  const before = largestNeed.get(placeKey(recipientKey, itemKey, characteristicKey));
  const top = topOf(why);
  if (before === undefined) {
    if (top <= 0 || need <= lineFactor * top) return null;
    const text = `потребность ${number(need)} больше уровня пополнения ${number(top)} в ${times({ from: top, to: need })}`;
    return { code: 'need-beyond-limit', text };
  }
  const usual = Math.max(before, peers.of(recipientKey, itemKey, characteristicKey)?.top ?? 0);
  if (need <= lineFactor * usual) return null;
  const text = `потребность ${number(need)} больше наибольшей за 90 дней (${number(before)}) в ${times({ from: before, to: need })}`;
  return { code: 'need-unlike-before', text };
}

/** Which number is too large, and what it was compared with. */
export interface Growth {
  of: keyof Level;
  from: number;
  to: Milli;
}

/** What of `now` is at least `factor` times what it is compared with; zero is compared with nothing. */
function growth(now: Level, from: Level, factor: number): Growth | null {
  for (const level of ['minimum', 'top'] as const) {
    if (from[level] > 0 && now[level] >= factor * from[level]) return { of: level, from: from[level], to: now[level] };
  }
  return null;
}

const levelOf = (limit: Pick<Limit, 'minimum' | 'maximum'>): Level => ({
  minimum: limit.minimum,
  top: topOf(limit),
});

const names: Record<keyof Level, string> = { minimum: 'минимум', top: 'уровень пополнения' };

// The middle of two limits may be half a thousandth.
const number = (milli: number) => formatMilli(Math.round(milli), 'ru');

function times({ from, to }: { from: number; to: number }): string {
  const ratio = Math.floor((to / from) * 10) / 10;
  return `${String(ratio).replace('.', ',')} раз${Number.isInteger(ratio) && isFew(ratio) ? 'а' : Number.isInteger(ratio) ? '' : 'а'}`;
}

const isFew = (count: number) => [2, 3, 4].includes(count % 10) && ![12, 13, 14].includes(count % 100);

import type { Edit, Key, Milli, Plan, PlanLine } from './types.ts';

/** What a person made of one need's documents before this plan replaced them. */
export interface Wish {
  recipientKey: Key;
  itemKey: Key;
  characteristicKey: Key;
  /** What all replaced documents of the need held together, edited or not. */
  total: Milli;
  /** The lines that a person edited, one for each source. Never empty. */
  edits: Omit<Edit, 'planned'>[];
}

/** A donor's key, or NULL for the order outside. */
type Source = Key | null;

/**
 * Carries edits over to a new plan. The total that a person left for a need stays, and so does each edited source's own
 * quantity, as far as the plan still uses that source and the donor has it to give. Sources that nobody edited make up
 * the rest: they give way from the last to the first; what lacks is ordered outside. Wishes whose need is gone come
 * back as `lapsed`.
 */
export function applyEdits(plan: Plan, wishes: Wish[]): { plan: Plan; lapsed: Wish[] } {
  if (wishes.length === 0) return { plan, lapsed: [] };
  const waiting = new Map(wishes.map((wish) => [needKey(wish), wish]));
  const spare = readSpare(plan, waiting);
  const lines = [...plan.lines];
  const wished = lines.flatMap((line, index) => {
    const wish = waiting.get(needKey(line));
    return wish === undefined || totalOf(line) === 0 ? [] : [{ index, line, wish }];
  });
  // Who gives goods back comes first, so that whoever wants more of the same donor finds them.
  const wantsMore = ({ wish, line }: (typeof wished)[number]) => Number(wish.total > totalOf(line));
  for (const { index, line, wish } of wished.sort((a, b) => wantsMore(a) - wantsMore(b) || a.index - b.index)) {
    lines[index] = carryOver(line, wish, spare);
    waiting.delete(needKey(line));
  }
  return { plan: { ...plan, lines }, lapsed: [...waiting.values()] };
}

function carryOver(line: PlanLine, wish: Wish, spare: Map<string, Milli>): PlanLine {
  const planned = sourcesOf(line);
  const now = new Map(planned);
  const pinned = new Set<Source>();
  for (const { senderKey, quantity, forced } of wish.edits) {
    const offered = planned.get(senderKey);
    if (offered === undefined) continue;
    const bounded = senderKey !== null && !forced;
    const most = bounded ? offered + (spare.get(spareKey(senderKey, line)) ?? 0) : quantity;
    now.set(senderKey, Math.min(quantity, most));
    pinned.add(senderKey);
  }
  let excess = sum(now) - wish.total;
  for (const source of [...now.keys()].reverse()) {
    if (excess <= 0 || pinned.has(source)) continue;
    const cut = Math.min(excess, now.get(source)!);
    now.set(source, now.get(source)! - cut);
    excess -= cut;
  }
  // An order that a person set keeps its number, even where a donor then gives less than it was asked for.
  if (excess < 0 && !pinned.has(null)) now.set(null, (now.get(null) ?? 0) - excess);
  for (const [source, quantity] of now) {
    if (source === null) continue;
    const key = spareKey(source, line);
    spare.set(key, Math.max(0, (spare.get(key) ?? 0) - quantity + planned.get(source)!));
    if (quantity === 0) now.delete(source);
  }
  if (now.get(null) === 0) now.delete(null);
  return withSources(line, now, marks(wish, { planned, now, pinned }));
}

/** The edits of the new line: of each source that a person set or that made room, and always of one at least. */
function marks(
  wish: Wish,
  { planned, now, pinned }: { planned: Map<Source, Milli>; now: Map<Source, Milli>; pinned: Set<Source> },
): Edit[] {
  const latest = wish.edits.reduce((a, b) => (b.at > a.at ? b : a));
  const touched = [...now.keys()].filter((source) => pinned.has(source) || now.get(source) !== planned.get(source));
  return (touched.length > 0 ? touched : [...now.keys()].slice(0, 1)).map((senderKey) => ({
    ...(wish.edits.find((edit) => edit.senderKey === senderKey) ?? { ...latest, forced: false }),
    senderKey,
    planned: planned.get(senderKey) ?? 0,
    quantity: now.get(senderKey)!,
  }));
}

function withSources(line: PlanLine, now: Map<Source, Milli>, edits: Edit[]): PlanLine {
  const order = now.get(null) ?? 0;
  const takes = [...now].flatMap(([donorKey, quantity]) => (donorKey === null ? [] : [{ donorKey, quantity }]));
  const outcome = takes.length === 0 ? 'order' : order > 0 ? 'mixed' : 'transfer';
  return { ...line, outcome, takes, order, why: { ...line.why, edits } };
}

/** In the plan's own order: donors, then the order outside. */
function sourcesOf(line: PlanLine): Map<Source, Milli> {
  const sources = new Map<Source, Milli>(line.takes.map(({ donorKey, quantity }) => [donorKey, quantity]));
  return line.order > 0 ? sources.set(null, line.order) : sources;
}

/** What each donor could still give of the wished items after the whole plan: its last offer less what it gave then. */
function readSpare(plan: Plan, wishes: Map<string, Wish>): Map<string, Milli> {
  const wished = new Set([...wishes.values()].map(itemOf));
  const spare = new Map<string, Milli>();
  for (const line of plan.lines) {
    if (!wished.has(itemOf(line))) continue;
    for (const { donorKey, offered, taken } of line.why.donors) {
      const key = spareKey(donorKey, line);
      spare.set(key, Math.min(spare.get(key) ?? Number.POSITIVE_INFINITY, offered - taken));
    }
  }
  return spare;
}

const sum = (sources: Map<Source, Milli>) => [...sources.values()].reduce((all, one) => all + one, 0);
const totalOf = (line: PlanLine) => sum(sourcesOf(line));

type Need = Pick<PlanLine, 'recipientKey' | 'itemKey' | 'characteristicKey'>;
const itemOf = ({ itemKey, characteristicKey }: Omit<Need, 'recipientKey'>) => `${itemKey}/${characteristicKey}`;
const needKey = (need: Need) => `${need.recipientKey}/${itemOf(need)}`;
const spareKey = (donorKey: Key, line: Need) => `${donorKey}/${itemOf(line)}`;

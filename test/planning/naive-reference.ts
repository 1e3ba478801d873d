import type { Limit, Milli, PlanInput } from '../../src/shared/planning/types.ts';

export interface NaiveLine {
  recipientKey: string;
  itemKey: string;
  characteristicKey: string;
  outcome: string;
  need: Milli;
  takes: { donorKey: string; quantity: Milli }[];
  order: Milli;
}

type Place = { warehouseKey: string; itemKey: string; characteristicKey: string };

/**
 * The rules of design §4 once more, as slowly and literally as they can be written: filters over the rows, packs found
 * by trying one after another. It shares no code with the planner.
 */
export function planNaively(given: PlanInput): NaiveLine[] {
  const same = (a: Place, b: Place) =>
    a.warehouseKey === b.warehouseKey && a.itemKey === b.itemKey && a.characteristicKey === b.characteristicKey;
  const total = (numbers: number[]) => numbers.reduce((sum, one) => sum + one, 0);
  const limitOf = (place: Place): Limit | undefined => given.limits.find((row) => same(row, place));
  const freeOf = (place: Place) => total(given.stock.filter((row) => same(row, place)).map((row) => row.free));
  const onOrderOf = (place: Place) =>
    Math.max(0, total(given.stock.filter((row) => same(row, place)).map((row) => row.onOrder)));
  const unseen = given.open.filter((line) => !line.shownBy1C);
  const comingTo = (place: Place) =>
    total(
      unseen.filter((line) => same({ ...line, warehouseKey: line.recipientKey }, place)).map((line) => line.expected),
    );
  const leaving = (place: Place) =>
    total(
      unseen
        .filter((line) => line.senderKey !== null && same({ ...line, warehouseKey: line.senderKey }, place))
        .map((line) => line.expected),
    );

  const recipientKeys = given.recipients.map((one) => one.key);
  const expectedAt = (place: Place) => onOrderOf(place) + comingTo(place);
  const reservedAt = (place: Place) => total(given.stock.filter((row) => same(row, place)).map((row) => row.reserved));
  const onHandAt = (place: Place) => total(given.stock.filter((row) => same(row, place)).map((row) => row.onHand));
  const stockOf = (limit: Limit) => (limit.reservesFromStock ? onHandAt(limit) : freeOf(limit));
  const byFormula = (limit: Limit, expected: Milli) =>
    formulaNaively(limit, { stock: stockOf(limit), expected, reserves: reservedAt(limit) });
  const ut = given.policy === 'ut-11.5';
  const isShort = (limit: Limit) => {
    if (!ut) return limit.minimum > 0 && freeOf(limit) < limit.minimum;
    if (limit.minimum < 0 || stockOf(limit) > limit.minimum) return false;
    return limit.minimum > 0 || byFormula(limit, 0) > 0;
  };
  const needs = given.limits
    .filter((limit) => recipientKeys.includes(limit.warehouseKey) && isShort(limit))
    .map((limit) => ({ limit, projected: freeOf(limit) + expectedAt(limit) }));

  const text = ({ warehouseKey, itemKey, characteristicKey }: Place) =>
    `${warehouseKey} ${itemKey} ${characteristicKey}`;
  const urgent = needs.toSorted((a, b) => {
    const left = BigInt(a.limit.minimum - a.projected) * BigInt(b.limit.minimum || 1);
    const right = BigInt(b.limit.minimum - b.projected) * BigInt(a.limit.minimum || 1);
    if (left !== right) return left > right ? -1 : 1;
    return text(a.limit) < text(b.limit) ? -1 : 1;
  });

  const takenFrom = new Map<string, number>();
  return urgent.map(({ limit, projected }) => {
    const { warehouseKey: recipientKey, itemKey, characteristicKey, minimum, maximum } = limit;
    const nothing = { recipientKey, itemKey, characteristicKey, need: 0, takes: [], order: 0 };
    const formula = byFormula(limit, expectedAt(limit));
    if (ut && formula === 0) return { ...nothing, outcome: byFormula(limit, 0) > 0 ? 'covered' : 'unmet' };
    if (!ut && projected >= minimum) return { ...nothing, outcome: 'covered' };
    const item = given.items.find((one) => one.key === itemKey);
    if (!item || item.deletionMark || !['Товар', 'МногооборотнаяТара'].includes(item.type)) {
      return { ...nothing, outcome: 'unmet' };
    }

    const step = stepOf(limit, item.wholeUnits);
    const wanted = ut ? leastSteps(formula, step) : roundNaively(projected, minimum, maximum, step);
    const takes: NaiveLine['takes'] = [];
    let left = wanted;
    for (const donor of given.donors) {
      if (donor.key === recipientKey) continue;
      const place = { warehouseKey: donor.key, itemKey, characteristicKey };
      if (given.unknownMinimums?.some((one) => same(one, place))) continue;
      const spare =
        freeOf(place) - Math.max(0, limitOf(place)?.minimum ?? 0) - leaving(place) - (takenFrom.get(text(place)) ?? 0);
      let quantity = 0;
      while (quantity + step <= spare && quantity + step <= left) quantity += step;
      if (quantity === 0 || (donor.wholeOnly && quantity < left)) continue;
      takes.push({ donorKey: donor.key, quantity });
      takenFrom.set(text(place), (takenFrom.get(text(place)) ?? 0) + quantity);
      left -= quantity;
    }
    const taken = total(takes.map((take) => take.quantity));
    const ceiling = ut ? Number.POSITIVE_INFINITY : maximum !== null && maximum >= minimum ? maximum : minimum;
    const raised = leastSteps(Math.max(left, limit.minimumOrder ?? 0), step);
    const isPointless = raised > left && projected + taken >= minimum && projected + taken + raised > ceiling;
    const order = left === 0 || isPointless ? 0 : raised;
    const outcome = takes.length === 0 ? 'order' : order === 0 ? 'transfer' : 'mixed';
    return { recipientKey, itemKey, characteristicKey, outcome, need: taken + order, takes, order };
  });
}

/** UT's formula with what is expected handed out first: to the reserves, then to the level. */
export function formulaNaively(
  { minimum, maximum, safety = 0 }: Pick<Limit, 'minimum' | 'maximum' | 'safety'>,
  { stock, expected, reserves }: { stock: Milli; expected: Milli; reserves: Milli },
): Milli {
  const over = stock - minimum;
  const short = Math.max(0, Math.min(reserves, -stock));
  const toReserves = Math.min(short, expected);
  const level =
    (maximum ?? 0) - safety - (expected - toReserves) - Math.max(0, over) + Math.min(safety, Math.max(0, -over));
  return Math.max(0, level) + short - toReserves;
}

export function leastSteps(quantity: Milli, step: Milli): Milli {
  let steps = 0;
  while (steps < quantity) steps += step;
  return steps;
}

/** The quantum of a line: its pack where the pack can be used, else one piece, else a thousandth. */
export function stepOf(limit: Limit, wholeUnits: boolean): Milli {
  const size = limit.pack?.size ?? 0;
  const usable = size > 0 && (!wholeUnits || size % 1000 === 0);
  if (usable) return size;
  return wholeUnits ? 1000 : 1;
}

/** The most that stays within the maximum and reaches the minimum; where there is none, the least that fills up. */
export function roundNaively(projected: Milli, minimum: Milli, maximum: Milli | null, step: Milli): Milli {
  const target = maximum !== null && maximum >= minimum ? maximum : minimum;
  let within = 0;
  let least = 0;
  for (let count = 1; least === 0; count += 1) {
    const after = projected + count * step;
    if (after >= minimum && after <= target) within = count * step;
    if (after >= target) least = count * step;
  }
  return within > 0 ? within : least;
}

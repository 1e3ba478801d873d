import { decide, type Shortage } from './decide.ts';
import type { DonorStock } from './draw.ts';
import { fillToMax } from './fill-to-max.ts';
import { type Policy, projectedOf } from './policy.ts';
import { type Position, type Positions, readPositions } from './positions.ts';
import { type FindSnooze, snoozeFinder } from './snoozes.ts';
import type { Donor, Key, Milli, Plan, PlanInput, PlanLine, PolicyName, Warehouse } from './types.ts';
import { utFormula } from './ut-formula.ts';

const POLICIES: Record<PolicyName, Policy> = { 'fill-to-max': fillToMax, 'ut-11.5': utFormula };

/**
 * Decides what each recipient lacks and where it comes from. The same rows in any order give the same plan, byte for
 * byte. Lines are sorted by recipient name, article, item name, keys, all by code unit: collation differs by machine.
 * Throws a `RangeError` for a quantity that is not a whole number of thousandths: that is a fault of the caller.
 */
export function plan(input: PlanInput): Plan {
  const recipients = uniqueByKey(input.recipients).sort((a, b) => compare(a.name, b.name) || compare(a.key, b.key));
  const donors = uniqueByKey(input.donors);
  const policy = POLICIES[input.policy];
  const positions = readPositions(input, policy.keeps);
  const findSnooze = snoozeFinder(input.snoozes);
  const decided: Decided[] = [];
  for (const [number, position] of positions.list.entries()) {
    const shortages = findShortages(positions, number, recipients, policy, findSnooze).sort(byUrgency);
    if (shortages.length === 0) continue;
    const donorStock = readDonors(positions, number, donors);
    const lines = shortages.map((shortage) => {
      const expectedFrom = positions.expectedFrom(shortage.recipient.key, number);
      return decide(shortage, position, donorStock, expectedFrom, policy);
    });
    decided.push({ position, lines });
  }

  const linesOf = new Map<Key, PlanLine[]>(recipients.map((one) => [one.key, []]));
  for (const { lines } of decided.sort(byPosition)) {
    for (const line of lines) linesOf.get(line.recipientKey)!.push(line);
  }
  return { lines: recipients.flatMap((one) => linesOf.get(one.key)!) };
}

/** What is decided of one position: a line for each recipient that lacks it. Positions have no say in each other's. */
interface Decided {
  position: Position;
  lines: PlanLine[];
}

function findShortages(
  positions: Positions,
  number: number,
  recipients: Warehouse[],
  policy: Policy,
  findSnooze: FindSnooze,
): Shortage[] {
  const shortages: Shortage[] = [];
  const { itemKey, characteristicKey } = positions.list[number]!;
  for (const recipient of recipients) {
    const limit = positions.limit(recipient.key, number);
    if (limit === undefined || !policy.keeps(limit)) continue;
    const cell = positions.cell(recipient.key, number);
    if (!policy.isShort(limit, cell)) continue;
    const snooze = findSnooze(recipient.key, itemKey, characteristicKey);
    shortages.push({ recipient, limit, cell, projected: projectedOf(cell), snooze });
  }
  return shortages;
}

function readDonors(positions: Positions, number: number, donors: Donor[]): DonorStock[] {
  return donors.map(({ key, name, wholeOnly = false, unreadable = false }) => {
    const { free, outgoing } = positions.cell(key, number);
    const minimum = Math.max(0, positions.limit(key, number)?.minimum ?? 0);
    return {
      donorKey: key,
      donorName: name,
      free,
      minimum,
      outgoing,
      taken: 0,
      wholeOnly,
      isMinimumKnown: positions.isMinimumKnown(key, number),
      unreadable,
    };
  });
}

/**
 * Who lacks the larger share of its minimum comes first. Compared by cross-multiplication: no division, no rounding.
 * A minimum of zero, which only `ut-11.5` plans for, counts as the smallest there is.
 */
function byUrgency(a: Shortage, b: Shortage): number {
  const lackOfA = a.limit.minimum - a.projected;
  const lackOfB = b.limit.minimum - b.projected;
  const wholeOfA = Math.max(1, a.limit.minimum);
  const wholeOfB = Math.max(1, b.limit.minimum);
  return compareProducts(lackOfB, wholeOfA, lackOfA, wholeOfB) || compare(a.recipient.key, b.recipient.key);
}

/** Sign of a·b − c·d, exactly. */
function compareProducts(a: Milli, b: Milli, c: Milli, d: Milli): number {
  const [left, right] = [a * b, c * d];
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) return Math.sign(left - right);
  return compare(BigInt(a) * BigInt(b), BigInt(c) * BigInt(d));
}

function byPosition({ position: a }: Decided, { position: b }: Decided): number {
  return (
    compare(a.item?.article ?? '', b.item?.article ?? '') ||
    compare(a.item?.name ?? '', b.item?.name ?? '') ||
    compare(a.itemKey, b.itemKey) ||
    compare(a.characteristicKey, b.characteristicKey)
  );
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first of each key, in the order given. */
function uniqueByKey<T extends Warehouse>(warehouses: T[]): T[] {
  const seen = new Set<Key>();
  return warehouses.filter(({ key }) => !seen.has(key) && seen.add(key));
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../src/shared/planning/planner.ts';
import { EMPTY_KEY, type Limit, type PlanInput, type PolicyName, type Stock } from '../../src/shared/planning/types.ts';
import { item } from './input.ts';

/**
 * The rules of what is taken where, by trying everything: all quantities that could be needed, all ways to hand out what
 * donors have, and of those that are allowed the one that serves the most urgent first and its first donor most.
 * Small whole units, one unit = 1000.
 */
const RECIPIENTS = ['r1', 'r2', 'r3'];
const DONORS = ['d1', 'd2'];
const ITEMS = ['i1', 'i2'];
const UNIT = 1000;
const MOST = 60;

interface Need {
  recipient: string;
  limit: Limit;
  projected: number;
  /** Packs are whole units here. */
  pack: number;
  quantity: number;
}

/** Takes of one item: a row for each need by urgency, in it a number for each donor in order. */
type Hands = number[][];

describe('on small companies the planner finds what trying everything finds', () => {
  it('for up to three recipients, two donors and two items', () => {
    const seen = { ways: 0, contests: 0, cases: 0, wholeOnly: 0, leftOut: 0 };
    fc.assert(
      fc.property(smallCompany, (given) => {
        const made = plan(given).lines.filter((line) => line.need > 0);
        const expected = ITEMS.flatMap((itemKey) => {
          const needs = needsOf(given, itemKey);
          const ways = allWays(given, itemKey, needs);
          seen.ways += ways.length;
          if (needs.length > 1 && ways.length > 1) seen.contests += 1;
          return best(ways).map((takes, at) => settle(given, needs[at]!, takes));
        });
        seen.cases += 1;
        seen.wholeOnly += made.some((line) => line.why.donors.some((one) => one.reason === 'partial-not-wanted'))
          ? 1
          : 0;
        seen.leftOut += made.some((line) => line.why.minimumOrder?.effect === 'left-out') ? 1 : 0;
        const told = made.map(({ recipientKey, itemKey, takes, order }) => ({
          place: `${recipientKey} ${itemKey}`,
          takes: takes.map((take) => `${take.donorKey} ${take.quantity / UNIT}`),
          order: order / UNIT,
        }));
        expect(told.toSorted(byPlace)).toEqual(expected.toSorted(byPlace));
      }),
      { numRuns: SAME.length + 500, examples: SAME },
    );
    // Cases without a choice would prove nothing.
    expect(seen.contests).toBeGreaterThan(seen.cases / 3);
    expect(seen.ways).toBeGreaterThan(seen.cases * 15);
    expect(seen.wholeOnly).toBeGreaterThan(0);
    expect(seen.leftOut).toBeGreaterThan(0);
  });
});

/** What each recipient is to get of the item, by trying every number of packs; most urgent first. */
function needsOf(given: PlanInput, itemKey: string): Need[] {
  const needs: Need[] = [];
  for (const { key: recipient } of given.recipients) {
    const limit = limitAt(given, recipient, itemKey);
    if (limit === undefined) continue;
    const minimum = limit.minimum / UNIT;
    const maximum = limit.maximum === null ? 0 : limit.maximum / UNIT;
    const pack = limit.pack === null ? 1 : limit.pack.size / UNIT;
    const free = at(given, recipient, itemKey, 'free');
    const coming = at(given, recipient, itemKey, 'onOrder') + openTo(given, recipient, itemKey);
    const projected = free + coming;
    const tries = Array.from({ length: MOST / pack }, (_, count) => count * pack);

    let quantity = 0;
    if (given.policy === 'ut-11.5') {
      if (minimum < 0 || free > minimum) continue;
      const safety = (limit.safety ?? 0) / UNIT;
      const short = Math.max(0, Math.min(at(given, recipient, itemKey, 'reserved'), -free));
      const beyond = Math.max(0, coming - short);
      const level = maximum - safety - beyond + Math.min(safety, minimum - free);
      const asked = Math.max(0, level) + Math.max(0, short - coming);
      quantity = tries.find((one) => one >= asked)!;
    } else {
      if (minimum <= 0 || free >= minimum || projected >= minimum) continue;
      const target = Math.max(minimum, maximum);
      const reaching = tries.filter((one) => projected + one >= minimum);
      const within = reaching.filter((one) => projected + one <= target);
      quantity = within.at(-1) ?? reaching[0]!;
    }
    if (quantity > 0) needs.push({ recipient, limit, projected, pack, quantity });
  }
  const lack = ({ limit, projected }: Need) =>
    (limit.minimum / UNIT - projected) / (limit.minimum === 0 ? 0.001 : limit.minimum / UNIT);
  return needs.sort((a, b) => lack(b) - lack(a) || (a.recipient < b.recipient ? -1 : 1));
}

/** Every way to hand out the item that the rules allow. */
function allWays(given: PlanInput, itemKey: string, needs: Need[]): Hands[] {
  const spare = given.donors.map(({ key }) => {
    const minimum = Math.max(0, (limitAt(given, key, itemKey)?.minimum ?? 0) / UNIT);
    return Math.max(0, at(given, key, itemKey, 'free') - minimum - openFrom(given, key, itemKey));
  });
  let ways: Hands[] = [[]];
  for (const need of needs) {
    ways = ways.flatMap((way) =>
      rowsFor(given, need)
        .map((row) => [...way, row])
        .filter((one) => spare.every((most, donor) => one.reduce((sum, row) => sum + row[donor]!, 0) <= most)),
    );
  }
  return ways;
}

/** What one need may take from each donor: whole packs, never more than needed, all or nothing where the donor says so. */
function rowsFor(given: PlanInput, { recipient, quantity, pack }: Need): number[][] {
  let rows: number[][] = [[]];
  for (const donor of given.donors) {
    rows = rows.flatMap((row) => {
      const left = quantity - row.reduce((sum, one) => sum + one, 0);
      const choices = Array.from({ length: left / pack + 1 }, (_, count) => count * pack)
        .filter((take) => take === 0 || donor.key !== recipient)
        .filter((take) => !donor.wholeOnly || take === 0 || take === left);
      return choices.map((take) => [...row, take]);
    });
  }
  return rows;
}

/** The most to the most urgent from its first donor, then from its second, then to the next in turn. */
function best(ways: Hands[]): Hands {
  return ways.reduce((one, other) => {
    const [a, b] = [one.flat(), other.flat()];
    const differs = a.findIndex((take, index) => take !== b[index]);
    return differs >= 0 && b[differs]! > a[differs]! ? other : one;
  });
}

/** The order outside, by trying every number of packs. */
function settle(given: PlanInput, { recipient, limit, projected, pack, quantity }: Need, takes: number[]) {
  const taken = takes.reduce((sum, take) => sum + take, 0);
  const least = (limit.minimumOrder ?? 0) / UNIT;
  const allowed = Array.from({ length: MOST / pack }, (_, count) => count * pack).filter((one) => one >= least);
  let order = quantity === taken ? 0 : allowed.find((one) => one >= quantity - taken)!;
  const ceiling = Math.max(limit.minimum, limit.maximum ?? 0) / UNIT;
  const reached = projected + taken;
  const isRaised = order > quantity - taken;
  if (isRaised && given.policy === 'fill-to-max' && reached >= limit.minimum / UNIT && reached + order > ceiling)
    order = 0;
  return {
    place: `${recipient} ${limit.itemKey}`,
    takes: takes.flatMap((take, donor) => (take > 0 ? [`${given.donors[donor]!.key} ${take}`] : [])),
    order,
  };
}

const byPlace = (a: { place: string }, b: { place: string }) => (a.place < b.place ? -1 : 1);
const limitAt = (given: PlanInput, warehouse: string, itemKey: string) =>
  given.limits.find((one) => one.warehouseKey === warehouse && one.itemKey === itemKey);
const at = (given: PlanInput, warehouse: string, itemKey: string, field: 'free' | 'onOrder' | 'reserved') =>
  (given.stock.find((one) => one.warehouseKey === warehouse && one.itemKey === itemKey)?.[field] ?? 0) / UNIT;
const openTo = (given: PlanInput, warehouse: string, itemKey: string) =>
  sumOfOpen(given, (line) => line.recipientKey === warehouse && line.itemKey === itemKey);
const openFrom = (given: PlanInput, warehouse: string, itemKey: string) =>
  sumOfOpen(given, (line) => line.senderKey === warehouse && line.itemKey === itemKey);
const sumOfOpen = (given: PlanInput, wanted: (line: PlanInput['open'][number]) => boolean) =>
  given.open.filter((line) => wanted(line) && !line.shownBy1C).reduce((sum, line) => sum + line.expected / UNIT, 0);

const units = (min: number, max: number) => fc.integer({ min, max }).map((one) => one * UNIT);

const limitOf = (warehouseKey: string, itemKey: string, top: number): fc.Arbitrary<Limit> =>
  fc
    .record({
      minimum: units(0, top),
      maximum: fc.option(units(1, top + 2)),
      pack: fc.option(
        units(1, 3).map((size) => ({ name: 'короб', size })),
        { freq: 1 },
      ),
      safety: units(0, 2),
      minimumOrder: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: units(1, 5) }),
    })
    .map((rest) => ({ warehouseKey, itemKey, characteristicKey: EMPTY_KEY, ...rest }));

const stockOf = (warehouseKey: string, itemKey: string, most: number): fc.Arbitrary<Stock> =>
  fc.record({ free: units(-1, most), reserved: units(0, 1), onOrder: units(0, 1) }).map((rest) => ({
    warehouseKey,
    itemKey,
    characteristicKey: EMPTY_KEY,
    onHand: rest.free + rest.reserved,
    ...rest,
  }));

const openLine = fc
  .record({
    recipientKey: fc.constantFrom(...RECIPIENTS),
    senderKey: fc.option(fc.constantFrom(...DONORS)),
    itemKey: fc.constantFrom(...ITEMS),
    expected: units(1, 2),
    shownBy1C: fc.boolean(),
  })
  .map((rest) => ({
    outboxId: 'o',
    kind: rest.senderKey === null ? ('order' as const) : ('transfer' as const),
    characteristicKey: EMPTY_KEY,
    ...rest,
  }));

/** Up to three recipients and two donors; a donor may be a recipient too. */
const smallCompany: fc.Arbitrary<PlanInput> = fc.record({
  policy: fc.constantFrom<PolicyName[]>('fill-to-max', 'ut-11.5'),
  recipients: fc.shuffledSubarray(RECIPIENTS.map(named), { minLength: 2 }),
  donors: fc
    .shuffledSubarray([...DONORS, 'r1'].map(named), { minLength: 1, maxLength: 2 })
    .chain((donors) =>
      fc.tuple(
        ...donors.map((one) =>
          fc.integer({ min: 1, max: 4 }).map((dice) => (dice === 4 ? { ...one, wholeOnly: true } : one)),
        ),
      ),
    ),
  items: fc.constant(ITEMS.map((key) => item(key))),
  limits: fc.tuple(
    ...RECIPIENTS.flatMap((one) => ITEMS.map((itemKey) => limitOf(one, itemKey, 5))),
    ...DONORS.flatMap((one) => ITEMS.map((itemKey) => limitOf(one, itemKey, 1))),
  ),
  stock: fc.tuple(
    ...RECIPIENTS.flatMap((one) => ITEMS.map((itemKey) => stockOf(one, itemKey, 3))),
    ...DONORS.flatMap((one) => ITEMS.map((itemKey) => stockOf(one, itemKey, 12))),
  ),
  open: fc.array(openLine, { maxLength: 2 }),
});

/** The same cases each time, so that whether they hold enough choices is no matter of chance. */
const SAME = fc.sample(smallCompany, { seed: 3, numRuns: 1000 }).map((given): [PlanInput] => [given]);

function named(key: string) {
  return { key, name: key };
}

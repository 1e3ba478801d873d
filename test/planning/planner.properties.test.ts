import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../src/shared/planning/planner.ts';
import type { OpenLine, Plan, PlanInput, PlanLine } from '../../src/shared/planning/types.ts';
import { arbitraryInput } from './arbitrary-input.ts';
import { planNaively, stepOf } from './naive-reference.ts';

/** fast-check prints seed and path of a failing case; `fc.assert(…, { seed, path })` brings it back. */
const RUNS = { numRuns: 400 };

const always = (holds: (given: PlanInput, made: Plan) => void) =>
  fc.assert(
    fc.property(arbitraryInput, (given) => holds(given, plan(given))),
    RUNS,
  );

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
const placeOf = (line: PlanLine) => `${line.recipientKey} ${line.itemKey} ${line.characteristicKey}`;
const ordering = (line: PlanLine) => line.outcome !== 'covered' && line.outcome !== 'unmet';

describe('whatever the rows', () => {
  it('small companies exist that show every outcome, rounding and reason (or the properties below prove nothing)', () => {
    const seen = new Set<string>();
    for (const given of fc.sample(arbitraryInput, { seed: 1, numRuns: 1000 })) {
      for (const { outcome, why } of plan(given).lines) {
        for (const word of [outcome, why.rounding, why.skipped, why.packIgnored, why.minimumOrder?.effect])
          seen.add(String(word));
        for (const step of why.donors) seen.add(step.reason);
      }
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(
        (
          'transfer order mixed covered unmet none unit unit-down pack-up pack-down covered-by-expected unknown-item not-stocked ' +
          'marked-for-deletion not-positive not-whole-units took-all took-part nothing-free less-than-a-pack not-needed ' +
          'nothing-by-formula partial-not-wanted minimum-unknown raised left-out'
        ).split(' '),
      ),
    );
  });

  it('what is taken and what is ordered make up the need', () => {
    always((_, { lines }) => {
      for (const line of lines) {
        expect(sum(line.takes.map((take) => take.quantity)) + line.order).toBe(line.need);
        expect(line.need > 0).toBe(ordering(line));
        expect(line.why).toMatchObject({ need: line.need, ordered: line.order });
      }
    });
  });

  it('no donor goes below its own minimum, gives what it has promised, or gives to itself', () => {
    always((given, { lines }) => {
      for (const line of lines) expect(line.takes.map((take) => take.donorKey)).not.toContain(line.recipientKey);
      for (const donor of given.donors) {
        for (const { itemKey, characteristicKey } of lines) {
          const here = (row: { itemKey: string; characteristicKey: string }) =>
            row.itemKey === itemKey && row.characteristicKey === characteristicKey;
          const taken = sum(
            lines
              .filter(here)
              .flatMap((line) => line.takes)
              .filter((take) => take.donorKey === donor.key)
              .map((take) => take.quantity),
          );
          if (taken === 0) continue;
          const own = (row: { warehouseKey: string }) => row.warehouseKey === donor.key;
          const free = sum(given.stock.filter((row) => own(row) && here(row)).map((row) => row.free));
          const minimum = sum(given.limits.filter((row) => own(row) && here(row)).map((row) => row.minimum));
          const promised = sum(
            given.open
              .filter((row) => row.senderKey === donor.key && here(row) && !row.shownBy1C)
              .map((row) => row.expected),
          );
          expect(free - promised - taken).toBeGreaterThanOrEqual(minimum);
        }
      }
    });
  });

  it('a donor that gives all or nothing leaves nothing to order, and nobody takes where the minimum is not known', () => {
    always((given, { lines }) => {
      const wholeOnly = given.donors.filter((donor) => donor.wholeOnly).map((donor) => donor.key);
      for (const { takes, order, itemKey, characteristicKey } of lines) {
        if (takes.some((take) => wholeOnly.includes(take.donorKey))) expect(order).toBe(0);
        for (const { donorKey } of takes) {
          expect(given.unknownMinimums).not.toContainEqual({ warehouseKey: donorKey, itemKey, characteristicKey });
        }
      }
    });
  });

  it('an order outside is a whole number of packs, and never below the supplier’s minimum', () => {
    always((given, { lines }) => {
      for (const line of lines.filter((one) => one.order > 0)) {
        expect(line.order).toBeGreaterThanOrEqual(limitOf(given, line).minimumOrder ?? 0);
        expect(line.order % line.why.step!).toBe(0);
      }
    });
  });

  it('rounding reaches the minimum, and passes the maximum only where nothing less would', () => {
    always((all) => {
      const given: PlanInput = { ...withoutMinimumOrders(all), policy: 'fill-to-max' };
      const { lines } = plan(given);
      for (const line of lines.filter(ordering)) {
        const { minimum, maximum, projected, need, target } = line.why;
        const step = stepOf(limitOf(given, line), given.items.find((one) => one.key === line.itemKey)!.wholeUnits);
        expect(need % step).toBe(0);
        for (const take of line.takes) expect(take.quantity % step).toBe(0);
        expect(projected + need).toBeGreaterThanOrEqual(minimum);
        expect(projected + need).toBeLessThan(target + step);
        if (maximum !== null && maximum >= minimum && projected + need > maximum && need > step) {
          expect(projected + need - step).toBeLessThan(minimum);
        }
      }
    });
  });

  it('the order of rows does not matter, and planning again gives the same bytes', () => {
    fc.assert(
      fc.property(
        arbitraryInput.chain((given) =>
          fc.record({
            given: fc.constant(given),
            shuffled: fc.record({
              policy: fc.constant(given.policy),
              donors: fc.constant(given.donors),
              recipients: shuffle(given.recipients),
              items: shuffle(given.items),
              unknownMinimums: shuffle(given.unknownMinimums ?? []),
              limits: shuffle(given.limits),
              stock: shuffle(given.stock),
              open: shuffle(given.open),
            }),
          }),
        ),
        ({ given, shuffled }) => {
          const bytes = JSON.stringify(plan(given));
          expect(JSON.stringify(plan(given))).toBe(bytes);
          expect(JSON.stringify(plan(shuffled))).toBe(bytes);
        },
      ),
      RUNS,
    );
  });

  it('the rows are left as they were', () => {
    fc.assert(
      fc.property(arbitraryInput, (given) => {
        const before = JSON.stringify(given);
        plan(given);
        expect(JSON.stringify(given)).toBe(before);
      }),
      RUNS,
    );
  });

  it('more stock of the recipient never means more need for that line', () => {
    fc.assert(
      fc.property(arbitraryInput, fc.integer({ min: 1, max: 9000 }), fc.nat(), (all, more, which) => {
        // Among competitors, less need means a later turn, fewer goods of the donors and perhaps an order brought up
        // to the supplier's minimum; so the promise with minimum orders is one to a lone recipient.
        const given = all.recipients.length === 1 ? all : withoutMinimumOrders(all);
        const { lines } = plan(given);
        if (lines.length === 0) return;
        const line = lines[which % lines.length]!;
        const { recipientKey: warehouseKey, itemKey, characteristicKey } = line;
        const extra = { warehouseKey, itemKey, characteristicKey, onHand: more, reserved: 0, free: more, onOrder: 0 };
        const richer = plan({ ...given, stock: [...given.stock, extra] });
        const after = richer.lines.find((one) => placeOf(one) === placeOf(line));
        expect(after?.need ?? 0).toBeLessThanOrEqual(line.need);
      }),
      RUNS,
    );
  });

  it('more stock of a donor never means more ordered outside, while all count in the same packs', () => {
    fc.assert(
      fc.property(arbitraryInput, fc.integer({ min: 1, max: 9000 }), fc.nat(), (all, more, which) => {
        const isRecipient = new Set(all.recipients.map((one) => one.key));
        const donors = all.donors.filter((one) => !isRecipient.has(one.key)).map(({ key, name }) => ({ key, name }));
        const limits = withoutMinimumOrders(all).limits.map((row) => ({ ...row, pack: null }));
        const given = { ...all, donors, limits };
        const { lines } = plan(given);
        const donor = donors[which % donors.length];
        const line = lines[which % lines.length];
        if (donor === undefined || line === undefined) return;
        const { itemKey, characteristicKey } = line;
        const place = { warehouseKey: donor.key, itemKey, characteristicKey };
        const extra = { ...place, onHand: more, reserved: 0, free: more, onOrder: 0 };
        const richer = plan({ ...given, stock: [...given.stock, extra] });
        expect(sum(richer.lines.map((one) => one.order))).toBeLessThanOrEqual(sum(lines.map((one) => one.order)));
      }),
      RUNS,
    );
  });

  it('a second scan right after the first orders nothing', () => {
    always((given, made) => {
      const again = plan({ ...given, open: [...given.open, ...made.lines.flatMap(openLinesOf)] });
      expect(again.lines.filter(ordering)).toEqual([]);
      expect(again.lines.map(placeOf)).toEqual(made.lines.map(placeOf));
    });
  });

  it('a scan after 1C has posted the transfers orders nothing either', () => {
    always((given, made) => {
      const posted = made.lines.flatMap((line) =>
        line.takes.flatMap(({ donorKey, quantity }) => {
          const { itemKey, characteristicKey } = line;
          const row = { itemKey, characteristicKey, onHand: 0, reserved: 0 };
          return [
            // Above zero so that an earlier over-delivery, which counts as nothing, does not swallow it.
            { ...row, warehouseKey: line.recipientKey, free: 0, onOrder: quantity + overDelivered(given, line) },
            { ...row, warehouseKey: donorKey, free: -quantity, onOrder: 0 },
          ];
        }),
      );
      const open = made.lines.flatMap(openLinesOf).map((line) => ({ ...line, shownBy1C: line.kind === 'transfer' }));
      const again = plan({ ...given, stock: [...given.stock, ...posted], open: [...given.open, ...open] });
      // With UT's trigger a donor that has given down to its minimum is at its minimum: its own need, and a new one.
      const gave = given.policy === 'ut-11.5' ? new Set(given.donors.map((one) => one.key)) : new Set();
      expect(again.lines.filter(ordering).filter((line) => !gave.has(line.recipientKey))).toEqual([]);
    });
  });

  it('it agrees with the rules written out naively', () => {
    always((given, made) => {
      const told = made.lines.map(({ why: _, ...line }) => line);
      const byPlace = (a: { recipientKey: string; itemKey: string; characteristicKey: string }, b: typeof a) =>
        JSON.stringify([a.recipientKey, a.itemKey, a.characteristicKey]) <
        JSON.stringify([b.recipientKey, b.itemKey, b.characteristicKey])
          ? -1
          : 1;
      expect(told.toSorted(byPlace)).toEqual(planNaively(given).toSorted(byPlace));
    });
  });
});

function shuffle<T>(rows: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(rows, { minLength: rows.length });
}

const limitOf = (given: PlanInput, line: PlanLine) =>
  given.limits.find(
    ({ warehouseKey, itemKey, characteristicKey }) =>
      `${warehouseKey} ${itemKey} ${characteristicKey}` === placeOf(line),
  )!;

const withoutMinimumOrders = (given: PlanInput): PlanInput => ({
  ...given,
  limits: given.limits.map((limit) => ({ ...limit, minimumOrder: 0 })),
});

function overDelivered(given: PlanInput, line: PlanLine): number {
  const rows = given.stock.filter(
    (row) =>
      placeOf({
        ...line,
        recipientKey: row.warehouseKey,
        itemKey: row.itemKey,
        characteristicKey: row.characteristicKey,
      }) === placeOf(line),
  );
  return Math.max(0, -sum(rows.map((row) => row.onOrder)));
}

function openLinesOf(line: PlanLine): OpenLine[] {
  const { recipientKey, itemKey, characteristicKey } = line;
  const base = { outboxId: 'new', recipientKey, itemKey, characteristicKey, shownBy1C: false };
  const transfers = line.takes.map(({ donorKey, quantity }) => ({
    ...base,
    kind: 'transfer' as const,
    senderKey: donorKey,
    expected: quantity,
  }));
  return line.order > 0
    ? [...transfers, { ...base, kind: 'order' as const, senderKey: null, expected: line.order }]
    : transfers;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, type Wish } from '../../src/shared/planning/edits.ts';
import { explain } from '../../src/shared/planning/explain.ts';
import { plan } from '../../src/shared/planning/planner.ts';
import { toMilli } from '../../src/shared/planning/quantity.ts';
import { type Edit, EMPTY_KEY, type Key, type Plan, type PlanLine } from '../../src/shared/planning/types.ts';
import { arbitraryInput } from './arbitrary-input.ts';
import { BESTUZHEVYH, CONTAINER, input, item, LENINA, limit, MIRA, stock } from './input.ts';

const edit = (senderKey: Key | null, units: number, forced = false) => ({
  senderKey,
  quantity: toMilli(units),
  reason: 'мало места',
  by: 'Анна',
  at: '2027-01-01T09:00:00.000Z',
  forced,
});
const wish = (total: number, edits: Wish['edits'], recipient = LENINA): Wish => ({
  recipientKey: recipient.key,
  itemKey: 'i1',
  characteristicKey: EMPTY_KEY,
  total: toMilli(total),
  edits,
});
/** One shop that lacks 20, with this much at either donor. */
const lacking = (first: number, second: number, minimum = 20) =>
  plan(
    input({
      limits: [limit(LENINA, minimum)],
      stock: [stock(BESTUZHEVYH, first), stock(CONTAINER, second)],
    }),
  );
/** «d1 5, order 7» */
const sources = ({ takes, order }: PlanLine) =>
  [
    ...takes.map((one) => `${one.donorKey} ${one.quantity / 1000}`),
    ...(order > 0 ? [`order ${order / 1000}`] : []),
  ].join(', ');
const carried = (made: Plan, wishes: Wish[]) => applyEdits(made, wishes).plan.lines.map(sources);

describe('an edit carried over to a new plan', () => {
  it.each([
    ['the same plan', lacking(5, 0), wish(12, [edit(null, 7)]), 'd1 5, order 7'],
    ['a plan that needs more', lacking(5, 0, 30), wish(12, [edit(null, 7)]), 'd1 5, order 7'],
    ['a plan that needs less', lacking(5, 0, 8), wish(12, [edit(null, 7)]), 'd1 5, order 7'],
    ['a donor that has more now', lacking(9, 0), wish(12, [edit(null, 7)]), 'd1 5, order 7'],
    ['a donor that has all now', lacking(50, 0), wish(12, [edit(null, 7)]), 'd1 12'],
    ['an edited donor, the rest as it was', lacking(5, 3), wish(18, [edit('d1', 3)]), 'd1 3, d2 3, order 12'],
    ['an edited donor that has less now', lacking(2, 0), wish(12, [edit('d1', 12)]), 'd1 2, order 10'],
    ['an edited donor that has nothing now', lacking(0, 4), wish(12, [edit('d1', 12)]), 'd2 4, order 8'],
    ['a larger quantity that the donor still has', lacking(50, 0), wish(25, [edit('d1', 25)]), 'd1 25'],
    ['a larger quantity that the donor has no more', lacking(22, 0), wish(25, [edit('d1', 25)]), 'd1 22, order 3'],
    ['a larger quantity that somebody insisted on', lacking(22, 0), wish(25, [edit('d1', 25, true)]), 'd1 25'],
    ['two edits of one need', lacking(50, 0, 20), wish(9, [edit('d1', 4), edit(null, 5)]), 'd1 4, order 5'],
  ])('leaves the person’s total and the edited source: %s', (_, made, wished, expected) => {
    expect(carried(made, [wished])).toEqual([expected]);
  });

  it('lapses when the need is gone', () => {
    const enough = plan(input({ limits: [limit(LENINA, 20)], stock: [stock(LENINA, 20)] }));
    const wished = wish(12, [edit(null, 12)]);
    expect(applyEdits(enough, [wished])).toEqual({ plan: enough, lapsed: [wished] });
  });

  it('gives what one recipient leaves to another that was given more', () => {
    const made = plan(
      input({
        limits: [limit(LENINA, 10), limit(MIRA, 10)],
        recipients: [LENINA, MIRA],
        stock: [stock(BESTUZHEVYH, 20)],
      }),
    );
    const wishes = [wish(14, [edit('d1', 14)]), wish(6, [edit('d1', 6)], MIRA)];
    expect(carried(made, wishes)).toEqual(['d1 14', 'd1 6']);
    expect(carried(made, wishes.reverse())).toEqual(['d1 14', 'd1 6']);
  });

  it('keeps the plan’s own numbers beside it, and says so in both languages', () => {
    const { plan: edited } = applyEdits(lacking(5, 0), [wish(12, [edit(null, 7)])]);
    const [line] = edited.lines;
    expect(line?.why).toMatchObject({ need: 20_000, ordered: 15_000, edits: [{ planned: 15_000, quantity: 7_000 }] });
    const names = { recipientName: LENINA.name, itemName: item().name, unit: 'шт', donorNames: {} };
    expect(explain(line!, names, 'ru')).toMatch(
      /Количество изменено: 7 вместо 15 \(заказ в МойСклад\), причина: мало места \(Анна\)\.$/,
    );
    expect(explain(line!, names, 'en')).toMatch(
      /Quantity edited: 7 instead of 15 \(order through MoySklad\), reason: мало места \(Анна\)\.$/,
    );
  });
});

/** Edits some needs of a plan: one of its sources gets another quantity, as an operator would give it. */
const arbitraryCase = arbitraryInput.chain((given) => {
  const made = plan(given);
  const needs = made.lines.filter((line) => line.takes.length > 0 || line.order > 0);
  return fc
    .subarray(needs)
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((line) =>
          fc.record({ line: fc.constant(line), at: fc.nat(), units: fc.integer({ min: 1, max: 40 }) }),
        ),
      ),
    )
    .chain((edits) =>
      fc.tuple(
        fc.constant(edits),
        arbitraryInput.map(({ stock: now }) => plan({ ...given, stock: now })),
      ),
    )
    .map(([edits, later]) => ({ made, later, wishes: edits.map(wishFor) }));
});

function wishFor({ line, at, units }: { line: PlanLine; at: number; units: number }): Wish {
  const all: { senderKey: Key | null; quantity: number }[] = [
    ...line.takes.map(({ donorKey, quantity }) => ({ senderKey: donorKey, quantity })),
    ...(line.order > 0 ? [{ senderKey: null, quantity: line.order }] : []),
  ];
  const chosen = all[at % all.length]!;
  const total = all.reduce((sum, one) => sum + one.quantity, 0) - chosen.quantity + units * 1000;
  const { recipientKey, itemKey, characteristicKey } = line;
  return { recipientKey, itemKey, characteristicKey, total, edits: [edit(chosen.senderKey, units)] };
}

const key = (line: Pick<PlanLine, 'recipientKey' | 'itemKey' | 'characteristicKey'>) =>
  `${line.recipientKey} ${line.itemKey} ${line.characteristicKey}`;
const totalOf = (line: PlanLine) => line.takes.reduce((sum, one) => sum + one.quantity, line.order);

describe('whatever is edited, and whatever is planned later,', () => {
  it('a need gets what the person left for it, edits elsewhere change no other line, and no donor goes below its floor', () => {
    let kept = 0;
    fc.assert(
      fc.property(arbitraryCase, ({ later, wishes }) => {
        const { plan: edited, lapsed } = applyEdits(later, wishes);
        const wished = new Map(wishes.map((one) => [key(one), one]));
        for (const [index, line] of edited.lines.entries()) {
          const one = wished.get(key(line));
          if (one === undefined || lapsed.includes(one)) {
            expect(line).toBe(later.lines[index]);
            continue;
          }
          kept += 1;
          const orderPinned = one.edits.some(({ senderKey }) => senderKey === null) && later.lines[index]!.order > 0;
          if (orderPinned) expect(totalOf(line)).toBeLessThanOrEqual(one.total);
          else expect(totalOf(line)).toBe(one.total);
          expect(line.why.edits?.length).toBeGreaterThan(0);
        }
        expect(lapsed.every((one) => !edited.lines.some((line) => key(line) === key(one) && totalOf(line) > 0))).toBe(
          true,
        );
        checkFloors(edited);
      }),
      { numRuns: 400 },
    );
    expect(kept).toBeGreaterThan(100);
  });

  it('carrying over once more changes nothing: a later scan never overwrites an edited line', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ made, later, wishes }) => {
        for (const next of [made, later]) {
          const once = applyEdits(next, wishes).plan;
          const again = applyEdits(next, readBack(once)).plan;
          expect(again.lines.map(sources)).toEqual(once.lines.map(sources));
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** Wishes as the next scan reads them from the documents of this plan. */
function readBack({ lines }: Plan): Wish[] {
  return lines.flatMap((line) => {
    const edits: Edit[] = line.why.edits ?? [];
    const { recipientKey, itemKey, characteristicKey } = line;
    return edits.length === 0 ? [] : [{ recipientKey, itemKey, characteristicKey, total: totalOf(line), edits }];
  });
}

/** A donor's floor, from the first offer that any line got: what it then had above its minimum. */
function checkFloors({ lines }: Plan): void {
  const most = new Map<string, number>();
  const taken = new Map<string, number>();
  for (const line of lines) {
    const place = (donorKey: string) => `${donorKey} ${line.itemKey} ${line.characteristicKey}`;
    for (const step of line.why.donors) {
      most.set(
        place(step.donorKey),
        Math.max(most.get(place(step.donorKey)) ?? 0, step.offered + (step.offered > 0 ? step.takenBefore : 0)),
      );
    }
    for (const { donorKey, quantity } of line.takes) {
      taken.set(place(donorKey), (taken.get(place(donorKey)) ?? 0) + quantity);
    }
  }
  for (const [place, quantity] of taken) expect(quantity).toBeLessThanOrEqual(most.get(place) ?? 0);
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/shared/planning/canonical.ts';
import {
  type Decision,
  type Difference,
  decisionOf,
  difference,
  placeKey,
} from '../../src/shared/planning/difference.ts';
import { describeAdded, describeChange, describeGone } from '../../src/shared/planning/difference-text.ts';
import { plan } from '../../src/shared/planning/planner.ts';
import type { PlanLine } from '../../src/shared/planning/types.ts';
import { arbitraryInput } from './arbitrary-input.ts';

const runs = { numRuns: 500 };
const decisions = (lines: PlanLine[]) =>
  new Map<string, Decision>(lines.map((line) => [placeKey(line), decisionOf(line)]));

/** `before` as the difference says it became. */
function applied(before: PlanLine[], { added, gone, changed }: Difference): Map<string, Decision> {
  const result = decisions(before);
  for (const line of gone) if (!result.delete(placeKey(line))) throw new Error('gone, and never there');
  for (const { before: old, after } of changed) {
    if (canonicalJson(result.get(placeKey(old))) !== canonicalJson(decisionOf(old)))
      throw new Error('changed from what it was not');
    result.set(placeKey(after), decisionOf(after));
  }
  for (const line of added) {
    if (result.has(placeKey(line))) throw new Error('new, and there already');
    result.set(placeKey(line), decisionOf(line));
  }
  return result;
}

const sorted = (map: Map<string, Decision>) => canonicalJson([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

describe('the difference of any two plans', () => {
  it('of a plan and itself is empty', () => {
    fc.assert(
      fc.property(arbitraryInput, (given) => {
        const { lines } = plan(given);
        const again = structuredClone(lines);
        expect(difference(lines, again)).toEqual({ added: [], gone: [], changed: [], same: lines.length });
      }),
      runs,
    );
  });

  it('turns the first into the second', () => {
    fc.assert(
      fc.property(arbitraryInput, arbitraryInput, (one, other) => {
        const [before, after] = [plan(one).lines, plan(other).lines];
        const found = difference(before, after);
        expect(sorted(applied(before, found))).toBe(sorted(decisions(after)));
        expect(found.same + found.changed.length + found.added.length).toBe(after.length);
        expect(found.same + found.changed.length + found.gone.length).toBe(before.length);
      }),
      runs,
    );
  });

  it('backwards has the same changes with their sides exchanged', () => {
    fc.assert(
      fc.property(arbitraryInput, arbitraryInput, (one, other) => {
        const [before, after] = [plan(one).lines, plan(other).lines];
        const [there, back] = [difference(before, after), difference(after, before)];
        expect(back.added).toEqual(there.gone);
        expect(back.gone).toEqual(there.added);
        expect(new Set(back.changed.map(placeKey))).toEqual(new Set(there.changed.map(placeKey)));
      }),
      runs,
    );
  });

  it('always names an input, and where only stock, limits and open lines moved, it is one of those', () => {
    let changes = 0;
    fc.assert(
      fc.property(arbitraryInput, arbitraryInput, (one, { limits, stock, open }) => {
        const { changed } = difference(plan(one).lines, plan({ ...one, limits, stock, open }).lines);
        changes += changed.length;
        for (const { because } of changed) {
          expect(because.length).toBeGreaterThan(0);
          expect(because.map((cause) => cause.input)).not.toContain('rules');
          expect(because.map((cause) => cause.input)).not.toContain('item');
        }
      }),
      runs,
    );
    // The property is about something: plans of the same company do differ.
    expect(changes).toBeGreaterThan(100);
  });

  it('can be said in both languages, in sentences without holes', () => {
    const names = { recipientName: 'Склад', itemName: 'Товар', article: 'A', unit: 'шт' };
    fc.assert(
      fc.property(arbitraryInput, arbitraryInput, (one, other) => {
        const { added, gone, changed } = difference(plan(one).lines, plan(other).lines);
        for (const language of ['ru', 'en'] as const) {
          const said = [
            ...added.map((line) => describeAdded(line, names, language)),
            ...gone.map((line) => describeGone(line, names, language)),
            ...changed.map((change) => describeChange(change, names, language)),
          ];
          for (const sentence of said) {
            expect(sentence).toMatch(/\.$/);
            expect(sentence).not.toMatch(/undefined|null|NaN|\(\)/);
          }
        }
      }),
      runs,
    );
  });
});

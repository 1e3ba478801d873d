import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explain } from '../../src/shared/planning/explain.ts';
import { plan } from '../../src/shared/planning/planner.ts';
import { toMilli } from '../../src/shared/planning/quantity.ts';
import type { Why } from '../../src/shared/planning/types.ts';
import { arbitraryInput } from './arbitrary-input.ts';
import { formulaNaively, leastSteps, roundNaively } from './naive-reference.ts';

const N = '([-−]?\\d+(?:[.,]\\d+)?)';
type Language = 'ru' | 'en';

/** Where each number stands in the text. */
const PATTERNS: Record<Language, Record<string, RegExp>> = {
  ru: {
    stock: new RegExp(`^На складе «П» (?:свободно|в наличии) ${N}`),
    minimum: new RegExp(`при минимуме ${N}`),
    coming: new RegExp(`ещё ${N} шт уже`),
    byHub: new RegExp(`которых 1С ещё не видит, — ${N}`),
    level: new RegExp(`[Дд]о (?:минимума|максимума) ${N} не хватает`),
    missing: new RegExp(`(?:не хватает|= |11\\.5: (?:максимум|под резервы)) ?${N} шт`),
    rounded: new RegExp(`(?:с округлением|округлено вниз)[^.]*? — ${N} шт`),
    taken: new RegExp(`взято (?:всё предложенное: )?${N} шт`, 'g'),
    left: new RegExp(`(?:остальное|сё количество) — ${N} шт`),
    raised: new RegExp(`до минимального заказа: ${N} шт`),
    notOrdered: /— не заказано/,
    total: new RegExp(`всего будет ${N} шт`),
    terms: new RegExp(
      `(максимум|− страховой запас|− уже ожидается|\\+ недостающий страховой запас|\\+ под резервы) ${N}`,
      'g',
    ),
  },
  en: {
    stock: new RegExp(`^“П” has ${N} шт`),
    minimum: new RegExp(`the minimum is ${N}`),
    coming: new RegExp(`${N} шт more already`),
    byHub: new RegExp(`\\(${N} of it by documents`),
    level: new RegExp(`[Uu]p to the (?:minimum|maximum) of ${N}: `),
    missing: new RegExp(`(?:: |= |formula: (?:maximum|for reserves) )${N} шт(?: missing|(?=[.;]))`),
    rounded: new RegExp(`rounded (?:up|down).*?: ${N} шт`),
    taken: new RegExp(`gives (?:all it offered, )?${N} шт`, 'g'),
    left: new RegExp(`(?:the rest|ll of it), ${N} шт`),
    raised: new RegExp(`to the minimum order: ${N} шт`),
    notOrdered: /is not ordered/,
    total: new RegExp(`there will be ${N} шт`),
    terms: new RegExp(
      `(maximum|− safety stock|− already on the way|\\+ missing safety stock|\\+ for reserves) ${N}`,
      'g',
    ),
  },
};

/** The same cases each time, in which everything occurs that the text can say; chance alone would sometimes leave out the rarest. */
const SAME = fc.sample(arbitraryInput, { seed: 1, numRuns: 1000 }).map((given): [typeof given] => [given]);

describe.each<Language>(['ru', 'en'])('the numbers in the text (%s)', (language) => {
  const patterns = PATTERNS[language];
  const read = (text: string) => (name: string) => {
    const match = patterns[name]!.exec(text);
    return match === null ? null : milli(match[1]!);
  };

  it('add up by themselves, and lead to what the line gets', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(arbitraryInput, (given) => {
        for (const { why, takes, order, outcome } of plan(given).lines) {
          const text = textOf(why, language);
          const number = read(text);
          expect(number('minimum'), text).toBe(why.minimum);
          expect(number('coming') ?? 0, text).toBe(why.onOrder + why.hubExpected);
          expect(number('byHub') ?? 0, text).toBe(why.hubExpected);
          const there = number('stock')! + (number('coming') ?? 0);
          if (why.skipped === 'nothing-by-formula') continue;
          if (outcome === 'covered') {
            if (why.formula === undefined) expect(number('total'), text).toBe(there);
            seen.add('covered');
            continue;
          }
          const missing = number('missing');
          const terms = [...text.matchAll(patterns.terms!)].map(([, word, value]) =>
            word!.startsWith('−') ? -milli(value!) : milli(value!),
          );
          if (why.formula === undefined) expect(number('level')! - there, text).toBe(missing);
          else if (terms.length > 1) expect(sum(terms), text).toBe(missing);
          expect(missing, text).toBe(why.missing);
          seen.add(terms.length > 1 ? 'formula' : 'level');
          if (outcome === 'unmet') continue;

          const wanted = number('rounded') ?? missing!;
          const taken = [...text.matchAll(patterns.taken!)].map(([, value]) => milli(value!));
          const left = number('left') ?? 0;
          expect(taken, text).toEqual(takes.map((take) => take.quantity));
          expect(sum(taken) + left, text).toBe(wanted);
          const ordered = patterns.notOrdered!.test(text) ? 0 : (number('raised') ?? left);
          expect(ordered, text).toBe(order);
          expect(sum(taken) + ordered, text).toBe(why.need);
          if (ordered !== left) seen.add(ordered > left ? 'raised' : 'left-out');
        }
      }),
      { numRuns: SAME.length + 400, examples: SAME },
    );
    expect([...seen].sort()).toEqual(['covered', 'formula', 'left-out', 'level', 'raised']);
  });

  it('are what the stored inputs give when the rules are worked out anew', () => {
    fc.assert(
      fc.property(arbitraryInput, (given) => {
        for (const line of plan(given).lines.filter((one) => one.need > 0)) {
          const stored: Why = JSON.parse(JSON.stringify(line.why));
          const text = textOf(stored, language);
          const number = read(text);
          const taken = [...text.matchAll(patterns.taken!)].map(([, value]) => milli(value!));
          expect(sum(taken) + (number('left') ?? 0), text).toBe(recompute(stored));
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** What the line was to get before a minimum order, of stored inputs alone: no result of the planner is used. */
function recompute({ formula, minimum, maximum, free, reserved, onOrder, hubExpected, step }: Why): number {
  const expected = onOrder + hubExpected;
  if (formula === undefined) return roundNaively(free + expected, minimum, maximum, step!);
  const { stock, safety } = formula;
  return leastSteps(formulaNaively({ minimum, maximum, safety }, { stock, expected, reserves: reserved }), step!);
}

/** Names without digits: every number in the text is a quantity. */
function textOf(why: Why, language: Language): string {
  const donorNames = Object.fromEntries(['w1', 'w2', 'w3', 'w4'].map((key) => [key, 'Донор']));
  return explain({ why }, { recipientName: 'П', itemName: 'Товар', unit: 'шт', donorNames }, language);
}

const milli = (text: string) => toMilli(text.replace(',', '.').replace('−', '-'));
const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FormulaInput, utQuantity } from '../../src/shared/planning/ut-formula.ts';

/** stock, minimum, maximum, safety, on order, reserves → quantity; in units. */
type Row = readonly [number, number, number, number, number, number, number];

const TABLE: readonly [string, readonly Row[]][] = [
  [
    'at the minimum: the whole maximum',
    [
      [10, 10, 20, 0, 0, 0, 20],
      [1, 1, 1, 0, 0, 0, 1],
      [10, 10, 10, 0, 0, 0, 10],
      [10, 10, 5, 0, 0, 0, 5],
    ],
  ],
  [
    'below the minimum: still the maximum, not up to it',
    [
      [9, 10, 20, 0, 0, 0, 20],
      [3, 10, 20, 0, 0, 0, 20],
      [0, 10, 20, 0, 0, 0, 20],
      [5, 10, 8, 0, 0, 0, 8],
      [2.5, 10, 20, 0, 0, 0, 20],
    ],
  ],
  [
    'what is on order is taken off',
    [
      [10, 10, 20, 0, 1, 0, 19],
      [10, 10, 20, 0, 19, 0, 1],
      [10, 10, 20, 0, 20, 0, 0],
      [10, 10, 20, 0, 21, 0, 0],
      [3, 10, 20, 0, 7, 0, 13],
      [3, 10, 20, 0, 17, 0, 3],
      [0, 10, 20, 0, 12.5, 0, 7.5],
    ],
  ],
  [
    'safety stock is taken off at the minimum',
    [
      [10, 10, 20, 4, 0, 0, 16],
      [10, 10, 20, 20, 0, 0, 0],
      [10, 10, 20, 25, 0, 0, 0],
      [10, 10, 20, 4, 6, 0, 10],
      [10, 10, 20, 4, 16, 0, 0],
    ],
  ],
  [
    'and put back as far as stock has fallen below the minimum',
    [
      [9, 10, 20, 4, 0, 0, 17],
      [7, 10, 20, 4, 0, 0, 19],
      [6, 10, 20, 4, 0, 0, 20],
      [0, 10, 20, 4, 0, 0, 20],
      [8, 10, 20, 4, 5, 0, 13],
      [0, 10, 20, 15, 0, 0, 15],
      [9.5, 10, 20, 0.75, 0, 0, 19.75],
    ],
  ],
  [
    'stock above the minimum is taken off',
    [
      [11, 10, 20, 0, 0, 0, 19],
      [15, 10, 20, 0, 0, 0, 15],
      [29, 10, 20, 0, 0, 0, 1],
      [30, 10, 20, 0, 0, 0, 0],
      [40, 10, 20, 0, 0, 0, 0],
      [15, 10, 20, 4, 3, 0, 8],
    ],
  ],
  [
    'no maximum: nothing, however little there is',
    [
      [0, 10, 0, 0, 0, 0, 0],
      [0, 10, 0, 4, 0, 0, 0],
      [-5, 10, 0, 0, 0, 0, 0],
    ],
  ],
  [
    'stock below zero without reserves adds nothing',
    [
      [-5, 10, 20, 0, 0, 0, 20],
      [-5, 10, 20, 4, 0, 0, 20],
      [-5, 0, 20, 0, 0, 0, 20],
    ],
  ],
  [
    'stock below zero under reserves: as much more as they lack',
    [
      [-5, 10, 20, 0, 0, 5, 25],
      [-5, 10, 20, 0, 0, 3, 23],
      [-5, 10, 20, 0, 0, 9, 25],
      [-5, 10, 20, 4, 0, 5, 25],
      [-5, 10, 20, 0, 7, 5, 18],
      [-5, 10, 20, 0, 20, 5, 5],
      [-5, 10, 0, 0, 0, 5, 5],
      [0, 10, 20, 0, 0, 5, 20],
      [4, 10, 20, 0, 0, 5, 20],
      [-0.5, 10, 20, 0, 0, 2, 20.5],
      [-5, 0, 0, 0, 0, 5, 5],
      [-3, 4, 10, 12, 0, 3, 8],
    ],
  ],
];

const milli = (units: number) => Math.round(units * 1000);
const ask = (row: readonly number[]) => {
  const [stock, minimum, maximum, safety, onOrder, reserves] = row.map(milli) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return utQuantity({ stock, minimum, maximum, safety, onOrder, reserves });
};

describe("UT's quantity", () => {
  const rows = TABLE.flatMap(([what, cases]) => cases.map((row) => [what, ...row] as const));

  it('is checked on 40 cases or more, none of them twice', () => {
    expect(new Set(rows.map((row) => row.slice(1, 7).join())).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThanOrEqual(40);
  });

  it.each(rows)('%s: stock %d, minimum %d, maximum %d, safety %d, on order %d, reserves %d give %d', (_, ...row) => {
    expect(ask(row).quantity).toBe(milli(row[6]));
    expect(literally(ask(row), row)).toBe(milli(row[6]));
  });

  const quantity = (min: number, max: number) => fc.integer({ min: min * 1000, max: max * 1000 });
  const input: fc.Arbitrary<FormulaInput> = fc.record({
    stock: quantity(-20, 40),
    minimum: quantity(0, 20),
    maximum: quantity(0, 40),
    safety: quantity(0, 25),
    onOrder: quantity(0, 40),
    reserves: quantity(0, 20),
  });

  it('is the formula to the letter, unless more is on order than the level takes while reserves are short', () => {
    let differs = 0;
    fc.assert(
      fc.property(input, (given) => {
        const short = Math.max(0, Math.min(given.reserves, -given.stock));
        const { quantity: ours } = utQuantity(given);
        if (short === 0 || given.onOrder <= Math.max(0, levelOf(given))) {
          expect(ours).toBe(toTheLetter(given));
        } else {
          differs += 1;
          expect(ours).toBeLessThanOrEqual(toTheLetter(given));
        }
      }),
      { numRuns: 2000 },
    );
    expect(differs).toBeGreaterThan(0);
  });

  it('asks for nothing more once what it asked for is on order', () => {
    fc.assert(
      fc.property(input, fc.integer({ min: 0, max: 5000 }), (given, rounding) => {
        const { quantity: first } = utQuantity(given);
        expect(utQuantity({ ...given, onOrder: given.onOrder + first + rounding }).quantity).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('to the letter it would order a shortage under reserves again every day', () => {
    const short = { stock: -5000, minimum: 10_000, maximum: 20_000, safety: 0, reserves: 5000 };
    expect(toTheLetter({ ...short, onOrder: 25_000 })).toBe(5000);
    expect(utQuantity({ ...short, onOrder: 25_000 }).quantity).toBe(0);
  });
});

function levelOf({ stock, minimum, maximum, safety }: FormulaInput): number {
  const over = stock - minimum;
  return maximum - safety - Math.max(0, over) + Math.min(safety, Math.max(0, -over));
}

/** The formula of the data processor as it stands. */
function toTheLetter(given: FormulaInput): number {
  return Math.max(0, levelOf(given) - given.onOrder) + Math.max(0, Math.min(given.reserves, -given.stock));
}

/** The quantity once more, from the terms that a line keeps. */
function literally({ terms }: ReturnType<typeof utQuantity>, row: readonly number[]): number {
  const surplus = Math.max(0, terms.stock - milli(row[1]!));
  const level = milli(row[2]!) - terms.safety - terms.onOrder - surplus + terms.safetyGap;
  return Math.max(0, level) + terms.forReserves;
}

import { type Policy, projectedOf } from './policy.ts';
import type { Cell } from './positions.ts';
import { stepOf, upToStep } from './step.ts';
import type { Limit, Milli, Why } from './types.ts';

export interface FormulaInput {
  /** What the limits are compared with: free stock, or all that is on hand. */
  stock: Milli;
  minimum: Milli;
  maximum: Milli;
  safety: Milli;
  /** All that is expected, by 1C and by the hub. */
  onOrder: Milli;
  reserves: Milli;
}

/**
 * UT 11.5's re-order quantity (its data processor «ОбеспечениеПотребностей»):
 *
 *     max(0, Max − Safety − onOrder − max(0, over) + min(Safety, max(0, −over))) + max(0, min(reserves, −stock))
 *
 * with `over = stock − Min`. What is expected covers the reserves first and the level after them: UT takes the part that
 * covers reserves out of `onOrder` before it counts. Left in both terms, a shortage under reserves that is already on
 * its way would be ordered again every day. The two readings differ only where more is expected than the level takes.
 */
export function utQuantity(input: FormulaInput): { quantity: Milli; terms: NonNullable<Why['formula']> } {
  const { stock, minimum, maximum, safety, onOrder, reserves } = input;
  const over = stock - minimum;
  const shortOfReserves = Math.max(0, Math.min(reserves, -stock));
  const terms = {
    stock,
    safety,
    safetyGap: Math.min(safety, Math.max(0, -over)),
    onOrder: Math.max(0, onOrder - shortOfReserves),
    forReserves: Math.max(0, shortOfReserves - onOrder),
  };
  const level = maximum - safety - terms.onOrder - Math.max(0, over) + terms.safetyGap;
  return { quantity: Math.max(0, level) + terms.forReserves, terms };
}

/**
 * Proposes when stock has fallen to the minimum, however much is expected: what is expected lowers the quantity, not
 * the trigger. After delivery there is about minimum plus maximum. Rounds up to the pack, as UT does.
 */
export const utFormula: Policy = {
  name: 'ut-11.5',
  keeps: ({ minimum }) => minimum >= 0,
  ceiling: () => Number.POSITIVE_INFINITY,

  isShort(limit, cell) {
    if (stockOf(limit, cell) > limit.minimum) return false;
    // Rows of zeros are many in UT and ask for nothing: only a shortage under reserves makes a line of them.
    return limit.minimum > 0 || ask(limit, cell, 0).quantity > 0;
  },

  fill(limit, cell, wholeUnits) {
    const { quantity, terms } = ask(limit, cell, cell.onOrder + cell.expected);
    const { size: step, inPacks, ignored } = stepOf(limit.pack, wholeUnits);
    const base = {
      target: projectedOf(cell) + quantity,
      missing: quantity,
      step,
      formula: terms,
      ...(ignored === undefined ? {} : { packIgnored: ignored }),
    };
    if (quantity === 0) {
      const skipped = ask(limit, cell, 0).quantity > 0 ? 'covered-by-expected' : 'nothing-by-formula';
      return { ...base, need: 0, rounding: 'none', skipped };
    }
    const need = upToStep(quantity, step);
    return { ...base, need, rounding: need === quantity ? 'none' : inPacks ? 'pack-up' : 'unit', skipped: null };
  },
};

function ask(limit: Limit, cell: Cell, onOrder: Milli) {
  const { minimum, maximum, safety } = limit;
  return utQuantity({
    stock: stockOf(limit, cell),
    minimum,
    maximum: maximum ?? 0,
    safety: safety ?? 0,
    onOrder,
    reserves: cell.reserved,
  });
}

function stockOf({ reservesFromStock }: Limit, { free, onHand }: Cell): Milli {
  return reservesFromStock === true ? onHand : free;
}

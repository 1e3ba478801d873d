import { type Policy, projectedOf } from './policy.ts';
import { stepOf } from './step.ts';
import type { Limit, Milli } from './types.ts';

/**
 * Where free stock is below the minimum, and so is what there will be: up to the maximum, or to the minimum where there
 * is no maximum or it is smaller than the minimum, which contradicts itself. Rounds up, but never past the maximum
 * while a smaller whole number of packs (or units) still reaches the minimum.
 */
export const fillToMax: Policy = {
  name: 'fill-to-max',
  keeps: ({ minimum }) => minimum > 0,
  // What is expected is never below zero, so whatever is projected below the minimum is short here too.
  isShort: ({ minimum }, { free }) => free < minimum,
  ceiling: targetOf,

  fill(limit, cell, wholeUnits) {
    const { minimum, pack } = limit;
    const projected = projectedOf(cell);
    const target = targetOf(limit);
    const { size: step, inPacks, ignored } = stepOf(pack, wholeUnits);
    const base = { target, step, ...(ignored === undefined ? {} : { packIgnored: ignored }) };
    const missing = target - projected;
    if (projected >= minimum) {
      return { ...base, missing: Math.max(0, missing), need: 0, rounding: 'none', skipped: 'covered-by-expected' };
    }

    const rest = missing % step;
    if (rest === 0) return { ...base, missing, need: missing, rounding: 'none', skipped: null };
    const down = missing - rest;
    // Only where there is a maximum above the minimum can less than `missing` reach the minimum; and there, up passes it.
    return projected + down >= minimum
      ? { ...base, missing, need: down, rounding: inPacks ? 'pack-down' : 'unit-down', skipped: null }
      : { ...base, missing, need: down + step, rounding: inPacks ? 'pack-up' : 'unit', skipped: null };
  },
};

function targetOf({ minimum, maximum }: Limit): Milli {
  return maximum !== null && maximum >= minimum ? maximum : minimum;
}

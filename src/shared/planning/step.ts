import type { Limit, Milli, Why } from './types.ts';

const UNIT: Milli = 1000;

/** What quantities of a position are whole numbers of. */
export interface Step {
  size: Milli;
  inPacks: boolean;
  /** Why the pack of the limit was not used. */
  ignored?: NonNullable<Why['packIgnored']>;
}

/** A pack of 2.5 pieces cannot be ordered by the piece: such a pack is a slip in the card, and units are counted instead. */
export function stepOf(pack: Limit['pack'], wholeUnits: boolean): Step {
  const single = { size: wholeUnits ? UNIT : 1, inPacks: false };
  if (pack === null) return single;
  if (pack.size <= 0) return { ...single, ignored: 'not-positive' };
  if (wholeUnits && pack.size % UNIT !== 0) return { ...single, ignored: 'not-whole-units' };
  return { size: pack.size, inPacks: true };
}

/** The least whole number of steps that is not below `quantity`. */
export function upToStep(quantity: Milli, step: Milli): Milli {
  const rest = quantity % step;
  return rest > 0 ? quantity - rest + step : quantity - rest;
}

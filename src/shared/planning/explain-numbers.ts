import type { Milli, Why } from './types.ts';

/** What was to be got before a minimum order changed it: `missing` after rounding. */
export function wantedOf({ need, ordered, minimumOrder }: Why): Milli {
  return minimumOrder === undefined ? need : need - ordered + minimumOrder.left;
}

/** True where rounding alone leads past a maximum that counts. UT's formula fills beyond it on purpose. */
export function passesMaximum(why: Why): boolean {
  const { maximum, minimum, projected, formula } = why;
  if (formula !== undefined || maximum === null || maximum < minimum) return false;
  return projected + wantedOf(why) > maximum;
}

/**
 * The terms of UT's formula that are not zero, with their signs, as they are read out. Where the level asks for nothing
 * and reserves do, the reserves stand alone: the level never counts below zero.
 */
export function formulaTerms(
  { maximum, formula, missing }: Why,
  words: Record<'maximum' | 'safety' | 'onOrder' | 'safetyGap' | 'forReserves', string>,
  number: (milli: Milli) => string,
): string[] {
  if (formula === undefined) return [];
  const { safety, onOrder, safetyGap, forReserves } = formula;
  if (forReserves > 0 && missing === forReserves) return [`${words.forReserves} ${number(forReserves)}`];
  const term = (sign: string, word: string, value: Milli) => (value === 0 ? [] : [`${sign} ${word} ${number(value)}`]);
  return [
    `${words.maximum} ${number(maximum ?? 0)}`,
    ...term('−', words.safety, safety),
    ...term('−', words.onOrder, onOrder),
    ...term('+', words.safetyGap, safetyGap),
    ...term('+', words.forReserves, forReserves),
  ];
}

import { formatMilli, toMilli } from '../planning/quantity.ts';
import type { Milli } from '../planning/types.ts';

/** A slip of one digit is a factor of ten; nobody means more than that by editing. */
const LARGEST_FACTOR = 10;

export interface EditBounds {
  planned: Milli;
  unit: string;
  /** What the plan counted in: a pack, one unit or a thousandth; undefined for lines of older releases. */
  step: Milli | undefined;
  /** Name of the pack, where `step` is one. */
  pack: string | null;
  /** Of a transfer: what the donor can give to this line without going below its own minimum. */
  donor: { name: string; most: Milli } | null;
}

/** Reads a quantity that a person typed: a number, or a decimal with point or comma. Refuses in Russian. */
export function readQuantity(given: number | string): { milli: Milli } | { refused: string } {
  const text = String(given).trim().replace(',', '.');
  let milli: Milli;
  try {
    milli = toMilli(typeof given === 'number' ? given : text);
  } catch {
    return {
      refused: `Количество «${given}» не годится: нужно число больше нуля, не больше трёх знаков после запятой.`,
    };
  }
  if (milli > 0) return { milli };
  return {
    refused: `Количество «${given}» не годится: нужно число больше нуля. Чтобы не заказывать совсем, отклоните строку.`,
  };
}

/**
 * A Russian sentence that names the quantity and what is allowed, or NULL where nothing speaks against it. `force`
 * lets a broken pack, a broken unit and a donor's minimum pass; ten times the planned quantity it does not.
 */
export function refuseEdit(
  quantity: Milli,
  { planned, unit, step, pack, donor }: EditBounds,
  force: boolean,
): string | null {
  const shown = (milli: Milli) => `${formatMilli(milli, 'ru')} ${unit}`.trim();
  if (quantity > planned * LARGEST_FACTOR) {
    return `Количество ${shown(quantity)} больше планового (${shown(planned)}) более чем в ${LARGEST_FACTOR} раз; можно не больше ${shown(planned * LARGEST_FACTOR)}.`;
  }
  if (force) return null;
  const broken = step === undefined ? 0 : quantity % step;
  if (step !== undefined && broken !== 0) {
    const [down, up] = [quantity - broken, quantity - broken + step];
    const allowed = `можно ${down > 0 ? `${formatMilli(down, 'ru')} или ` : ''}${shown(up)}`;
    const why = pack === null ? `единица «${unit}» не делится` : `не целое число упаковок «${pack}» (${shown(step)})`;
    return `Количество ${shown(quantity)} не годится: ${why}; ${allowed}. Чтобы всё же взять столько, настойте на этом: отметка «настоять» в консоли, force в API.`;
  }
  if (donor !== null && quantity > Math.max(donor.most, planned)) {
    return `Количество ${shown(quantity)} больше, чем «${donor.name}» может отдать, не опускаясь ниже своего минимума: можно не больше ${shown(Math.max(donor.most, planned))}. Чтобы всё же взять столько, настойте на этом: отметка «настоять» в консоли, force в API.`;
  }
  return null;
}

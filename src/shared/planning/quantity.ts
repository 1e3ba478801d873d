import type { Milli } from './types.ts';

/** 1C keeps quantities as number(15,3): twelve digits before the point and three after it. */
const LIMIT: Milli = 999_999_999_999_999;

const PLAIN_DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/**
 * Thousandths of `value`, exactly. Throws a `RangeError` that names the value when it is no number, has more than
 * three decimals (0.1 + 0.2 has seventeen) or does not fit number(15,3). Strings are plain decimals with a point.
 */
export function toMilli(value: number | string): Milli {
  const milli = typeof value === 'number' ? numberToMilli(value) : textToMilli(value);
  if (Math.abs(milli) > LIMIT) {
    throw new RangeError(`Quantity ${value} does not fit: at most 999999999999.999 is allowed`);
  }
  return milli === 0 ? 0 : milli;
}

/** The number nearest to `milli` thousandths: it prints with three decimals at most. */
export function fromMilli(milli: Milli): number {
  return checked(milli) / 1000;
}

/** Decimal text without exponent and without trailing zeros; Russian text has a comma for the point. */
export function formatMilli(milli: Milli, language: 'ru' | 'en' = 'en'): string {
  const size = Math.abs(checked(milli));
  const thousandths = size % 1000;
  const decimals = thousandths === 0 ? '' : `.${String(thousandths).padStart(3, '0').replace(/0+$/, '')}`;
  const text = `${milli < 0 ? '-' : ''}${(size - thousandths) / 1000}${decimals}`;
  return language === 'ru' ? text.replace('.', ',').replace('-', '−') : text;
}

function numberToMilli(value: number): Milli {
  if (!Number.isFinite(value)) throw new RangeError(`Quantity ${value} is not a number`);
  const milli = Math.round(value * 1000);
  if (milli / 1000 !== value) throw new RangeError(`Quantity ${value} has more than three decimals`);
  return milli;
}

function textToMilli(value: string): Milli {
  const match = PLAIN_DECIMAL.exec(value.trim());
  if (match === null) throw new RangeError(`Quantity «${value}» is not a decimal number such as 12 or 12.345`);
  const [, sign, whole = '', decimals = ''] = match;
  if (/[1-9]/.test(decimals.slice(3))) throw new RangeError(`Quantity «${value}» has more than three decimals`);
  const milli = Number(whole + decimals.slice(0, 3).padEnd(3, '0'));
  return sign === '-' ? -milli : milli;
}

function checked(milli: Milli): Milli {
  if (Number.isSafeInteger(milli)) return milli;
  throw new RangeError(`${milli} is not a whole number of thousandths`);
}

import { createHash } from 'node:crypto';

/** EAN-13 with a true check digit, from the internal range 200–299. The same seed gives the same one. */
export function ean13(seed: string): string {
  const digits = `2${(BigInt(`0x${createHash('sha256').update(seed).digest('hex').slice(0, 12)}`) % 10n ** 11n).toString().padStart(11, '0')}`;
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

import type { Key, Milli } from './types.ts';

/** `value` itself, or an error that says where a quantity is no whole number of thousandths. */
export function whole(value: Milli, field: string, row: { warehouseKey: Key; itemKey: Key }): Milli {
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(
    `${field} = ${value} of item ${row.itemKey} on warehouse ${row.warehouseKey} is not a whole number of thousandths`,
  );
}

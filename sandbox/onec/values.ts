import { createHash } from 'node:crypto';

export const EMPTY_GUID = '00000000-0000-0000-0000-000000000000';
export const EMPTY_DATE = '0001-01-01T00:00:00';
export const UNDEFINED_TYPE = 'StandardODATA.Undefined';

/** A stored object: only what was set. Absent properties read as 1C's empty value of their type. */
export type Row = Record<string, unknown>;

const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isGuid = (value: unknown): value is string => typeof value === 'string' && guidPattern.test(value);

/** The same name gives the same GUID on every start. */
export function namedGuid(name: string): string {
  const hex = createHash('sha1').update(`sandbox:${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** 1C's dates have no zone: they are local to its server. */
export function localTime(moment: Date, timeZone: string): string {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(moment);
  return text.replace(' ', 'T');
}

/** Eight bytes in base64, different after every write. */
export function dataVersion(counter: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(counter));
  return bytes.toString('base64');
}

/** Quantities are kept in whole thousandths, so that sums are exact. */
export const toMilli = (quantity: number): number => Math.round(quantity * 1000);

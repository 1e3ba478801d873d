import { badLiteral, badValue, internalError, noSegment, OnecError } from './errors.ts';
import type { Gotchas } from './gotchas.ts';
import type { Property } from './schema/entity.ts';
import type { Enums } from './schema/enums.ts';
import { isGuid, type Row } from './values.ts';

/** Parses the body of a write: broken JSON is 500 code −1, as 1C says it. */
export function parseBody(text: string): Row {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw internalError();
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new OnecError(400, 4, 'Тело запроса должно быть объектом JSON');
  return body as Row;
}

/** What a write has to know of the base. */
export interface Base {
  enums: Enums;
  gotchas: Gotchas;
}

/** Takes the known properties in their stored form. Unknown names are silently ignored, long strings cut: as in 1C. */
export function takeProperties(body: Row, properties: Map<string, Property>, base: Base): Row {
  const taken: Row = {};
  for (const [name, value] of Object.entries(body)) {
    const property = properties.get(name);
    if (property && value !== null && value !== undefined) taken[name] = stored(property, value, base);
    // A tabular section is taken by `takeSection`.
    else if (!property && !Array.isArray(value) && !base.gotchas.strikes(5)) throw noSegment(name);
  }
  return taken;
}

/** Rows of a tabular section: `LineNumber` must be there and run 1, 2, 3 … */
export function takeSection(value: unknown, section: string, properties: Map<string, Property>, base: Base): Row[] {
  if (!Array.isArray(value)) throw badValue(typeof value, section);
  return value.map((raw: unknown, index) => {
    if (typeof raw !== 'object' || raw === null) throw badValue(raw, section);
    const row = takeProperties(raw as Row, properties, base);
    if (row.LineNumber === index + 1) return row;
    if (!base.gotchas.strikes(8)) return { ...row, LineNumber: index + 1 };
    if (row.LineNumber === undefined) throw internalError();
    throw badValue(row.LineNumber, `${section}.LineNumber`);
  });
}

function stored(property: Property, value: unknown, base: Base): unknown {
  const { name, edm } = property;
  switch (edm) {
    case 'Guid':
      if (!isGuid(value)) throw badLiteral(value, name);
      return value.toLowerCase();
    case 'Boolean':
      if (typeof value !== 'boolean') throw badLiteral(value, name);
      return value;
    case 'DateTime':
      return storedDate(name, value, base);
    case 'Double':
      return Math.round(number(name, value) * 1000) / 1000;
    case 'String':
      return storedString(property, value, base);
    default: {
      const whole = number(name, value);
      if (!Number.isSafeInteger(whole)) throw badLiteral(value, name);
      return whole;
    }
  }
}

function storedString({ name, kind, maxLength, enumName }: Property, value: unknown, { enums, gotchas }: Base): string {
  if (typeof value !== 'string') throw badLiteral(value, name);
  const members = kind === 'enum' && enumName ? enums[enumName] : undefined;
  if (members && value !== '' && !members.includes(value) && gotchas.strikes(15)) throw badValue(value, name);
  if (maxLength === undefined || value.length <= maxLength) return value;
  if (!gotchas.strikes(6)) throw badValue(value, name);
  return value.slice(0, maxLength);
}

/** Dates have no zone in 1C: a zone that is sent is dropped, so `toISOString()` shifts the date. */
function storedDate(name: string, value: unknown, { gotchas }: Base): string {
  const match = typeof value === 'string' ? /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})/.exec(value) : null;
  if (!match || Number.isNaN(Date.parse(`${match[0]}Z`))) throw badLiteral(value, name);
  if (match[0] !== value) gotchas.strikes(18);
  return match[0];
}

/** Int64 and Double are taken as number or as string. */
function number(name: string, value: unknown): number {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof parsed !== 'number' || !Number.isFinite(parsed)) throw badLiteral(value, name);
  return parsed;
}

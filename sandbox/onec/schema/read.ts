import { EMPTY_DATE, EMPTY_GUID, type Row, UNDEFINED_TYPE } from '../values.ts';
import type { Property } from './entity.ts';

/** The stored value, or 1C's empty value of the property's type. Numbers stay numbers, Int64 too. */
export function readProperty(property: Property, row: Row): unknown {
  const value = row[property.name];
  return value === undefined ? emptyValue(property) : value;
}

function emptyValue({ edm, kind }: Property): unknown {
  if (kind === 'type-name') return UNDEFINED_TYPE;
  switch (edm) {
    case 'Guid':
      return EMPTY_GUID;
    case 'String':
      return '';
    case 'Boolean':
      return false;
    case 'DateTime':
      return EMPTY_DATE;
    default:
      return 0;
  }
}

/** As the answer shows it: Int64 goes out as a string. */
export function showProperty(property: Property, row: Row): unknown {
  const value = readProperty(property, row);
  return property.edm === 'Int64' ? String(value) : value;
}

/** A whole object in answer form, or only `names` of it; `withSections: false` is `$select=**`. */
export function showRow(properties: Iterable<Property>, row: Row): Row {
  const shown: Row = {};
  for (const property of properties) shown[property.name] = showProperty(property, row);
  return shown;
}

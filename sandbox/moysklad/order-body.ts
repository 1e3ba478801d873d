import { ApiError } from './answers.ts';
import type { Catalogue, Named } from './catalogue.ts';
import { type Position, type PositionRules, readPositions } from './positions.ts';
import { notFound, readReference, wrongType } from './references.ts';

/** What a request body may set. `null` clears an optional reference; an absent field stays as it was. */
export interface OrderChange {
  syncId?: string;
  name?: string;
  externalCode?: string;
  code?: string;
  description?: string;
  moment?: string;
  deliveryPlannedMoment?: string;
  applicable?: boolean;
  vatEnabled?: boolean;
  vatIncluded?: boolean;
  shared?: boolean;
  organization?: Named;
  agent?: Named;
  store?: Named | null;
  state?: Named | null;
  positions?: Position[];
  attributes?: object[];
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const STRINGS = { name: 255, externalCode: 255, code: 255, description: 4096 } as const;
const BOOLEANS = ['applicable', 'vatEnabled', 'vatIncluded', 'shared'] as const;
const MOMENTS = ['moment', 'deliveryPlannedMoment'] as const;

function readMoment(value: unknown, field: string): string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?$/.test(value)) {
    throw wrongType(field, 'дата');
  }
  return `${value.slice(0, 16)}:00.000`;
}

function find(catalogue: Catalogue, value: unknown, field: string, allowed: string[]): Named {
  const { type, id } = readReference(value, field, allowed);
  const all = [...catalogue.organizations, ...catalogue.counterparties, ...catalogue.stores, ...catalogue.states];
  const found = all.find((thing) => thing.type === type && thing.id === id);
  if (found === undefined) throw notFound(type, id);
  return found;
}

/** Reads the fields that a client may write. Read-only and unknown ones are ignored, not refused. */
export function readOrderBody(body: Record<string, unknown>, rules: PositionRules): OrderChange {
  const { catalogue } = rules;
  const change: OrderChange = {};
  if (body.syncId !== undefined && body.syncId !== null) {
    if (typeof body.syncId !== 'string' || !UUID.test(body.syncId)) {
      throw new ApiError(412, 1052, 'Неверный формат UUID', { parameter: 'syncId' });
    }
    change.syncId = body.syncId.toLowerCase();
  }
  for (const [field, most] of Object.entries(STRINGS) as [keyof typeof STRINGS, number][]) {
    const value = body[field];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') throw wrongType(field, 'строка');
    if (value.length > most) {
      throw new ApiError(412, 3040, `Ошибка валидации: поле '${field}' не может быть более '${most}' символов`, {
        parameter: field,
      });
    }
    change[field] = value;
  }
  for (const field of BOOLEANS) {
    const value = body[field];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'boolean') throw wrongType(field, 'логический');
    change[field] = value;
  }
  for (const field of MOMENTS) {
    if (body[field] !== undefined && body[field] !== null) change[field] = readMoment(body[field], field);
  }
  if (body.organization) change.organization = find(catalogue, body.organization, 'organization', ['organization']);
  if (body.agent) change.agent = find(catalogue, body.agent, 'agent', ['counterparty', 'organization']);
  for (const field of ['store', 'state'] as const) {
    if (body[field] === null) change[field] = null;
    else if (body[field] !== undefined) change[field] = find(catalogue, body[field], field, [field]);
  }
  if (body.positions !== undefined && body.positions !== null) change.positions = readPositions(body.positions, rules);
  return change;
}

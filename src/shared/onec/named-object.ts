import { z } from 'zod';
import { notNow } from '../errors/outcome.ts';
import type { Key } from '../planning/types.ts';
import type { Collections } from './collections.ts';
import type { CallOptions } from './port.ts';
import { key } from './schema.ts';

const row = z.object({ Ref_Key: key, Description: z.string(), DeletionMark: z.boolean() });
const select = Object.keys(row.shape);
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface NamedObject {
  key: Key;
  name: string;
}

/** All objects of a catalogue that are not marked for deletion, in the order given (default: by name). */
export async function readNamed(
  collections: Collections,
  object: string,
  { orderby = 'Description,Ref_Key', ...options }: CallOptions & { orderby?: string } = {},
): Promise<NamedObject[]> {
  const rows = await collections.readAll(object, { select, orderby }, row, {
    ...options,
    identity: (one) => one.Ref_Key,
  });
  return rows.filter(({ DeletionMark }) => !DeletionMark).map((one) => ({ key: one.Ref_Key, name: one.Description }));
}

/**
 * The key behind a setting that gives a name or a key. Throws `onec-configuration` naming the variable, the value and what
 * there is, when no object or more than one fits.
 */
export async function findNamed(
  collections: Collections,
  { object, variable, value }: { object: string; variable: string; value: string },
  options?: CallOptions,
): Promise<Key> {
  const all = await readNamed(collections, object, options);
  const wanted = value.trim().toLowerCase();
  const fits = all.filter((one) => (GUID.test(wanted) ? one.key === wanted : one.name.trim().toLowerCase() === wanted));
  if (fits.length === 1) return fits[0]!.key;
  throw configurationError(
    `${variable} = «${value}»: в ${object} ${fits.length === 0 ? 'такого нет' : `таких ${fits.length}, укажите ключ`}. ${listed(fits.length > 1 ? fits : all)}`,
    { variable, object },
  );
}

const SHOWN = 20;

/** «Есть: …» for a message. */
export function listed(objects: readonly NamedObject[]): string {
  if (objects.length === 0) return 'Справочник пуст.';
  const names = objects.slice(0, SHOWN).map(({ key: ref, name }) => `«${name}» (${ref})`);
  return `Есть: ${names.join(', ')}${objects.length > SHOWN ? ` и ещё ${objects.length - SHOWN}` : ''}.`;
}

export const configurationError = (message: string, details: Record<string, unknown>) =>
  notNow({ code: 'onec-configuration', system: '1c', message, details });

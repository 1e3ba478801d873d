import { z } from 'zod';
import { notNow } from '../errors/outcome.ts';
import type { OneCHttp } from './http.ts';
import type { CallOptions } from './port.ts';
import { howToPublish } from './publication-path.ts';
import { readRows } from './schema.ts';

const OBJECT = 'service document';
const row = z.object({ name: z.string() });

/** Names of everything the publication shows. Small next to `$metadata`, which takes a full UT 23 s and 16 MB. */
export async function readPublished(
  http: OneCHttp,
  options?: CallOptions & { urgent?: boolean },
): Promise<Set<string>> {
  const rows = readRows(OBJECT, row, await http.get(OBJECT, '/?$format=json', options));
  return new Set(rows.map(({ name }) => name));
}

/** Throws `onec-not-published` naming every object that is missing, so that one visit to 1C's settings is enough. */
export function requirePublished(published: ReadonlySet<string>, needed: readonly string[]): void {
  const missing = needed.filter((name) => !published.has(name));
  if (missing.length === 0) return;
  const list = missing.join(', ');
  throw notNow({
    code: 'onec-not-published',
    system: '1c',
    message: `В OData не опубликовано: ${list}. ${howToPublish(missing)}`,
    details: { missing },
  });
}

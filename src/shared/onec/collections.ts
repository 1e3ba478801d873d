import type { z } from 'zod';
import type { Key } from '../planning/types.ts';
import { refusedBy1C } from './errors.ts';
import type { OneCHttp } from './http.ts';
import { address, KEYS_IN_A_QUERY, keyIn, type Query } from './odata.ts';
import type { CallOptions } from './port.ts';
import { readRows } from './schema.ts';

/** Reads whole entity sets, page by page, each row checked. */
export interface Collections {
  /**
   * Every row, once each. 1C has no server-side pages: `orderby` must name a unique order, or pages overlap and leave gaps.
   * A row that others delete meanwhile may shift one row out of sight; callers that join by key ask for it with `byKeys`.
   */
  readAll<T>(
    object: string,
    query: Required<Pick<Query, 'orderby'>> & Query,
    schema: z.ZodType<T>,
    options: ReadOptions<T>,
  ): Promise<T[]>;
  /** Rows with these `Ref_Key`s; keys that do not exist are left out. */
  byKeys<T>(
    object: string,
    keys: readonly Key[],
    query: Query,
    schema: z.ZodType<T>,
    options?: CallOptions,
  ): Promise<T[]>;
  /** At most `query.top` rows. */
  readSome<T>(object: string, query: Query, schema: z.ZodType<T>, options?: CallOptions): Promise<T[]>;
}

export interface ReadOptions<T> extends CallOptions {
  /** What makes a row itself, to notice a server that ignores `$skip`. */
  identity(row: T): string;
  onPage?: (rowsSoFar: number) => void;
}

export function createCollections(http: OneCHttp, { pageSize }: { pageSize: number }): Collections {
  const readSome: Collections['readSome'] = async (object, query, schema, options) =>
    readRows(object, schema, await http.get(object, address(object, query), options));

  return {
    readSome,
    async readAll(object, query, schema, { identity, onPage, ...options }) {
      const rows = new Map<string, z.infer<typeof schema>>();
      for (let skip = 0; ; skip += pageSize) {
        const page = await readSome(object, { ...query, top: pageSize, skip }, schema, options);
        const before = rows.size;
        for (const row of page) rows.set(identity(row), row);
        onPage?.(rows.size);
        // A longer page than asked for is the whole set from a server that knows no `$top`.
        if (page.length !== pageSize) return [...rows.values()];
        if (rows.size === before) {
          throw refusedBy1C({
            code: 'onec-paging-ignored',
            message: `1С отдаёт одни и те же строки ${object} на каждой странице: публикация не понимает $skip.`,
            details: { object, skip },
          });
        }
      }
    },
    async byKeys(object, keys, query, schema, options) {
      const rows: z.infer<typeof schema>[] = [];
      for (let at = 0; at < keys.length; at += KEYS_IN_A_QUERY) {
        const filter = keyIn(keys.slice(at, at + KEYS_IN_A_QUERY));
        rows.push(...(await readSome(object, { ...query, filter }, schema, options)));
      }
      return rows;
    },
  };
}

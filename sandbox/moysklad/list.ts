import type { Context } from 'hono';
import { API, ApiError, metaOf } from './answers.ts';

export const MAX_LIMIT = 1000;
/** Above this page size `expand` is silently ignored. */
export const MAX_EXPAND_LIMIT = 100;

function wholeNumber(c: Context, name: string, fallback: number, most: number): number {
  const given = c.req.query(name);
  if (given === undefined) return fallback;
  const value = Number(given);
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new ApiError(
      412,
      1041,
      `Неверное значение '${given}' параметра '${name}', допустимые значения: '0..${most}'`,
      {
        parameter: name,
      },
    );
  }
  return value;
}

/** What `?expand=` asks for, empty where МойСклад would ignore it. */
export function expandOf(c: Context, limit?: number): Set<string> {
  if (limit !== undefined && limit > MAX_EXPAND_LIMIT) return new Set();
  return new Set((c.req.query('expand') ?? '').split(',').filter((name) => name !== ''));
}

/** A page of `rows` with `meta.size`, and `meta.nextHref` while there is more. */
export function listAnswer<Row>(
  c: Context,
  options: { type: string; path: string; rows: Row[]; render: (row: Row, expand: Set<string>) => unknown },
) {
  const limit = wholeNumber(c, 'limit', MAX_LIMIT, MAX_LIMIT);
  const offset = wholeNumber(c, 'offset', 0, Number.MAX_SAFE_INTEGER);
  const expand = expandOf(c, limit);
  const page = options.rows.slice(offset, offset + limit);
  const meta = { ...metaOf(options.type, options.path), size: options.rows.length, limit, offset };
  if (limit > 0 && offset + limit < options.rows.length) {
    const query = new URLSearchParams(c.req.query());
    query.set('limit', String(limit));
    query.set('offset', String(offset + limit));
    Object.assign(meta, { nextHref: `${API}${options.path}?${query}` });
  }
  return {
    context: { employee: { meta: metaOf('employee', '/context/employee') } },
    meta,
    rows: page.map((row) => options.render(row, expand)),
  };
}

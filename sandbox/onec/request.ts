import { OnecError } from './errors.ts';
import type { Gotchas } from './gotchas.ts';
import type { Target } from './path.ts';
import { parseTarget } from './path.ts';

/** IIS: `maxQueryString` and `maxUrl` as they come out of the box. */
const MAX_QUERY_BYTES = 2048;
const MAX_PATH_BYTES = 4096;

export interface RequestLine {
  /** Below `standard.odata`, decoded, without the leading slash. */
  path: string;
  options: URLSearchParams;
}

/** Reasons why IIS answers its own page and 1C never sees the request. NULL when it lets the request through. */
export function refusedByIis(rawPath: string, rawQuery: string, gotchas: Gotchas): string | null {
  if (Buffer.byteLength(rawQuery) > MAX_QUERY_BYTES && gotchas.strikes(4))
    return 'Not Found: query string too long (404.15)';
  if (Buffer.byteLength(rawPath) > MAX_PATH_BYTES) return 'Not Found: URL too long (404.14)';
  // «+», «?» and «\» in the path, raw or encoded, break behind IIS.
  if (/\+|%2b|%3f|\\|%5c/i.test(rawPath)) return 'Not Found: double escaping (404.11)';
  return null;
}

/** Decodes path and options; a broken percent sequence is 400 code 1. */
export function decodeRequest(rawPath: string, rawQuery: string): RequestLine {
  try {
    return { path: decodeURIComponent(rawPath).replace(/^\//, ''), options: new URLSearchParams(rawQuery) };
  } catch {
    throw new OnecError(400, 1, 'Ошибка при разборе адреса запроса');
  }
}

export function targetOf(path: string): Target {
  const target = parseTarget(path);
  if (!target) throw new OnecError(400, 6, `Сегмент пути ${path} не найден!`);
  return target;
}

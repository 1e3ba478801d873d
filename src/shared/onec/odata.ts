import { refused } from '../errors/outcome.ts';
import type { Key } from '../planning/types.ts';

/** IIS refuses longer query strings with an HTML 404 (facts: `maxQueryString`, 2,048 bytes), and so do we, before sending. */
const QUERY_BYTES = 2048;

export interface Query {
  filter?: string;
  select?: readonly string[];
  orderby?: string;
  top?: number;
  skip?: number;
}

/** A string literal of OData v3: quotes inside are doubled. */
export const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

export const guid = (key: Key) => `guid'${key}'`;

export const datetime = (local: string) => `datetime'${local}'`;

/** `Ref_Key eq guid'…' or …`: about 30 keys fit into one query of 1C, twenty leave room for `$select`. */
export const keyIn = (keys: readonly Key[]) => keys.map((key) => `Ref_Key eq ${guid(key)}`).join(' or ');
export const KEYS_IN_A_QUERY = 20;

/** Path of one object: `Catalog_Склады(guid'…')`. */
export const entity = (set: string, key: Key) => `${set}(${guid(key)})`;

/** The call of a virtual table: `Balance(Condition='…',Dimensions='…')`. Values come quoted already. */
export const call = (name: string, args: Record<string, string>) =>
  `${name}(${Object.entries(args)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')})`;

/** A path and query relative to the publication, percent-encoded, always asking for JSON. Refuses what IIS would cut. */
export function address(path: string, query: Query = {}, extra: Record<string, string> = {}): string {
  const options: [string, string | undefined][] = [
    ['$format', 'json'],
    ['$filter', query.filter],
    ['$select', query.select?.join(',')],
    ['$orderby', query.orderby],
    ['$top', query.top?.toString()],
    ['$skip', query.skip?.toString()],
    ...Object.entries(extra),
  ];
  const search = options
    .filter((option): option is [string, string] => option[1] !== undefined)
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join('&');
  if (Buffer.byteLength(search) >= QUERY_BYTES) {
    throw refused({
      code: 'onec-url-too-long',
      system: '1c',
      message: `Запрос к ${path} получился длиннее ${QUERY_BYTES} байт: веб-сервер 1С его не примет. Это ошибка хаба.`,
      details: { object: path, bytes: Buffer.byteLength(search) },
    });
  }
  return `/${path.split('/').map(encodeSegment).join('/')}?${search}`;
}

/** Quotes are encoded too, as WHATWG URLs will do anyway in a query: so the length counted is the length sent. */
const encode = (value: string) => encodeURIComponent(value).replaceAll("'", '%27').replaceAll('%2C', ',');

/** In a path the punctuation of function calls stays as 1C's manual writes it. */
const encodeSegment = (value: string) => encodeURIComponent(value).replaceAll('%3D', '=').replaceAll('%2C', ',');

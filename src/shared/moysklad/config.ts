import type { TokenKind, WeightStep } from './weights.ts';

/** A custom field and its value as they stand in MOYSKLAD_ATTRIBUTES. */
export interface AttributeSetting {
  /** Name or id. */
  name: string;
  value: string;
}

export type MatchBy = 'article' | 'code' | 'externalCode' | 'barcode';

/** What the adapter needs to know. Where both are given, `token` goes before login and password. */
export interface MoySkladConfig {
  /** Base of JSON API 1.2 without a slash at the end. */
  url: string;
  token?: string;
  login?: string;
  password?: string;
  /** Name or id, each of the following. */
  organization: string;
  agent: string;
  store?: string;
  state?: string;
  /** Unset: the account's default price type. */
  priceType?: string;
  matchBy: MatchBy;
  /** Custom fields of every order, by name or id. */
  attributes?: readonly AttributeSetting[];
  /** VAT of positions: that of the goods, or none at all. Default `goods`. */
  vat?: 'goods' | 'none';
  /** Whose the credentials are: what a request costs follows from it and the date. Default `user`. */
  tokenKind?: TokenKind;
  /** Units that one request takes from the basket, in place of МойСклад's published schedule. */
  weight?: number | readonly WeightStep[];
  /** Longest wait for the answer to a read. Default 60 s. */
  timeoutMs?: number;
  /** Longest wait for the answer to a write. МойСклад may take 300 s and counts an earlier repeat as our mistake. */
  writeTimeoutMs?: number;
  /** Requests in flight from this process. МойСклад allows a user 5 at once. Default 5. */
  parallel?: number;
}

export type Settings = MoySkladConfig &
  Required<Pick<MoySkladConfig, 'tokenKind' | 'vat' | 'timeoutMs' | 'writeTimeoutMs' | 'parallel'>>;

export function withDefaults(config: MoySkladConfig): Settings {
  const defaults = {
    tokenKind: 'user' as const,
    vat: 'goods' as const,
    timeoutMs: 60_000,
    writeTimeoutMs: 300_000,
    parallel: 5,
  };
  return { ...defaults, ...config, url: config.url.replace(/\/+$/, '') };
}

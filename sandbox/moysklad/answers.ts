/** Canonical base of every `href`: the sandbox gives and demands it whatever host it listens on, as МойСклад does. */
export const API = 'https://api.moysklad.ru/api/remap/1.2';

export interface ErrorBody {
  error: string;
  code?: number;
  parameter?: string;
  moreInfo?: string;
}

/** A refusal in МойСклад's own shape: `{errors: [{error, code, moreInfo, parameter}]}`. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Record<string, string>;

  constructor(status: number, code: number, error: string, more: { parameter?: string; auth?: string } = {}) {
    super(error);
    this.status = status;
    this.body = { error, code, moreInfo: `https://dev.moysklad.ru/doc/api/remap/1.2/#error_${code}` };
    if (more.parameter !== undefined) this.body.parameter = more.parameter;
    this.headers = more.auth === undefined ? {} : { 'X-Lognex-Auth': more.auth };
  }
}

export interface Meta {
  href: string;
  metadataHref?: string;
  type: string;
  mediaType: 'application/json';
  size?: number;
  limit?: number;
  offset?: number;
  nextHref?: string;
}

export function metaOf(type: string, path: string, metadataPath?: string): Meta {
  return {
    href: `${API}${path}`,
    ...(metadataPath === undefined ? {} : { metadataHref: `${API}${metadataPath}` }),
    type,
    mediaType: 'application/json',
  };
}

/** Moscow time, `2026-03-25 17:44:31.829`: no zone, no `T`. */
export function moscow(ms: number): string {
  return new Date(ms + 3 * 3600_000).toISOString().replace('T', ' ').replace('Z', '');
}

/** `moment` and other document dates are kept to the minute. */
export function moscowMinute(ms: number): string {
  return moscow(Math.floor(ms / 60_000) * 60_000);
}

import type { OutsideSystem } from '../errors/outcome.ts';
import { outsideSeconds } from './meters.ts';
import { inSpan } from './span.ts';

export interface OutsideRequest {
  system: OutsideSystem;
  method: 'GET' | 'POST' | 'PATCH';
  /** Path without keys, arguments and query. */
  template: string;
}

/** One request to another system, measured and traced. `work` tells the HTTP status as soon as it knows it. */
export function outsideRequest<T>(
  { system, method, template }: OutsideRequest,
  work: (answered: (status: number) => void) => Promise<T>,
): Promise<T> {
  const facts = { 'hub.system': system, 'http.request.method': method, 'url.template': template };
  return inSpan(`${system} ${method} ${template}`, { kind: 'client', facts }, async (span) => {
    const startedMs = performance.now();
    let status: number | undefined;
    try {
      return await work((code) => {
        status = code;
        span.note({ 'http.response.status_code': code });
        if (code >= 400) span.fail(String(code));
      });
    } finally {
      outsideSeconds.observe({ system, method, status: classOf(status) }, (performance.now() - startedMs) / 1000);
    }
  });
}

const classOf = (status: number | undefined) => (status === undefined ? 'none' : `${Math.floor(status / 100)}xx`);

/** `/Document_X(guid'…')/Post` → `/Document_X(…)/Post`: neither keys nor arguments nor the query. */
export function onecTemplate(path: string): string {
  const [bare = ''] = path.split('?');
  const opens = bare.indexOf('(');
  const whole = opens === -1 ? bare : `${bare.slice(0, opens)}(…)${bare.slice(bare.lastIndexOf(')') + 1)}`;
  return readable(whole);
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** `/entity/customerorder/<uuid>/positions` → `/entity/customerorder/{id}/positions`. */
export const moyskladTemplate = (path: string): string => (path.split('?')[0] ?? '').replace(UUID, '{id}');

function readable(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

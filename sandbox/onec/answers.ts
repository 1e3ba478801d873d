import { errorJson, errorXml, escapeXml, type OnecError } from './errors.ts';
import type { Row } from './values.ts';

/** What the client asked for: JSON with or without `odata.metadata`, or (1C's default) Atom. */
export type Format = 'json' | 'json-nometadata' | 'atom';

export function formatOf(accept: string | undefined, options: URLSearchParams): Format {
  const wanted = `${options.get('$format') ?? ''} ${accept ?? ''}`.toLowerCase();
  if (!/json/.test(wanted)) return 'atom';
  return wanted.includes('odata=nometadata') ? 'json-nometadata' : 'json';
}

export interface Answers {
  collection(set: string, rows: Row[], count?: number): Response;
  object(set: string, row: Row, options?: { status?: number; headers?: Record<string, string> }): Response;
  error(error: OnecError): Response;
}

/** Writes answers of one request in its format. `base` is the address of `standard.odata`. */
export function createAnswers(format: Format, base: string): Answers {
  const json = (body: object, status = 200, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json;charset=utf-8', ...headers },
    });
  const xml = (body: string, status = 200, headers: Record<string, string> = {}) =>
    new Response(`<?xml version="1.0" encoding="UTF-8"?>${body}`, {
      status,
      headers: { 'content-type': 'application/atom+xml;charset=utf-8', ...headers },
    });
  const context = (set: string, element = '') =>
    format === 'json' ? { 'odata.metadata': `${base}/$metadata#${set}${element}` } : {};

  return {
    collection(set, rows, count) {
      if (format === 'atom') {
        const total = count === undefined ? '' : `<m:count>${count}</m:count>`;
        return xml(`<feed ${namespaces}><title>${set}</title>${total}${rows.map(atomEntry).join('')}</feed>`);
      }
      const counted = count === undefined ? {} : { 'odata.count': String(count) };
      return json({ ...context(set), ...counted, value: rows });
    },
    object(set, row, { status = 200, headers = {} } = {}) {
      if (format === 'atom') return xml(atomEntry(row).replace('<entry>', `<entry ${namespaces}>`), status, headers);
      return json({ ...context(set, '/@Element'), ...row }, status, headers);
    },
    error({ status, code, message }) {
      const [body, type] =
        format === 'atom'
          ? [errorXml(code, message), 'application/xml;charset=utf-8']
          : [errorJson(code, message), 'application/json;charset=utf-8'];
      return new Response(body, { status, headers: { 'content-type': type } });
    },
  };
}

const namespaces =
  'xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices" ' +
  'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"';

function atomEntry(row: Row): string {
  return `<entry><content type="application/xml"><m:properties>${atomProperties(row)}</m:properties></content></entry>`;
}

function atomProperties(row: Row): string {
  return Object.entries(row)
    .map(([name, value]) => {
      const inner = Array.isArray(value)
        ? value.map((line: Row) => `<d:element>${atomProperties(line)}</d:element>`).join('')
        : escapeXml(String(value));
      return `<d:${name}>${inner}</d:${name}>`;
    })
    .join('');
}

import type { Exchange } from '../shared/onec/port.ts';

/** Of what was sent, and of what was answered, the journal keeps so much each. */
const MOST_CHARACTERS = 16 * 1024;
/** Requests of one attempt that are kept: an order of thousands of positions goes in parts. */
const MOST_EXCHANGES = 5;

/** What one attempt wrote to the other system and what came back, as the journal keeps it (`payload`). */
export interface ExchangeBook {
  note(exchange: Exchange): void;
  /** NULL: nothing was written. `documentKey`: only what is about this document, of those sent together. */
  payload(documentKey?: string): { exchanges: unknown[]; more?: number } | null;
}

export function createExchangeBook(): ExchangeBook {
  const noted: Exchange[] = [];
  const byDocument = new Map<string | undefined, Exchange[]>();
  return {
    note(exchange) {
      noted.push(exchange);
      const own = byDocument.get(exchange.documentKey);
      if (own === undefined) byDocument.set(exchange.documentKey, [exchange]);
      else own.push(exchange);
    },
    payload(documentKey) {
      const own = documentKey === undefined ? noted : (byDocument.get(documentKey) ?? []);
      if (own.length === 0) return null;
      const more = own.length - MOST_EXCHANGES;
      return { exchanges: own.slice(0, MOST_EXCHANGES).map(kept), ...(more > 0 && { more }) };
    },
  };
}

function kept({ method, path, sent, status, answer }: Exchange) {
  return {
    method,
    path,
    sent: bounded(JSON.stringify(sent ?? null), () => sent ?? null),
    status,
    answer: bounded(answer),
  };
}

/** JSON as it is where it is short enough, else its beginning as text. `parse`: what the text stands for. */
function bounded(text: string | null, parse = () => JSON.parse(text ?? 'null') as unknown): unknown {
  if (text === null || text === '') return null;
  if (text.length > MOST_CHARACTERS)
    return { cut: true, characters: text.length, text: clean(text.slice(0, MOST_CHARACTERS)) };
  try {
    // What holds no escape holds neither, and to look at each value costs more than all else here.
    if (text.isWellFormed() && !text.includes('\\u')) return parse();
    return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? clean(value) : value));
  } catch {
    return clean(text);
  }
}

/** PostgreSQL's jsonb takes neither NUL nor half of a surrogate pair. */
const clean = (text: string) =>
  text
    .replaceAll('\u0000', '\uFFFD')
    .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD');

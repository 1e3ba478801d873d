import { untilDoneOrAborted } from '../async/abortable.ts';
import { refused } from '../errors/outcome.ts';
import { EMPTY_KEY } from '../planning/types.ts';
import type { Goods } from './answers.ts';
import { BAD_LINE_CODES } from './bad-lines.ts';
import type { MatchBy } from './config.ts';
import type { Lookup } from './lookup.ts';
import type { FoundLink, OrderLine } from './port.ts';

export interface MatchedLine {
  line: OrderLine;
  goods: Goods;
}

interface Words {
  /** «с артикулом» */
  by: string;
  /** In the nominative. */
  name: string;
  /** What 1C lacks, before the list of its items, and what to do about it. */
  empty: [what: string, cure: string];
  /** What МойСклад has too much of. */
  doubled: string;
}

const field = (instrumental: string, name: string): Words => ({
  by: `с ${instrumental}`,
  name,
  empty: [`В 1С не заполнен ${name}`, 'Заполните его.'],
  doubled: `В МойСклад несколько товаров с одним и тем же ${instrumental}`,
});
const WORDS: Record<MatchBy, Words> = {
  article: field('артикулом', 'артикул'),
  code: field('кодом', 'код'),
  externalCode: field('внешним кодом', 'внешний код'),
  barcode: {
    by: 'со штрихкодом',
    name: 'штрихкод',
    empty: ['В 1С нет штрихкода единицы товара (у упаковок он не в счёт)', 'Заведите его: хаб прочтёт при расчёте.'],
    doubled: 'В МойСклад штрихкоды одного товара 1С стоят у разных товаров',
  },
};
const SHOWN = 10;

/** What the line is searched by. External codes are those of an exchange with 1C: `item` or `item#characteristic`. */
function valuesOf(line: Omit<OrderLine, 'quantity'>, matchBy: MatchBy): string[] {
  const values = {
    article: () => [line.article],
    code: () => [line.code],
    externalCode: () => [
      line.characteristicKey === EMPTY_KEY ? line.itemKey : `${line.itemKey}#${line.characteristicKey}`,
    ],
    barcode: () => line.barcodes ?? [],
  }[matchBy]();
  return [...new Set(values.map((value) => value.trim()).filter((value) => value !== ''))];
}

/** All goods that carry any value of the line, each once; `value` is for people, empty where there is nothing to search by. */
export async function lookUp(
  lookup: Lookup,
  line: Omit<OrderLine, 'quantity'>,
  matchBy: MatchBy,
): Promise<{ value: string; found: Goods[] }> {
  const values = valuesOf(line, matchBy);
  const answers = await Promise.all(values.map((value) => lookup.find(value)));
  const byId = new Map(answers.flat().map((goods) => [goods.id, goods]));
  return { value: values.join(', '), found: [...byId.values()] };
}

/**
 * Finds exactly one product or variant for each line, and tells of every look-up before it judges.
 * Refuses with all bad lines at once: whoever mends the catalogue should have to do it only once.
 */
export async function matchLines(
  lines: OrderLine[],
  deps: {
    lookup: Lookup;
    matchBy: MatchBy;
    onLinks: ((links: FoundLink[]) => Promise<void> | void) | undefined;
    /** Kopecks of one piece. */
    priceOf: (goods: Goods) => number;
    signal: AbortSignal | undefined;
  },
): Promise<MatchedLine[]> {
  const { lookup, matchBy, onLinks, priceOf, signal } = deps;
  const looking = lines.map(async (line) => ({ line, ...(await lookUp(lookup, line, matchBy)) }));
  // One listener for all: a thousand lines, each with its own on one signal, look like a leak to Node.
  const seen = await untilDoneOrAborted(Promise.all(looking), signal);
  const asked = seen.filter(({ value }) => value !== '');
  if (asked.length > 0)
    await onLinks?.(asked.map(({ line, value, found }) => linkOf(line, { matchBy, value, found, priceOf })));
  refuseBad(seen, matchBy);
  return seen.map(({ line, found }) => ({ line, goods: found[0]! }));
}

/** What a look-up came to; `found` leaves the archive out, `archived` counts it. */
export function linkOf(
  line: Pick<OrderLine, 'itemKey' | 'characteristicKey'>,
  seen: { matchBy: MatchBy; value: string; found: Goods[]; archived?: number; priceOf: (goods: Goods) => number },
): FoundLink {
  const { matchBy, value, found, archived = 0, priceOf } = seen;
  const [only] = found;
  const one = found.length === 1 && only !== undefined;
  return {
    itemKey: line.itemKey,
    characteristicKey: line.characteristicKey,
    matchBy,
    matchValue: value,
    status: one ? 'found' : found.length === 0 ? 'missing' : 'many',
    entityType: one ? (only.meta.type === 'variant' ? 'variant' : 'product') : null,
    entityId: one ? only.id : null,
    matches: found.length,
    problem:
      value === ''
        ? 'no-value'
        : found.length > 1
          ? 'many'
          : found.length === 1
            ? null
            : archived > 0
              ? 'archived'
              : 'missing',
    archived,
    entityName: one ? (only.name ?? null) : null,
    unit: null,
    packs: one ? (only.packs ?? only.product?.packs ?? []).map(({ quantity }) => quantity) : [],
    price: (one && priceOf(only)) || null,
  };
}

function refuseBad(seen: { line: OrderLine; value: string; found: Goods[] }[], matchBy: MatchBy): void {
  const word = WORDS[matchBy];
  const nameless = seen.filter(({ value }) => value === '');
  const missing = seen.filter(({ value, found }) => value !== '' && found.length === 0);
  const doubled = seen.filter(({ found }) => found.length > 1);
  const sentences = [
    ...some(
      nameless,
      ({ line }) => `«${line.itemName}»`,
      (list) => `${word.empty[0]}: ${list}. ${word.empty[1]}`,
    ),
    ...some(
      missing,
      ({ line, value }) => `«${value}» (${line.itemName})`,
      (list) =>
        `В МойСклад нет товара ${word.by} ${list}. Заведите товар или исправьте ${word.name}; архивные не считаются.`,
    ),
    ...some(
      doubled,
      ({ line, value, found }) => `«${value}» (${line.itemName}): ${found.length}`,
      (list) => `${word.doubled}: ${list}. Оставьте один.`,
    ),
  ];
  if (sentences.length === 0) return;
  throw refused({
    code:
      nameless.length > 0
        ? BAD_LINE_CODES.noValue
        : missing.length > 0
          ? BAD_LINE_CODES.missing
          : BAD_LINE_CODES.doubled,
    message: sentences.join(' '),
    system: 'moysklad',
    details: {
      matchBy,
      // By these the order goes on without its bad lines: see badLinesOf.
      lines: seen.flatMap(({ value, found }, index) => (value === '' || found.length !== 1 ? [index + 1] : [])),
      noValue: nameless.map(({ line }) => line.itemKey),
      missing: missing.map(({ value }) => value),
      doubled: doubled.map(({ value, found }) => ({ value, matches: found.length })),
    },
  });
}

function some<T>(list: T[], show: (each: T) => string, say: (shown: string) => string): string[] {
  if (list.length === 0) return [];
  const rest = list.length > SHOWN ? ` и ещё ${list.length - SHOWN}` : '';
  return [say(`${list.slice(0, SHOWN).map(show).join(', ')}${rest}`)];
}

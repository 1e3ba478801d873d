import DataLoader from 'dataloader';
import { type Goods, goodsSchema, listOf } from './answers.ts';
import type { MatchBy } from './config.ts';
import type { MoySkladHttp } from './http.ts';

export interface Lookup {
  /** Everything, product and variant alike, that carries exactly this value; not what is archived unless asked for. */
  find(value: string): Promise<Goods[]>;
}

const VALUES_PER_REQUEST = 500;
/** URL and headers together must stay under 8 KB; a Cyrillic letter alone takes six bytes of it. */
const FILTER_BYTES = 6500;
/** `expand` is silently ignored above a page of 100. */
const PAGE = { product: 1000, variant: 100 } as const;

/** Lists leave the archive out unless told otherwise. */
const ARCHIVED_TOO = 'archived=true;archived=false;';

const goodsList = listOf(goodsSchema);

/** Look-ups of one tick go out together, each value once. Nothing is remembered: goods change under us. */
export function createLookup(
  http: MoySkladHttp,
  matchBy: MatchBy,
  { archived = false }: { archived?: boolean } = {},
): Lookup {
  const readAll = async (type: 'product' | 'variant', values: string[]): Promise<Goods[]> => {
    const found: Goods[] = [];
    for (;;) {
      const page = await http.get(goodsList, `/entity/${type}`, {
        filter: `${archived ? ARCHIVED_TOO : ''}${filterOf(matchBy, values)}`,
        limit: PAGE[type],
        offset: found.length,
        ...(type === 'variant' && { expand: 'product' }),
      });
      found.push(...page.rows);
      if (page.rows.length === 0 || found.length >= page.meta.size) return found;
    }
  };

  const batch = async (values: readonly string[]): Promise<Goods[][]> => {
    const chunks = chunk([...new Set(values)], matchBy);
    const answers = await Promise.all(chunks.flatMap((part) => [readAll('product', part), readAll('variant', part)]));
    const byValue = new Map<string, Map<string, Goods>>();
    for (const goods of answers.flat()) {
      for (const value of valuesOf(goods, matchBy)) {
        const same = byValue.get(value) ?? new Map<string, Goods>();
        // By id: pages that shift while they are read may show one row twice.
        byValue.set(value, same.set(goods.id, goods));
      }
    }
    return values.map((value) => [...(byValue.get(value)?.values() ?? [])]);
  };

  const loader = new DataLoader(batch, { cache: false });
  return { find: (value) => loader.load(value) };
}

/** The values of `goods` in the field that is searched. */
function valuesOf(goods: Goods, matchBy: MatchBy): string[] {
  if (matchBy === 'barcode') return (goods.barcodes ?? []).flatMap((barcode) => Object.values(barcode));
  const value = goods[matchBy]?.trim();
  return value ? [value] : [];
}

/** `article=A;article=B`: equal fields are alternatives, a semicolon inside a value is escaped. */
export function filterOf(field: string, values: string[]): string {
  return values.map((value) => `${field}=${value.replaceAll(';', '\\;')}`).join(';');
}

/** Parts that fit into one request each. */
export function chunk(values: string[], field: string): string[][] {
  const parts: string[][] = [];
  let part: string[] = [];
  let bytes = 0;
  for (const value of values) {
    const size = encodeURIComponent(`;${filterOf(field, [value])}`).length;
    // A backslash at the end would escape the semicolon that follows it, so such a value ends its part.
    const closed = part.at(-1)?.endsWith('\\') ?? false;
    if (part.length > 0 && (closed || part.length === VALUES_PER_REQUEST || bytes + size > FILTER_BYTES)) {
      parts.push(part);
      [part, bytes] = [[], 0];
    }
    part.push(value);
    bytes += size;
  }
  return part.length === 0 ? parts : [...parts, part];
}

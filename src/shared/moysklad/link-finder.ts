import { z } from 'zod';
import { untilDoneOrAborted } from '../async/abortable.ts';
import type { CallOptions } from '../onec/port.ts';
import { type Goods, idOf, listOf, metaSchema } from './answers.ts';
import type { MatchBy } from './config.ts';
import type { MoySkladHttp } from './http.ts';
import { createLookup } from './lookup.ts';
import { linkOf, lookUp } from './match.ts';
import { priceOf } from './order.ts';
import type { FoundLink, LinkItem } from './port.ts';
import type { ReferenceSource } from './references.ts';
import { isSameUnit } from './units.ts';

/** Items that are looked up together: the rest of the budget belongs to documents meanwhile. */
const TOGETHER = 400;
const UNITS_PAGE = 1000;

const unitList = listOf(z.object({ id: z.string(), name: z.string(), meta: metaSchema }));

/** See `MoySklad.findLinks`. */
export function createLinkFinder(deps: { http: MoySkladHttp; matchBy: MatchBy; references: ReferenceSource }) {
  const { http, matchBy, references } = deps;
  const lookup = createLookup(http, matchBy, { archived: true });

  /** Names of МойСклад's units of measure, by id. */
  async function readUnits(options: CallOptions): Promise<Map<string, string>> {
    const units = new Map<string, string>();
    for (let offset = 0; ; offset += UNITS_PAGE) {
      const page = await http.get(unitList, '/entity/uom', { limit: UNITS_PAGE, offset }, options);
      for (const { id, name } of page.rows) units.set(id.toLowerCase(), name);
      if (page.rows.length === 0 || offset + page.rows.length >= page.meta.size) return units;
    }
  }

  return async (items: readonly LinkItem[], options: CallOptions = {}): Promise<FoundLink[]> => {
    if (items.length === 0) return [];
    const { priceType } = await references.resolve(options);
    const units = await readUnits(options);
    const priceIn = (goods: Goods) => priceOf(goods, priceType.id);
    const links: FoundLink[] = [];
    for (let at = 0; at < items.length; at += TOGETHER) {
      const looking = items.slice(at, at + TOGETHER).map(async (item) => {
        const { value, found: all } = await lookUp(lookup, item, matchBy);
        const found = all.filter((goods) => goods.archived !== true);
        const link = linkOf(item, { matchBy, value, found, archived: all.length - found.length, priceOf: priceIn });
        return withUnit(link, item, found, units);
      });
      links.push(...(await untilDoneOrAborted(Promise.all(looking), options.signal)));
    }
    return links;
  };
}

function withUnit(link: FoundLink, item: LinkItem, [goods]: Goods[], units: ReadonlyMap<string, string>): FoundLink {
  const uom = goods?.uom ?? goods?.product?.uom;
  if (link.status !== 'found' || uom === undefined) return link;
  const unit = units.get(idOf(uom.meta)) ?? null;
  const differs = unit !== null && item.unit !== '' && !isSameUnit(unit, item.unit);
  return { ...link, unit, problem: differs ? 'unit' : link.problem };
}

import type { Goods, Meta } from './answers.ts';
import type { MatchedLine } from './match.ts';
import type { OrderCommand } from './port.ts';
import type { References } from './references.ts';

/** МойСклад refuses longer comments (3040). */
export const DESCRIPTION_LENGTH = 4096;
/** МойСклад's limit of elements in one array: positions beyond it are added to the order that is there. */
export const POSITIONS_AT_ONCE = 1000;

/** The hub's mark on a document. Not unique for МойСклад: a search by it may find two. */
export function externalCodeOf({ outboxId }: Pick<OrderCommand, 'outboxId'>): string {
  return `hub:${outboxId}`;
}

/** Body of `POST /entity/customerorder`. Number and moment are left to МойСклад. */
export function orderBody(
  command: OrderCommand,
  matched: MatchedLine[],
  references: References,
  { vat }: { vat: 'goods' | 'none' },
) {
  const { organization, agent, store, state, priceType, attributes } = references;
  const taxes = matched.map(({ goods }) => (vat === 'goods' ? vatOf(goods) : {}));
  return {
    syncId: command.key,
    externalCode: externalCodeOf(command),
    description: cut(command.description),
    applicable: true,
    vatEnabled: taxes.some(({ vatEnabled }) => vatEnabled === true),
    vatIncluded: true,
    ...(attributes.length > 0 && { attributes }),
    organization: reference(organization.meta),
    agent: reference(agent.meta),
    ...(store && { store: reference(store.meta) }),
    ...(state && { state: reference(state.meta) }),
    positions: matched.map(({ line, goods }, index) => ({
      // Dividing a whole number by 1000 gives the double nearest to the decimal, and JSON writes that decimal.
      quantity: line.quantity / 1000,
      price: priceOf(goods, priceType.id),
      ...taxes[index],
      assortment: reference(goods.meta),
    })),
  };
}
export type OrderBody = ReturnType<typeof orderBody>;

/**
 * VAT as it applies to the goods; a variant's is its product's. МойСклад takes a position without it for «без НДС», so what
 * the goods say is repeated. Nothing where they say nothing.
 */
function vatOf(goods: Goods): { vat?: number; vatEnabled?: boolean } {
  const { effectiveVat, effectiveVatEnabled } = goods.effectiveVatEnabled === undefined ? (goods.product ?? {}) : goods;
  if (effectiveVatEnabled === undefined) return {};
  return { vat: effectiveVatEnabled ? (effectiveVat ?? 0) : 0, vatEnabled: effectiveVatEnabled };
}

/** Sale price in kopecks: the variant's own, else its product's, else 0. */
export function priceOf(goods: Goods, priceTypeId: string): number {
  const of = (prices: Goods['salePrices']) => prices?.find(({ priceType }) => priceType.id === priceTypeId)?.value;
  return of(goods.salePrices) || of(goods.product?.salePrices) || 0;
}

/** In kopecks, as МойСклад computes `sum`. */
export function sumOf(body: OrderBody): number {
  return body.positions.reduce((sum, { quantity, price }) => sum + Math.round(quantity * price), 0);
}

function reference({ href, type }: Meta) {
  return { meta: { href, type, mediaType: 'application/json' } };
}

function cut(text: string): string {
  return text.length <= DESCRIPTION_LENGTH ? text : `${text.slice(0, DESCRIPTION_LENGTH - 1)}…`;
}

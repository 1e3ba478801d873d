import type { Milli } from '../planning/types.ts';

/** The resources of «ЗапасыИПотребности» that make up free stock. */
export interface StockResources {
  onHand: Milli;
  /** «РезервироватьНаСкладе». */
  reservedOnStock: Milli;
  /** «РезервироватьПоМереПоступления»: takes what comes in, and what lies there before it comes. */
  reservedOnArrival: Milli;
}

/**
 * Free stock by UT 11.5.20's own rule (DataProcessors/ОбеспечениеПотребностей): a shortage on stock shows as it is;
 * reserves on arrival can use up the rest, but never make it negative.
 */
export function freeStock({ onHand, reservedOnStock, reservedOnArrival }: StockResources): Milli {
  const onStock = onHand - reservedOnStock;
  if (onStock < 0) return onStock;
  return Math.max(0, onStock - reservedOnArrival);
}

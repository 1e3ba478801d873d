/** One kind of goods: every combination of its variants with its brands is an item. */
export interface Kind {
  /** `{0}`, `{1}` … are the variants, `{b}` the brand. */
  name: string;
  prefix: string;
  brands: string[];
  variants: string[][];
  unit: string;
  wholeUnits: boolean;
  /** Cheapest and dearest, in roubles. */
  price: [number, number];
  pack?: { name: string; size: number };
}

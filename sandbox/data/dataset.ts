/**
 * The world that both stand-ins start from: one catalogue, seen by 1C and by МойСклад.
 * Quantities are plain numbers in base units (at most three decimals), money is in roubles.
 */
export interface Dataset {
  seed: number;
  warehouses: DatasetWarehouse[];
  items: DatasetItem[];
  stock: DatasetStock[];
}

export interface DatasetWarehouse {
  /** GUID. */
  key: string;
  name: string;
  kind: 'shop' | 'donor';
}

export interface DatasetItem {
  key: string;
  code: string;
  article: string;
  name: string;
  unit: string;
  wholeUnits: boolean;
  priceRoubles: number;
  pack: { key: string; name: string; size: number } | null;
  /** In 1C, of the piece; left out: the EAN-13 of the key, which is what МойСклад has. */
  barcodes?: string[];
  /** How many products or variants of МойСклад carry this article: 0 missing, 1 found, 2 doubled. */
  moysklad: { matches: 0 | 1 | 2; as: 'product' | 'variant' };
}

/** One item on one warehouse. */
export interface DatasetStock {
  warehouseKey: string;
  itemKey: string;
  onHand: number;
  reserved: number;
  /** Expected by 1C from documents that are not the hub's. */
  onOrder: number;
  /** NULL: no row in «ТоварныеОграничения». */
  minimum: number | null;
  maximum: number | null;
  /** «СтраховоеКоличествоЗапаса»; left out: 0. */
  safety?: number;
  /** «МетодОбеспеченияПотребностей»; left out: ПоддержаниеЗапасаМинМакс. */
  method?: string;
}

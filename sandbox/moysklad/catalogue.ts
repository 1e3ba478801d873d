import { createHash } from 'node:crypto';
import type { Dataset, DatasetItem } from '../data/dataset.ts';
import { ean13 } from '../data/ean13.ts';
import { type Meta, metaOf } from './answers.ts';

export interface Named {
  id: string;
  name: string;
  type: 'organization' | 'counterparty' | 'store' | 'pricetype' | 'state' | 'employee' | 'currency' | 'uom';
  externalCode: string;
  archived: boolean;
  meta: Meta;
}

export interface Product {
  id: string;
  type: 'product' | 'variant';
  name: string;
  article?: string;
  code: string;
  externalCode: string;
  barcodes: string[];
  archived: boolean;
  /** NULL: none of its own (a variant then sells at its product's price). */
  priceKopecks: number | null;
  /** Unit of measure. */
  unit?: string;
  /** Sizes of its packs in that unit. */
  packs?: number[];
  /** Per cent, 0 for «без НДС». */
  vat?: number;
  /** A variant's parent. */
  parent?: Product;
}

export interface Catalogue {
  organizations: Named[];
  counterparties: Named[];
  stores: Named[];
  priceTypes: Named[];
  states: Named[];
  employee: Named;
  currency: Named;
  units: Named[];
  accountId: string;
  products: Product[];
  byId: Map<string, Product>;
}

export interface CatalogueNames {
  organizationName: string;
  agentName: string;
  priceTypeName: string;
}

/** МойСклад's default states of a customer order. */
const STATES = ['Новый', 'Подтвержден', 'Собран', 'Отгружен', 'Доставлен', 'Возврат', 'Отменен'];

/** The same id for the same thing in every start of the sandbox: nothing here is random. */
export function stableId(...parts: (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join('\u0000')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-11ef-8${hex.slice(13, 16)}-${hex.slice(16, 28)}`;
}

function named(type: Named['type'], path: string, name: string): Named {
  const id = stableId(type, name);
  return {
    id,
    name,
    type,
    externalCode: stableId('ext', type, name),
    archived: false,
    meta: metaOf(type, `${path}/${id}`),
  };
}

/** The id that a product has in the address bar of МойСклад's pages: another one than the API's. */
export const uiIdOf = ({ id }: Product): string => stableId('ui', id);

/** The dictionary entry of a unit's name. */
export const unitNamed = (name: string): Named => named('uom', '/entity/uom', name);

function productOf(item: DatasetItem, copy: number): Product {
  return {
    id: stableId('product', item.key, copy),
    type: 'product',
    name: copy === 0 ? item.name : `${item.name} (копия)`,
    ...(item.article === '' ? {} : { article: item.article }),
    code: item.code,
    externalCode: item.key,
    barcodes: [ean13(item.key)],
    archived: false,
    priceKopecks: Math.round(item.priceRoubles * 100),
    unit: item.unit,
    packs: item.pack === null ? [] : [item.pack.size],
    vat: 22,
  };
}

/** A variant carries the article; its parent has one of its own, as «T01» and «T01 (M01)» in МойСклад's examples. */
function variantOf(item: DatasetItem, copy: number): Product[] {
  const base = productOf(item, copy);
  const parent: Product = { ...base, code: `${item.code}-P`, externalCode: `${item.key}-parent`, barcodes: [] };
  delete parent.article;
  if (base.article !== undefined) parent.article = `${base.article}-P`;
  const variant: Product = {
    ...base,
    id: stableId('variant', item.key, copy),
    type: 'variant',
    name: `${base.name} (основной)`,
    // Every other one has no price of its own.
    priceKopecks: item.code.length % 2 === 0 ? base.priceKopecks : null,
    parent,
  };
  return [parent, variant];
}

export function createCatalogue(dataset: Dataset, names: CatalogueNames): Catalogue {
  const products: Product[] = [];
  for (const item of dataset.items) {
    for (let copy = 0; copy < item.moysklad.matches; copy += 1) {
      products.push(...(item.moysklad.as === 'variant' ? variantOf(item, copy) : [productOf(item, copy)]));
    }
  }
  const organization = (name: string) => named('organization', '/entity/organization', name);
  const counterparty = (name: string) => named('counterparty', '/entity/counterparty', name);
  return {
    organizations: [organization(names.organizationName), organization('Вторая организация')],
    counterparties: [counterparty(names.agentName), counterparty('Розничный покупатель')],
    stores: ['Основной склад', ...dataset.warehouses.map((warehouse) => warehouse.name)].map((name) =>
      named('store', '/entity/store', name),
    ),
    priceTypes: [names.priceTypeName, 'Оптовая цена'].map((name) =>
      named('pricetype', '/context/companysettings/pricetype', name),
    ),
    states: STATES.map((name) => named('state', '/entity/customerorder/metadata/states', name)),
    employee: named('employee', '/entity/employee', 'Администратор'),
    currency: named('currency', '/entity/currency', 'руб'),
    units: [...new Set(products.flatMap(({ unit }) => (unit ? [unit] : [])))].map(unitNamed),
    accountId: stableId('account', dataset.seed),
    products,
    byId: new Map(products.map((product) => [product.id, product])),
  };
}

export function productMeta(product: Product): Meta {
  return metaOf(product.type, `/entity/${product.type}/${product.id}`, `/entity/${product.type}/metadata`);
}

/** As `GET /entity/product` or `/entity/variant` shows it; empty fields are absent, not null. */
export function renderProduct(catalogue: Catalogue, product: Product, expand: Set<string> = new Set()): object {
  const { parent } = product;
  const main = product.priceKopecks;
  return {
    meta: productMeta(product),
    id: product.id,
    accountId: catalogue.accountId,
    name: product.name,
    code: product.code,
    externalCode: product.externalCode,
    archived: product.archived,
    ...(product.article === undefined ? {} : { article: product.article }),
    ...(product.barcodes.length === 0 ? {} : { barcodes: product.barcodes.map((value) => ({ ean13: value })) }),
    ...(main === null
      ? {}
      : {
          salePrices: catalogue.priceTypes.map((priceType, index) => ({
            // The second price type is wholesale: a tenth off.
            value: index === 0 ? main : Math.round(main * 0.9),
            currency: { meta: catalogue.currency.meta },
            priceType: renderNamed(priceType),
          })),
        }),
    ...(product.type === 'variant' ? {} : ofProduct(product)),
    ...(parent === undefined
      ? {}
      : {
          product: expand.has('product') ? renderProduct(catalogue, parent) : { meta: productMeta(parent) },
          characteristics: [{ id: stableId('characteristic'), name: 'Исполнение', value: 'основной' }],
        }),
  };
}

/** What a variant has only through its product. */
function ofProduct({ unit, packs = [], vat = 0 }: Product): object {
  return {
    ...(unit ? { uom: { meta: unitNamed(unit).meta } } : {}),
    ...(packs.length === 0 ? {} : { packs: packs.map((quantity) => ({ id: stableId('pack', quantity), quantity })) }),
    ...{ vat, vatEnabled: vat > 0, effectiveVat: vat, effectiveVatEnabled: vat > 0, useParentVat: false },
  };
}

export function renderNamed(thing: Named): object {
  const { type: _type, archived, ...shown } = thing;
  return thing.type === 'organization' || thing.type === 'counterparty' || thing.type === 'store'
    ? { ...shown, archived }
    : shown;
}

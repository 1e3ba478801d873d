import { z } from 'zod';

/** Of МойСклад's answers only what the hub reads. Empty fields are absent there, not null. */
export const metaSchema = z.object({ href: z.string(), type: z.string() });
export type Meta = z.infer<typeof metaSchema>;

const salePrices = z.array(z.object({ value: z.number(), priceType: z.object({ id: z.string(), name: z.string() }) }));

const ofProduct = {
  uom: z.object({ meta: metaSchema }).optional(),
  /** Packs of the product, in its own unit. */
  packs: z.array(z.object({ quantity: z.number() })).optional(),
  /** What VAT applies, of the product itself or of its group. */
  effectiveVat: z.number().optional(),
  effectiveVatEnabled: z.boolean().optional(),
};

export const goodsSchema = z.object({
  id: z.string(),
  meta: metaSchema,
  name: z.string().optional(),
  article: z.string().optional(),
  code: z.string().optional(),
  externalCode: z.string().optional(),
  /** `[{ean13: '…'}, {code128: '…'}]` */
  barcodes: z.array(z.record(z.string(), z.string())).optional(),
  salePrices: salePrices.optional(),
  archived: z.boolean().optional(),
  ...ofProduct,
  /** A variant's product; its prices, unit and VAT only where `expand=product` took effect. */
  product: z.object({ salePrices: salePrices.optional(), ...ofProduct }).optional(),
});
export type Goods = z.infer<typeof goodsSchema>;

export const namedSchema = z.object({ id: z.string(), name: z.string(), meta: metaSchema });
export type Named = z.infer<typeof namedSchema>;

export function listOf<Row extends z.ZodType>(row: Row) {
  return z.object({ meta: z.object({ size: z.number() }), rows: z.array(row) });
}

export const positionSchema = z.object({
  quantity: z.number(),
  price: z.number().optional(),
  /** By demands («Отгрузки») that were made for the order. */
  shipped: z.number().optional(),
  assortment: z.object({ meta: metaSchema }),
});
export type Position = z.infer<typeof positionSchema>;

export const orderSchema = z.object({
  id: z.string(),
  name: z.string(),
  syncId: z.string().optional(),
  externalCode: z.string().optional(),
  /** Set while the document lies in the basket. */
  deleted: z.string().optional(),
  applicable: z.boolean(),
  sum: z.number().optional(),
  state: z.object({ meta: metaSchema }).optional(),
  organization: z.object({ meta: metaSchema }),
  agent: z.object({ meta: metaSchema }),
  positions: z.object({ meta: z.object({ size: z.number() }), rows: z.array(positionSchema).optional() }),
});
export type Order = z.infer<typeof orderSchema>;

const errorsSchema = z.object({
  errors: z
    .array(z.object({ error: z.string(), code: z.number().optional(), parameter: z.string().optional() }))
    .min(1),
});
export type ApiErrors = z.infer<typeof errorsSchema>['errors'];

/** The errors in a body; none where it is empty, HTML, or of another shape. */
export function readErrors(text: string): ApiErrors {
  return readErrorsOf(parseJson(text));
}

/** The same of an object, for example an element of an array's answer. */
export function readErrorsOf(body: unknown): ApiErrors {
  const parsed = errorsSchema.safeParse(body);
  return parsed.success ? parsed.data.errors : [];
}

/** True where a body is an array: the answer to an array, element by element, whatever the status is. */
export const isArrayText = (text: string): boolean => Array.isArray(parseJson(text));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The last part of an href's path: the id, whatever host stands before it. */
export function idOf(meta: Meta): string {
  return meta.href.split('?')[0]!.split('/').at(-1)!.toLowerCase();
}

import { ApiError, metaOf } from './answers.ts';
import { type Catalogue, type Product, productMeta, renderProduct } from './catalogue.ts';
import { isRecord, notFound, readReference, wrongType } from './references.ts';

export interface Position {
  id: string;
  product: Product;
  quantity: number;
  price: number;
  discount: number;
  vat: number;
  vatEnabled: boolean;
  reserve: number;
  /** By demands made for the order; clients cannot write it. */
  shipped: number;
}

export const MAX_ARRAY = 1000;

export function tooMany(): ApiError {
  return new ApiError(413, 2007, 'Ошибка формата: слишком большое число вложенных объектов');
}

function number(body: Record<string, unknown>, field: string, fallback: number): number {
  const value = body[field];
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongType(field, 'число');
  return value;
}

function refuse(code: number, error: string, parameter: string): ApiError {
  return new ApiError(412, code, error, { parameter });
}

export interface PositionRules {
  catalogue: Catalogue;
  /** Prices below it are raised without a word, as `checkMinPrice` of the account does. */
  minPriceKopecks: number;
  newId: () => string;
}

function readPosition(value: unknown, rules: PositionRules): Position {
  if (Array.isArray(value)) throw new ApiError(400, 2004, 'Ошибка формата: вложенные массивы недопустимы');
  if (!isRecord(value)) throw wrongType('positions', 'объект');
  if (value.assortment === undefined || value.assortment === null) {
    throw refuse(
      3000,
      "Ошибка сохранения объекта: поле 'assortment' не может быть пустым или отсутствовать",
      'assortment',
    );
  }
  const reference = readReference(value.assortment, 'assortment', ['product', 'variant', 'service', 'bundle']);
  const product = rules.catalogue.byId.get(reference.id);
  if (product === undefined || product.type !== reference.type || product.archived) {
    throw notFound(reference.type, reference.id);
  }
  const quantity = Math.round(number(value, 'quantity', 0) * 10_000) / 10_000;
  if (quantity <= 0) {
    throw refuse(3003, "Ошибка сохранения объекта: поле 'quantity' должно быть больше нуля", 'quantity');
  }
  const price = number(value, 'price', 0);
  if (price < 0) {
    throw refuse(3002, "Ошибка сохранения объекта: поле 'price' не может быть отрицательным", 'price');
  }
  const discount = number(value, 'discount', 0);
  if (discount > 100) {
    throw refuse(17008, 'Ошибка сохранения позиции документа: скидка не может быть больше 100', 'discount');
  }
  const vat = number(value, 'vat', 0);
  if (vat > 100) throw refuse(17007, 'Ошибка сохранения позиции документа: НДС не может быть больше 100', 'vat');
  const reserve = number(value, 'reserve', 0);
  if (reserve > quantity) {
    throw refuse(
      17003,
      'Ошибка сохранения позиции документа: количество зарезервированных товаров не может превышать общее количество',
      'reserve',
    );
  }
  if (value.vatEnabled !== undefined && typeof value.vatEnabled !== 'boolean')
    throw wrongType('vatEnabled', 'логический');
  return {
    id: typeof value.id === 'string' ? value.id : rules.newId(),
    product,
    quantity,
    price: Math.max(price, rules.minPriceKopecks),
    discount,
    vat,
    vatEnabled: value.vatEnabled === true,
    reserve,
    shipped: 0,
  };
}

export function readPositions(value: unknown, rules: PositionRules): Position[] {
  if (!Array.isArray(value)) throw wrongType('positions', 'массив');
  if (value.length > MAX_ARRAY) throw tooMany();
  return value.map((element) => readPosition(element, rules));
}

/** Kopecks of what was shipped. */
export function shippedSumOf(positions: Position[]): number {
  return sumsOf(positions.map((position) => ({ ...position, quantity: position.shipped }))).sum;
}

/** Kopecks, rounded per position; VAT is inside the price. */
export function sumsOf(positions: Position[]): { sum: number; vatSum: number } {
  let [sum, vatSum] = [0, 0];
  for (const position of positions) {
    const line = Math.round(position.price * position.quantity * (1 - position.discount / 100));
    sum += line;
    if (position.vatEnabled) vatSum += Math.round((line * position.vat) / (100 + position.vat));
  }
  return { sum, vatSum };
}

export function renderPosition(catalogue: Catalogue, orderId: string, position: Position, expand: Set<string>): object {
  const deep = expand.has('assortment') || expand.has('positions.assortment');
  return {
    meta: metaOf('customerorderposition', `/entity/customerorder/${orderId}/positions/${position.id}`),
    id: position.id,
    accountId: catalogue.accountId,
    quantity: position.quantity,
    price: position.price,
    discount: position.discount,
    vat: position.vat,
    vatEnabled: position.vatEnabled,
    assortment: deep ? renderProduct(catalogue, position.product) : { meta: productMeta(position.product) },
    shipped: position.shipped,
    reserve: position.reserve,
  };
}

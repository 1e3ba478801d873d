import { describe, expect, it } from 'vitest';
import type { Order } from '../../src/shared/moysklad/answers.ts';
import { differences, quantityDifferences } from '../../src/shared/moysklad/compare.ts';
import type { OrderBody } from '../../src/shared/moysklad/order.ts';

const meta = (type: string, id: string) => ({
  meta: { href: `https://api.moysklad.ru/api/remap/1.2/entity/${type}/${id}`, type, mediaType: 'application/json' },
});
const position = (id: string, quantity: number) => ({ quantity, price: 100, assortment: meta('product', id) });

const meant: OrderBody = {
  syncId: 'AAAA',
  externalCode: 'hub:1',
  description: '',
  applicable: true,
  vatEnabled: false,
  vatIncluded: true,
  organization: meta('organization', 'o1'),
  agent: meta('counterparty', 'c1'),
  positions: [position('p1', 2.345), position('p2', 1), position('p2', 1)],
};
const stored: Order = {
  id: 'id',
  name: '00001',
  syncId: 'aaaa',
  externalCode: 'hub:1',
  applicable: true,
  organization: meta('organization', 'o1'),
  agent: meta('counterparty', 'c1'),
  positions: { meta: { size: 3 } },
};
const same = [position('p2', 1), position('p1', 2.3450001), position('p2', 1)];

describe('a stored order', () => {
  it('is the one that was meant whatever the order of its positions, their prices and the letters’ case of its key', () => {
    expect(
      differences(
        stored,
        same.map((each) => ({ ...each, price: 999 })),
        meant,
      ),
    ).toEqual([]);
    expect(differences({ ...stored, syncId: undefined }, same, meant)).toEqual([]);
  });

  it.each([
    ['another key', { syncId: 'bbbb' }, same, 'syncId bbbb вместо AAAA'],
    ['another mark', { externalCode: 'x' }, same, 'внешний код «x» вместо «hub:1»'],
    ['another organization', { organization: meta('organization', 'o2') }, same, 'другая организация'],
    ['another customer', { agent: meta('counterparty', 'c2') }, same, 'другой контрагент'],
    ['a position too few', {}, same.slice(1), 'нет позиций: product p2 × 1'],
    ['a position too many', {}, [...same, position('p1', 2.345)], 'лишние позиции: product p1 × 2.345'],
  ])('differs by %s', (_what, change, positions, sentence) => {
    expect(differences({ ...stored, ...change }, positions, meant)).toEqual([sentence]);
  });

  it('differs by a quantity and by the kind of goods', () => {
    const [first, ...rest] = same;
    const variant = { ...first!, assortment: meta('variant', 'p2') };
    expect(differences(stored, [variant, ...rest], meant)).toEqual([
      'нет позиций: product p2 × 1',
      'лишние позиции: variant p2 × 1',
    ]);
    expect(quantityDifferences(same, [1, 2.345, 1])).toEqual([]);
    expect(quantityDifferences(same, [1, 2.346, 1])).toEqual(['нет позиций: × 2.346', 'лишние позиции: × 2.345']);
  });
});

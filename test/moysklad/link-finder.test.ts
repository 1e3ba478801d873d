import { describe, expect, it } from 'vitest';
import type { LinkItem } from '../../src/shared/moysklad/port.ts';
import { isSameUnit } from '../../src/shared/moysklad/units.ts';
import { closeAfterEach } from '../support/closing.ts';
import { item, line, startWorld } from './world.ts';

const closing = closeAfterEach();

const itemOf = (article: string, unit = 'шт'): LinkItem => {
  const { quantity: _, ...rest } = line(article);
  return { ...rest, unit };
};

describe('links to МойСклад', () => {
  it('say of each item what it is there: found, missing, doubled, archived, counted otherwise, or nothing to find it by', async () => {
    const world = await startWorld({
      items: [
        item('A-1', { pack: { key: item('A-1').key, name: 'кор', size: 12 } }),
        item('A-2', { moysklad: { matches: 2, as: 'product' } }),
        item('A-4'),
        item('A-5', { unit: 'упак' }),
        item('V-6', { moysklad: { matches: 1, as: 'variant' } }),
      ],
    });
    closing(world.stop);
    world.sandbox.catalogue().products.find(({ article }) => article === 'A-4')!.archived = true;
    const articles = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'V-6', ''];
    const found = await world.moysklad.findLinks(articles.map((article) => itemOf(article)));
    expect(found.map(({ problem, status, price, unit }) => [problem, status, price, unit])).toEqual([
      [null, 'found', 12_950, 'шт'],
      ['many', 'many', null, null],
      ['missing', 'missing', null, null],
      ['archived', 'missing', null, null],
      ['unit', 'found', 12_950, 'упак'],
      [null, 'found', 12_950, 'шт'],
      ['no-value', 'missing', null, null],
    ]);
    expect(found[0]).toMatchObject({ entityName: 'Товар A-1', packs: [12], entityType: 'product' });
    expect(found[3]).toMatchObject({ archived: 1 });
  });

  it('1,000 of them take a few requests, not one each', async () => {
    const items = Array.from({ length: 1000 }, (_, index) => item(`A-${index + 1}`));
    const world = await startWorld({ items });
    closing(world.stop);
    const found = await world.moysklad.findLinks(items.map(({ article }) => itemOf(article)));
    expect(found.every(({ problem }) => problem === null)).toBe(true);
    expect(world.requests.length).toBeLessThan(20);
  });

  it('by barcode are one product for any of an item’s barcodes, many for different ones, and none without', async () => {
    const world = await startWorld({ config: { matchBy: 'barcode' }, items: [item('A-1'), item('A-2'), item('A-3')] });
    closing(world.stop);
    const products = world.sandbox.catalogue().products;
    const [first, second, third] = products.map(({ barcodes }) => barcodes[0]!);
    products[2]!.archived = true;
    const withBarcodes = (...barcodes: string[]): LinkItem => ({ ...itemOf('A-1'), barcodes });
    const found = await world.moysklad.findLinks([
      withBarcodes('4600000000011', first!),
      withBarcodes(first!, second!),
      withBarcodes(third!, '4600000000011'),
      withBarcodes(),
    ]);
    expect(found.map(({ problem, matches, archived, matchValue }) => [problem, matches, archived, matchValue])).toEqual(
      [
        [null, 1, 0, `4600000000011, ${first}`],
        ['many', 2, 0, `${first}, ${second}`],
        ['archived', 0, 1, `${third}, 4600000000011`],
        ['no-value', 0, 0, ''],
      ],
    );
  });

  it('asks nothing where there is nothing to ask for', async () => {
    const world = await startWorld();
    closing(world.stop);
    expect(await world.moysklad.findLinks([])).toEqual([]);
    expect(world.requests).toEqual([]);
  });
});

describe('units of measure', () => {
  it.each([
    ['шт', 'шт.'],
    ['штука', 'ШТ'],
    ['кг', 'килограмм'],
    ['м²', 'кв. м'],
    ['пог. м', 'м'],
    ['бухта', 'Бухта'],
  ])('«%s» and «%s» are one', (one, other) => expect(isSameUnit(one, other)).toBe(true));

  it.each([
    ['шт', 'упак'],
    ['кг', 'т'],
    ['м', 'м2'],
    ['бухта', 'шт'],
  ])('«%s» and «%s» are two', (one, other) => expect(isSameUnit(one, other)).toBe(false));
});

import { afterEach, describe, expect, it } from 'vitest';
import { chunk, filterOf } from '../../src/shared/moysklad/lookup.ts';
import { command, failureOf, firstTry, item, line, startWorld, type WorldOptions } from './world.ts';

let stop: () => Promise<void> = async () => {};
const start = async (options?: WorldOptions) => {
  const world = await startWorld(options);
  stop = world.stop;
  return world;
};
afterEach(() => stop());

const MIXED = [
  item('A-1'),
  item('A-2', { moysklad: { matches: 2, as: 'product' } }),
  item('A-3', { moysklad: { matches: 0, as: 'product' } }),
  item('V-4', { moysklad: { matches: 1, as: 'variant' } }),
  item('V-5', { moysklad: { matches: 2, as: 'variant' } }),
];

describe('matching goods', () => {
  it('names every bad line at once and makes nothing', async () => {
    const { moysklad, sandbox } = await start({ items: MIXED });
    const lines = [
      line('A-1'),
      line('A-2'),
      line('A-3'),
      line('V-4'),
      line('V-5'),
      line('', { itemName: 'Без артикула' }),
    ];
    const failure = await failureOf(moysklad.makeOrder(command(lines), firstTry));
    expect([failure.outcome, failure.code]).toEqual(['refused', 'moysklad-item-no-article']);
    expect(failure.message).toContain('В 1С не заполнен артикул: «Без артикула»');
    expect(failure.message).toContain('В МойСклад нет товара с артикулом «A-3» (Товар A-3)');
    expect(failure.message).toContain('«A-2» (Товар A-2): 2, «V-5» (Товар V-5): 2');
    expect(failure.details).toMatchObject({
      missing: ['A-3'],
      doubled: [
        { value: 'A-2', matches: 2 },
        { value: 'V-5', matches: 2 },
      ],
    });
    expect(sandbox.orders()).toEqual([]);
  });

  it.each([
    ['A-3', 'moysklad-item-missing'],
    ['A-2', 'moysklad-item-doubled'],
    ['  ', 'moysklad-item-no-article'],
  ])('refuses %j with %s', async (article, code) => {
    const { moysklad } = await start({ items: MIXED });
    const failure = await failureOf(moysklad.makeOrder(command([line(article)]), firstTry));
    expect([failure.outcome, failure.code]).toEqual(['refused', code]);
  });

  it('counts a product and a variant of one article as doubled', async () => {
    const { moysklad } = await start({
      items: [item('D-1'), item('D-1', { key: 'other', code: 'К-2', moysklad: { matches: 1, as: 'variant' } })],
    });
    const failure = await failureOf(moysklad.makeOrder(command([line('D-1')]), firstTry));
    expect([failure.code, failure.message.includes('«D-1» (Товар D-1): 2')]).toEqual(['moysklad-item-doubled', true]);
  });

  it('does not see archived goods', async () => {
    const { moysklad, sandbox } = await start();
    sandbox.catalogue().products[0]!.archived = true;
    expect((await failureOf(moysklad.makeOrder(command([line('A-1')]), firstTry))).code).toBe('moysklad-item-missing');
  });

  it('tells of every look-up, found or not, before it refuses', async () => {
    const { moysklad, links } = await start({ items: MIXED });
    await failureOf(moysklad.makeOrder(command([line('V-4'), line('A-2'), line('A-3'), line('')]), firstTry));
    expect(links).toHaveLength(1);
    expect(
      links[0]!.map((link) => [link.matchValue, link.status, link.entityType, link.matches, link.entityId !== null]),
    ).toEqual([
      ['V-4', 'found', 'variant', 1, true],
      ['A-2', 'many', null, 2, false],
      ['A-3', 'missing', null, 0, false],
    ]);
  });

  it.each(['article', 'code', 'externalCode', 'barcode'] as const)('matches by %s', async (matchBy) => {
    const { moysklad, sandbox, links } = await start({ config: { matchBy } });
    const barcode = sandbox.catalogue().products[0]!.barcodes[0]!;
    await moysklad.makeOrder(command([line('A-1', { barcodes: [barcode] })]), firstTry);
    expect(links[0]![0]).toMatchObject({ matchBy, status: 'found', entityId: sandbox.catalogue().products[0]!.id });
  });

  describe('by several barcodes of one item', () => {
    const OTHER = '4600000000011';
    const world = async () => {
      const started = await start({ config: { matchBy: 'barcode' } });
      const [first, second] = started.sandbox.catalogue().products;
      return { ...started, first: first!, second: second!, of: (n: 0 | 1) => [first!, second!][n]!.barcodes[0]! };
    };

    it('takes the one product that carries any of them, or several of them', async () => {
      const { moysklad, first, second, of, links, requests } = await world();
      first.barcodes.push(OTHER);
      const lines = [line('A-1', { barcodes: [OTHER, 'нет такого', of(0)] }), line('A-2', { barcodes: [of(1)] })];
      await moysklad.makeOrder(command(lines), firstTry);
      expect(links[0]).toMatchObject([
        { status: 'found', entityId: first.id, matches: 1, matchValue: `${OTHER}, нет такого, ${of(0)}` },
        { status: 'found', entityId: second.id, matches: 1 },
      ]);
      // All values of all lines in one look-up of products and one of variants.
      expect(requests.filter(({ path }) => /^.entity.(product|variant)$/.test(path))).toHaveLength(2);
    });

    it('refuses where different products carry them', async () => {
      const { moysklad, of, sandbox } = await world();
      const failure = await failureOf(
        moysklad.makeOrder(command([line('A-1', { barcodes: [of(0), of(1)] })]), firstTry),
      );
      expect(failure.code).toBe('moysklad-item-doubled');
      expect(failure.message).toContain(
        `В МойСклад штрихкоды одного товара 1С стоят у разных товаров: «${of(0)}, ${of(1)}» (Товар A-1): 2.`,
      );
      expect(sandbox.orders()).toEqual([]);
    });

    it('names an item that 1C has no barcode of, and one whose barcodes nothing carries', async () => {
      const { moysklad } = await world();
      const lines = [line('A-1', { barcodes: [] }), line('A-2', { barcodes: [OTHER] })];
      const failure = await failureOf(moysklad.makeOrder(command(lines), firstTry));
      expect(failure.code).toBe('moysklad-item-no-article');
      expect(failure.message).toMatch(/^В 1С нет штрихкода единицы товара .*: «Товар A-1»\. Заведите его/);
      expect(failure.message).toContain(`В МойСклад нет товара со штрихкодом «${OTHER}» (Товар A-2)`);
    });
  });

  it('finds articles with semicolons, ampersands, plus signs, quotes, Cyrillic and a backslash at the end', async () => {
    const odd = ['X;5', 'А&Б+В', '50% "хит"', 'ё#1', 'путь\\', 'a=b~c'];
    const items = odd.map((article, index) => item(article, { code: `К-${index + 1}`, key: `odd-${index}` }));
    const { moysklad, sandbox } = await start({ items });
    await moysklad.makeOrder(command(odd.map((article) => line(article))), firstTry);
    expect(sandbox.orders()).toHaveLength(1);
  });

  it('asks for the look-ups of one tick together, each value once', async () => {
    const items = Array.from({ length: 400 }, (_, index) => item(`A-${index + 1}`));
    const { moysklad, requests } = await start({ items });
    await Promise.all(
      items.map(({ article }, index) =>
        moysklad.makeOrder(
          command([line(article), line('A-1')], {
            key: `00000000-0000-5000-8000-${String(index).padStart(12, '0')}`,
            outboxId: `outbox-${index}`,
          }),
          firstTry,
        ),
      ),
    );
    const lookups = requests.filter(({ path }) => path === '/entity/product' || path === '/entity/variant');
    expect(lookups).toHaveLength(4);
    const asked = lookups
      .filter(({ path }) => path === '/entity/product')
      .flatMap(({ query }) => query.get('filter')!.split(';'));
    expect([asked.length, new Set(asked).size]).toEqual([400, 400]);
  });

  it('reads every page where one value has more matches than fit on it', async () => {
    const { moysklad, sandbox } = await start();
    const { products } = sandbox.catalogue();
    const parent = products[0]!;
    for (let index = 0; index < 250; index += 1) {
      products.push({ ...parent, id: `variant-${index}`, type: 'variant', article: 'MANY', parent });
    }
    const failure = await failureOf(moysklad.makeOrder(command([line('MANY')]), firstTry));
    expect(failure.details.doubled).toEqual([{ value: 'MANY', matches: 250 }]);
  });

  it('asks anew every time: goods that were missing are found once they are there', async () => {
    const { moysklad, sandbox } = await start();
    sandbox.catalogue().products[0]!.archived = true;
    await failureOf(moysklad.makeOrder(command([line('A-1')]), firstTry));
    sandbox.catalogue().products[0]!.archived = false;
    await moysklad.makeOrder(command([line('A-1')]), firstTry);
    expect(sandbox.orders()).toHaveLength(1);
  });
});

describe('parts of a look-up', () => {
  it('keep every value, in order, within 500 values and 6500 bytes', () => {
    const values = [
      ...Array.from({ length: 1300 }, (_, index) => `${index}`),
      ...Array.from({ length: 40 }, (_, index) => `${'Ы'.repeat(100)}${index}`),
    ];
    const parts = chunk(values, 'article');
    expect(parts.flat()).toEqual(values);
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(500);
      expect(encodeURIComponent(filterOf('article', part)).length).toBeLessThanOrEqual(6500);
    }
  });

  it('end after a value whose last sign would escape the separator', () => {
    expect(chunk(['a\\', 'b', 'c'], 'article')).toEqual([['a\\'], ['b', 'c']]);
  });
});

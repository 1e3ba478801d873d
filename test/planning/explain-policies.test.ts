import { describe, expect, it } from 'vitest';
import { explain } from '../../src/shared/planning/explain.ts';
import type { PlanInput } from '../../src/shared/planning/types.ts';
import { BESTUZHEVYH, CONTAINER, LENINA, limit, onlyLine, stock } from './input.ts';

const names = { recipientName: 'Магазин Ленина', itemName: 'Кабель', unit: 'шт', donorNames: {} };
const ut = { policy: 'ut-11.5' as const, donors: [] };
const kept = { ...limit(LENINA, 10, 20), safety: 4000 };
const reserved = { ...stock(LENINA, -5, 2), onHand: 1000, reserved: 6000 };
const atBestuzhevyh = { warehouseKey: 'd1', itemKey: 'i1', characteristicKey: kept.characteristicKey };

interface Case {
  given: Partial<PlanInput>;
  /** How the text ends. */
  ru: string;
  en: string;
}

const ends = ({ given, ru, en }: Case) => {
  const line = onlyLine(given);
  expect(explain(line, names, 'ru')).toMatch(new RegExp(`${escaped(ru)}$`));
  expect(explain(line, names, 'en')).toMatch(new RegExp(`${escaped(en)}$`));
};
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

describe("the explanation of a quantity by UT's formula", () => {
  it.each<[string, Case]>([
    [
      'reads out every term that is not zero, and rounding',
      {
        given: { ...ut, limits: [{ ...kept, pack: { name: 'короб', size: 6000 } }], stock: [stock(LENINA, 8, 5)] },
        ru: 'при минимуме 10; ещё 5 шт уже ожидаются. По формуле УТ 11.5: максимум 20 − страховой запас 4 − уже ожидается 5 + недостающий страховой запас 2 = 13 шт; с округлением до упаковки «короб» (6 шт) — 18 шт. Всё количество — 18 шт — заказ в МойСклад.',
        en: "By UT 11.5's formula: maximum 20 − safety stock 4 − already on the way 5 + missing safety stock 2 = 13 шт; rounded up to pack “короб” (6 шт): 18 шт. All of it, 18 шт, is ordered through MoySklad.",
      },
    ],
    [
      'has one term where there is no more to it',
      {
        given: { ...ut, limits: [limit(LENINA, 10, 20)], stock: [stock(LENINA, 10)] },
        ru: 'По формуле УТ 11.5: максимум 20 шт. Всё количество — 20 шт — заказ в МойСклад.',
        en: "By UT 11.5's formula: maximum 20 шт. All of it, 20 шт, is ordered through MoySklad.",
      },
    ],
    [
      'names what is for reserves',
      {
        given: { ...ut, limits: [kept], stock: [reserved] },
        ru: 'максимум 20 − страховой запас 4 + недостающий страховой запас 4 + под резервы 3 = 23 шт. Всё количество — 23 шт — заказ в МойСклад.',
        en: 'maximum 20 − safety stock 4 + missing safety stock 4 + for reserves 3 = 23 шт. All of it, 23 шт, is ordered through MoySklad.',
      },
    ],
    [
      'is for reserves alone where the level asks for nothing',
      {
        given: { ...ut, limits: [limit(LENINA, 0)], stock: [reserved] },
        ru: 'По формуле УТ 11.5: под резервы 3 шт. Всё количество — 3 шт — заказ в МойСклад.',
        en: "By UT 11.5's formula: for reserves 3 шт. All of it, 3 шт, is ordered through MoySklad.",
      },
    ],
    [
      'says that enough is expected, and by which terms',
      {
        given: { ...ut, limits: [kept], stock: [stock(LENINA, 8, 25)] },
        ru: 'По формуле УТ 11.5 этого хватает (максимум 20 − страховой запас 4 − уже ожидается 25 + недостающий страховой запас 2), заказывать не нужно.',
        en: "By UT 11.5's formula that is enough (maximum 20 − safety stock 4 − already on the way 25 + missing safety stock 2), nothing needs to be ordered.",
      },
    ],
    [
      'says that there is no maximum',
      {
        given: { ...ut, limits: [limit(LENINA, 10)], stock: [stock(LENINA, 8)] },
        ru: 'По формуле УТ 11.5 заказывать нечего: максимум не задан.',
        en: "By UT 11.5's formula there is nothing to order: there is no maximum.",
      },
    ],
    [
      'says that safety stock takes the maximum up',
      {
        given: { ...ut, limits: [{ ...limit(LENINA, 10, 5), safety: 20_000 }], stock: [stock(LENINA, 10)] },
        ru: 'По формуле УТ 11.5 заказывать нечего: максимум 5 не больше страхового запаса 20.',
        en: "By UT 11.5's formula there is nothing to order: the maximum of 5 is not above the safety stock of 20.",
      },
    ],
    [
      'gives the quantity of an item that cannot be ordered',
      {
        given: { ...ut, items: [], limits: [kept], stock: [stock(LENINA, 8)] },
        ru: '+ недостающий страховой запас 2 = 18 шт. Ничего не заказано: товара «Кабель» нет в справочнике номенклатуры 1С.',
        en: '+ missing safety stock 2 = 18 шт. Nothing was ordered: “Кабель” is not in the item catalogue of 1C.',
      },
    ],
    [
      'names what is on hand where reserves count as stock',
      {
        given: {
          ...ut,
          limits: [{ ...limit(LENINA, 10, 20), reservesFromStock: true }],
          stock: [{ ...stock(LENINA, 2), onHand: 8000, reserved: 6000 }],
        },
        ru: 'На складе «Магазин Ленина» в наличии 8 шт вместе с резервом (6) при минимуме 10. По формуле УТ 11.5: максимум 20 шт. Всё количество — 20 шт — заказ в МойСклад.',
        en: "“Магазин Ленина” has 8 шт on hand, reserves of 6 included, the minimum is 10. By UT 11.5's formula: maximum 20 шт. All of it, 20 шт, is ordered through MoySklad.",
      },
    ],
  ])('%s', (_, given) => ends(given));
});

describe('the explanation of what donors and suppliers allow', () => {
  it.each<[string, Case]>([
    [
      'an order brought up to the minimum',
      {
        given: {
          donors: [BESTUZHEVYH],
          limits: [{ ...limit(LENINA, 10), minimumOrder: 12_000 }],
          stock: [stock(LENINA, 3), stock(BESTUZHEVYH, 4)],
        },
        ru: 'До минимума 10 не хватает 7 шт. Со склада «Бестужевых» взято всё предложенное: 4 шт; остальное — 3 шт — заказ в МойСклад, поднято до минимального заказа: 12 шт.',
        en: 'Up to the minimum of 10: 7 шт missing. “Бестужевых” gives all it offered, 4 шт; the rest, 3 шт, is ordered through MoySklad, raised to the minimum order: 12 шт.',
      },
    ],
    [
      'a rest that is not worth a minimum order, with the quantity that rounding gave',
      {
        given: {
          donors: [BESTUZHEVYH],
          limits: [{ ...limit(LENINA, 10, 16, 4), minimumOrder: 12_000 }],
          stock: [stock(LENINA, 3), stock(BESTUZHEVYH, 9)],
        },
        ru: 'До максимума 16 не хватает 13 шт; чтобы не превысить максимум, округлено вниз до целых упаковок «короб» (4 шт) — 12 шт, минимума это достигает. Со склада «Бестужевых» взято 8 шт из 9 предложенных; остальное — 4 шт — не заказано: минимум уже достигнут, а с минимальным заказом 12 шт запас превысил бы максимум.',
        en: 'rounded down to pack “короб” (4 шт) to stay within the maximum: 12 шт, the minimum is reached. “Бестужевых” gives 8 шт of 9 offered; the rest, 4 шт, is not ordered: the minimum is reached, and a minimum order of 12 шт would pass the maximum.',
      },
    ],
    [
      'a donor that gives all or nothing',
      {
        given: {
          donors: [{ ...CONTAINER, wholeOnly: true }],
          limits: [limit(LENINA, 10)],
          stock: [stock(LENINA, 3), stock(CONTAINER, 4)],
        },
        ru: 'На складе «Контейнер» можно взять только 4 шт, а частями с него не берут; всё количество — 7 шт — заказ в МойСклад.',
        en: '“Контейнер” has only 4 шт to give, and gives all that is needed or nothing; all of it, 7 шт, is ordered through MoySklad.',
      },
    ],
    [
      'a donor whose minimum is not known',
      {
        given: {
          donors: [BESTUZHEVYH],
          unknownMinimums: [atBestuzhevyh],
          limits: [limit(LENINA, 10)],
          stock: [stock(LENINA, 3), stock(BESTUZHEVYH, 40)],
        },
        ru: 'Со склада «Бестужевых» не взято: его минимум 1С рассчитывает сама, и хабу он не известен; всё количество — 7 шт — заказ в МойСклад.',
        en: 'Nothing is taken from “Бестужевых”: its minimum is worked out inside 1C and not known here; all of it, 7 шт, is ordered through MoySklad.',
      },
    ],
  ])('says %s', (_, given) => ends(given));
});

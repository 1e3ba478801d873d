import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explain } from '../../src/shared/planning/explain.ts';
import { plan } from '../../src/shared/planning/planner.ts';
import type { PlanInput } from '../../src/shared/planning/types.ts';
import { arbitraryInput } from './arbitrary-input.ts';
import { BESTUZHEVYH, CONTAINER, item, LENINA, limit, MIRA, onlyLine, open, stock } from './input.ts';

const names = {
  recipientName: 'Магазин Ленина',
  itemName: 'Кабель',
  unit: 'шт',
  donorNames: { d1: 'Бестужевых', d2: 'Контейнер' },
};

const pack = (size: number, name = 'коробка') => ({ name, size: size * 1000 });

interface Case {
  given: Partial<PlanInput>;
  ru: string;
  en: string;
}

describe('the explanation of a line', () => {
  it.each<[string, Case]>([
    [
      'split between a donor and an order',
      {
        given: {
          limits: [{ ...limit(LENINA, 20), pack: pack(6) }, limit(CONTAINER, 5)],
          stock: [stock(LENINA, 3, 2), stock(BESTUZHEVYH, 14), stock(CONTAINER, 7)],
          open: [open(MIRA, 3, { sender: CONTAINER })],
        },
        ru: 'На складе «Магазин Ленина» свободно 3 шт при минимуме 20; ещё 2 шт уже ожидаются. До минимума 20 не хватает 15 шт; с округлением до упаковки «коробка» (6 шт) — 18 шт. Со склада «Бестужевых» взято 12 шт из 14 предложенных; взять нечего на складе «Контейнер» (свободно 7 при минимуме 5, уже обещано 3); остальное — 6 шт — заказ в МойСклад.',
        en: '“Магазин Ленина” has 3 шт free, the minimum is 20; 2 шт more already on the way. Up to the minimum of 20: 15 шт missing; rounded up to pack “коробка” (6 шт): 18 шт. “Бестужевых” gives 12 шт of 14 offered; nothing to take from “Контейнер” (7 free against a minimum of 5, 3 promised); the rest, 6 шт, is ordered through MoySklad.',
      },
    ],
    [
      'filled by donors alone',
      {
        given: {
          limits: [limit(LENINA, 10, 25)],
          stock: [stock(LENINA, 3), stock(BESTUZHEVYH, 12), stock(CONTAINER, 40)],
        },
        ru: 'На складе «Магазин Ленина» свободно 3 шт при минимуме 10. До максимума 25 не хватает 22 шт. Со склада «Бестужевых» взято всё предложенное: 12 шт; со склада «Контейнер» взято 10 шт из 40 предложенных.',
        en: '“Магазин Ленина” has 3 шт free, the minimum is 10. Up to the maximum of 25: 22 шт missing. “Бестужевых” gives all it offered, 12 шт; “Контейнер” gives 10 шт of 40 offered.',
      },
    ],
    [
      'ordered because a donor has less than a pack',
      {
        given: {
          donors: [CONTAINER],
          limits: [{ ...limit(LENINA, 10), pack: pack(6) }],
          stock: [stock(LENINA, 9), stock(CONTAINER, 4)],
        },
        ru: 'На складе «Магазин Ленина» свободно 9 шт при минимуме 10. До минимума 10 не хватает 1 шт; с округлением до упаковки «коробка» (6 шт) — 6 шт. На складе «Контейнер» можно взять только 4 шт, это меньше упаковки; всё количество — 6 шт — заказ в МойСклад.',
        en: '“Магазин Ленина” has 9 шт free, the minimum is 10. Up to the minimum of 10: 1 шт missing; rounded up to pack “коробка” (6 шт): 6 шт. “Контейнер” has only 4 шт to give, less than a pack; all of it, 6 шт, is ordered through MoySklad.',
      },
    ],
    [
      'covered by what is expected',
      {
        given: { limits: [limit(LENINA, 10, 25)], stock: [stock(LENINA, 3, 16)], open: [open(LENINA, 5)] },
        ru: 'На складе «Магазин Ленина» свободно 3 шт при минимуме 10; ещё 21 шт уже ожидается (по документам хаба, которых 1С ещё не видит, — 5). Этого хватает: всего будет 24 шт, заказывать не нужно.',
        en: '“Магазин Ленина” has 3 шт free, the minimum is 10; 21 шт more already on the way (5 of it by documents of the hub that 1C does not show yet). That is enough: there will be 24 шт, nothing needs to be ordered.',
      },
    ],
    [
      'rounded down to stay within the maximum',
      {
        given: {
          donors: [],
          limits: [{ ...limit(LENINA, 200, 300), pack: pack(100, 'паллета (100 шт)') }],
          stock: [stock(LENINA, 194)],
        },
        ru: 'На складе «Магазин Ленина» свободно 194 шт при минимуме 200. До максимума 300 не хватает 106 шт; чтобы не превысить максимум, округлено вниз до целых упаковок «паллета (100 шт)» — 100 шт, минимума это достигает. Всё количество — 100 шт — заказ в МойСклад.',
        en: '“Магазин Ленина” has 194 шт free, the minimum is 200. Up to the maximum of 300: 106 шт missing; rounded down to pack “паллета (100 шт)” (100 шт) to stay within the maximum: 100 шт, the minimum is reached. All of it, 100 шт, is ordered through MoySklad.',
      },
    ],
    [
      'rounded past the maximum, as less would not do',
      {
        given: { donors: [], limits: [{ ...limit(LENINA, 10, 12), pack: pack(10) }], stock: [stock(LENINA, 9)] },
        ru: 'На складе «Магазин Ленина» свободно 9 шт при минимуме 10. До максимума 12 не хватает 3 шт; с округлением до упаковки «коробка» (10 шт) — 10 шт (больше максимума, но меньшим количеством минимума не достичь). Всё количество — 10 шт — заказ в МойСклад.',
        en: '“Магазин Ленина” has 9 шт free, the minimum is 10. Up to the maximum of 12: 3 шт missing; rounded up to pack “коробка” (10 шт): 10 шт (above the maximum, but less would not reach the minimum). All of it, 10 шт, is ordered through MoySklad.',
      },
    ],
    [
      'with a maximum below the minimum, and halves of a piece',
      {
        given: { donors: [], limits: [limit(LENINA, 10, 5)], stock: [stock(LENINA, 2.5)] },
        ru: 'На складе «Магазин Ленина» свободно 2,5 шт при минимуме 10. Максимум 5 меньше минимума и не учтён: до минимума 10 не хватает 7,5 шт; с округлением до целого — 8 шт. Всё количество — 8 шт — заказ в МойСклад.',
        en: '“Магазин Ленина” has 2.5 шт free, the minimum is 10. The maximum of 5 is below the minimum and was passed over; up to the minimum of 10: 7.5 шт missing; rounded up to a whole unit: 8 шт. All of it, 8 шт, is ordered through MoySklad.',
      },
    ],
    [
      'with halves of a piece rounded down, and less than a piece to take',
      {
        given: {
          donors: [BESTUZHEVYH],
          limits: [limit(LENINA, 5, 9)],
          stock: [stock(LENINA, 2.5, 1), stock(BESTUZHEVYH, 0.3)],
        },
        ru: 'На складе «Магазин Ленина» свободно 2,5 шт при минимуме 5; ещё 1 шт уже ожидается. До максимума 9 не хватает 5,5 шт; чтобы не превысить максимум, округлено вниз до целого — 5 шт. На складе «Бестужевых» можно взять только 0,3 шт, это меньше целой единицы; всё количество — 5 шт — заказ в МойСклад.',
        en: '“Магазин Ленина” has 2.5 шт free, the minimum is 5; 1 шт more already on the way. Up to the maximum of 9: 5.5 шт missing; rounded down to a whole unit to stay within the maximum: 5 шт. “Бестужевых” has only 0.3 шт to give, less than a whole unit; all of it, 5 шт, is ordered through MoySklad.',
      },
    ],
    [
      'with a pack that cannot be used',
      {
        given: { donors: [], limits: [{ ...limit(LENINA, 10), pack: pack(2.5) }], stock: [stock(LENINA, -9, 11)] },
        ru: 'На складе «Магазин Ленина» свободно −9 шт при минимуме 10; ещё 11 шт уже ожидаются. До минимума 10 не хватает 8 шт; упаковка «коробка» (2,5 шт) не учтена: в ней не целое число единиц. Всё количество — 8 шт — заказ в МойСклад.',
        en: '“Магазин Ленина” has -9 шт free, the minimum is 10; 11 шт more already on the way. Up to the minimum of 10: 8 шт missing; pack “коробка” (2.5 шт) was passed over: it holds no whole number of units. All of it, 8 шт, is ordered through MoySklad.',
      },
    ],
    [
      'for an item that 1C does not know',
      {
        given: { limits: [limit(LENINA, 10)], items: [] },
        ru: 'На складе «Магазин Ленина» свободно 0 шт при минимуме 10. До минимума 10 не хватает 10 шт. Ничего не заказано: товара «Кабель» нет в справочнике номенклатуры 1С.',
        en: '“Магазин Ленина” has 0 шт free, the minimum is 10. Up to the minimum of 10: 10 шт missing. Nothing was ordered: “Кабель” is not in the item catalogue of 1C.',
      },
    ],
    [
      'for a service',
      {
        given: { limits: [limit(LENINA, 10)], items: [item('i1', { type: 'Услуга' })] },
        ru: 'На складе «Магазин Ленина» свободно 0 шт при минимуме 10. До минимума 10 не хватает 10 шт. Ничего не заказано: «Кабель» — услуга, работа или набор, запас по ним не ведётся.',
        en: '“Магазин Ленина” has 0 шт free, the minimum is 10. Up to the minimum of 10: 10 шт missing. Nothing was ordered: “Кабель” is a service, a work or a set and has no stock.',
      },
    ],
    [
      'for an item marked for deletion',
      {
        given: { limits: [limit(LENINA, 10)], items: [item('i1', { deletionMark: true })] },
        ru: 'На складе «Магазин Ленина» свободно 0 шт при минимуме 10. До минимума 10 не хватает 10 шт. Ничего не заказано: товар «Кабель» помечен на удаление в 1С.',
        en: '“Магазин Ленина” has 0 шт free, the minimum is 10. Up to the minimum of 10: 10 шт missing. Nothing was ordered: “Кабель” is marked for deletion in 1C.',
      },
    ],
  ])('says where it stands when it is %s', (_, { given, ru, en }) => {
    const line = onlyLine(given);
    expect(explain(line, names, 'ru')).toBe(ru);
    expect(explain(line, names, 'en')).toBe(en);
  });

  it('calls a donor by the name kept in the line when nobody names it, and does without a unit', () => {
    const line = onlyLine({ limits: [limit(LENINA, 10)], stock: [stock(BESTUZHEVYH, 10)] });
    expect(explain(line, { ...names, unit: '', donorNames: {} }, 'ru')).toBe(
      'На складе «Магазин Ленина» свободно 0 при минимуме 10. До минимума 10 не хватает 10. Со склада «Бестужевых» взято всё предложенное: 10.',
    );
  });

  it.each(['ru', 'en'] as const)('is two or three sentences, free of noise, whatever the line (%s)', (language) => {
    fc.assert(
      fc.property(arbitraryInput, (given) => {
        for (const line of plan(given).lines) {
          const stored = { why: JSON.parse(JSON.stringify(line.why)) };
          const text = explain(stored, { ...names, donorNames: {} }, language);
          expect(text).toBe(explain(line, { ...names, donorNames: {} }, language));
          expect(text).not.toMatch(/undefined|null|NaN|\[object|\d[.,]\d{4,}| {2}| [.;,]|\. \.|;\.|: \./);
          expect(text.split(/\. /).length).toBeGreaterThanOrEqual(2);
          expect(text.split(/\. /).length).toBeLessThanOrEqual(3);
          expect(text.endsWith('.')).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

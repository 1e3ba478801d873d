import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeOrder } from '../../src/jobs/create-order/description.ts';

const line = (change: object = {}) => ({ article: 'A-1', itemName: 'Кабель', quantity: 2_500, unit: 'м', ...change });

describe('the comment of a customer order', () => {
  it('says what it is for and what is in it', () => {
    expect(describeOrder('Магазин Ленина', [line()], 4096)).toBe(
      'Пополнение склада «Магазин Ленина»: на складах-донорах не нашлось.\nA-1 Кабель: 2,5 м',
    );
    expect(describeOrder('Мира', [line({ why: 'свободно 1, ожидается 0, минимум 5' })], 4096)).toMatch(
      /A-1 Кабель: 2,5 м \(свободно 1, ожидается 0, минимум 5\)$/,
    );
    expect(describeOrder('Мира', [line(), line({ article: '', unit: '' })], 4096)).toBe(
      'Пополнение склада «Мира»: на складах-донорах не нашлось. Позиций: 2.\nA-1 Кабель: 2,5 м\nКабель: 2,5',
    );
  });

  it('fits whatever the names, tells whole lines only, and says how many more there are', () => {
    const lines = fc.array(
      fc.record({ itemName: fc.string({ maxLength: 40 }).map((name) => name.replaceAll('\n', '')) }).map(line),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(lines, fc.integer({ min: 200, max: 900 }), (given, limit) => {
        const whole = describeOrder('Склад', given, Number.POSITIVE_INFINITY).split('\n');
        const told = describeOrder('Склад', given, limit);
        expect(told.length).toBeLessThanOrEqual(limit);
        const shown = told.split('\n');
        if (shown.length === whole.length && !shown.at(-1)!.startsWith('…')) expect(shown).toEqual(whole);
        else {
          expect(shown.slice(0, -1)).toEqual(whole.slice(0, shown.length - 1));
          expect(shown.at(-1)).toBe(`… и ещё ${given.length - (shown.length - 2)}, все — в позициях заказа`);
        }
      }),
    );
  });
});

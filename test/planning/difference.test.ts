import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/shared/planning/canonical.ts';
import { difference } from '../../src/shared/planning/difference.ts';
import {
  describeAdded,
  describeCause,
  describeChange,
  describeGone,
} from '../../src/shared/planning/difference-text.ts';
import { plan } from '../../src/shared/planning/planner.ts';
import type { PlanInput } from '../../src/shared/planning/types.ts';
import { BESTUZHEVYH, CONTAINER, input, item, LENINA, limit, MIRA, open, stock } from './input.ts';

const names = { recipientName: 'Магазин Ленина', itemName: 'Кабель ВВГ', article: 'A-1', unit: 'шт' };
const base: Partial<PlanInput> = { limits: [limit(LENINA, 5, 10)], stock: [stock(BESTUZHEVYH, 50)] };
const linesOf = (change: Partial<PlanInput>) => plan(input({ ...base, ...change })).lines;
const between = (before: Partial<PlanInput>, after: Partial<PlanInput>) => difference(linesOf(before), linesOf(after));
/** The only change, and its causes as people read them. */
const causes = (before: Partial<PlanInput>, after: Partial<PlanInput>) => {
  const { changed, added, gone } = between(before, after);
  expect([added, gone, changed.length]).toEqual([[], [], 1]);
  return changed[0]!.because.map((one) => describeCause(one, 'ru'));
};

describe('the difference of two plans', () => {
  it('is nothing where numbers moved and no decision did', () => {
    const { added, gone, changed, same } = between({}, { stock: [stock(BESTUZHEVYH, 49)] });
    expect({ added, gone, changed, same }).toEqual({ added: [], gone: [], changed: [], same: 1 });
  });

  it('has a line that is new, and one that is gone', () => {
    const twoItems = {
      items: [item('i1'), item('i2')],
      stock: [stock(BESTUZHEVYH, 50), stock(BESTUZHEVYH, 50, 0, 'i2')],
    };
    const first = { ...twoItems, limits: [limit(LENINA, 5, 10)] };
    const second = { ...twoItems, limits: [limit(LENINA, 5, 10, null, 'i2')] };
    const { added, gone, changed, same } = between(first, second);
    expect([added.map((line) => line.itemKey), gone.map((line) => line.itemKey)]).toEqual([['i2'], ['i1']]);
    expect([changed, same]).toEqual([[], 0]);
  });

  it.each<[string, Partial<PlanInput>, Partial<PlanInput>, string[]]>([
    ['the maximum', {}, { limits: [limit(LENINA, 5, 12)] }, ['максимум 10 → 12']],
    ['the maximum was taken off', {}, { limits: [limit(LENINA, 5)] }, ['максимум 10 → нет']],
    ['both limits', {}, { limits: [limit(LENINA, 6, 12)] }, ['минимум 5 → 6', 'максимум 10 → 12']],
    ['free stock', {}, { stock: [stock(BESTUZHEVYH, 50), stock(LENINA, 2.5)] }, ['свободно 0 → 2,5']],
    ['what 1C expects', {}, { stock: [stock(BESTUZHEVYH, 50), stock(LENINA, 0, 3)] }, ['ожидается по 1С 0 → 3']],
    ['what the hub expects', {}, { open: [open(LENINA, 10)] }, ['ожидается по документам хаба 0 → 10']],
    ['the pack', {}, { limits: [limit(LENINA, 5, 10, 4)] }, ['упаковка нет → короб (4)']],
    [
      'whether pieces can be divided',
      { limits: [limit(LENINA, 5, 9.5)] },
      { limits: [limit(LENINA, 5, 9.5)], items: [item('i1', { wholeUnits: false })] },
      ['кратность 1 → 0,001'],
    ],
    ['a donor has less', {}, { stock: [stock(BESTUZHEVYH, 4)] }, ['«Бестужевых» может отдать 50 → 4']],
    [
      'a donor keeps more for itself',
      {},
      { limits: [limit(LENINA, 5, 10), limit(BESTUZHEVYH, 45)] },
      ['«Бестужевых» может отдать 50 → 5'],
    ],
    ['a donor is asked no more', {}, { donors: [CONTAINER] }, ['«Бестужевых» может отдать 50 → нет']],
    [
      'another recipient is needier',
      { recipients: [LENINA, MIRA], stock: [stock(BESTUZHEVYH, 10), stock(MIRA, 5)] },
      {
        recipients: [LENINA, MIRA],
        stock: [stock(BESTUZHEVYH, 10), stock(MIRA, 5), stock(LENINA, 1)],
        open: [open(MIRA, 7, { sender: BESTUZHEVYH })],
      },
      ['свободно 0 → 1', '«Бестужевых» может отдать 10 → 3'],
    ],
    [
      'the item was marked for deletion',
      {},
      { items: [item('i1', { deletionMark: true })] },
      ['состояние: можно заказывать → помечен на удаление'],
    ],
    [
      'the order of donors',
      { stock: [stock(BESTUZHEVYH, 50), stock(CONTAINER, 50)] },
      { stock: [stock(BESTUZHEVYH, 50), stock(CONTAINER, 50)], donors: [CONTAINER, BESTUZHEVYH] },
      ['правила расчёта (политика, доноры или версия хаба)'],
    ],
  ])('names the input that changed: %s', (_, before, after, expected) => {
    expect(causes(before, after)).toEqual(expected);
  });

  it('does not blame a donor that had plenty before and after', () => {
    expect(causes({}, { limits: [limit(LENINA, 5, 12)], stock: [stock(BESTUZHEVYH, 40)] })).toEqual([
      'максимум 10 → 12',
    ]);
  });
});

describe('the difference in words', () => {
  it('says what was, what is, and because of which inputs', () => {
    const { changed } = between({}, { limits: [limit(LENINA, 5, 12)], stock: [stock(BESTUZHEVYH, 4)] });
    expect(describeChange(changed[0]!, names, 'ru')).toBe(
      '«Магазин Ленина», Кабель ВВГ (A-1): было 10 шт (Бестужевых 10), теперь 12 шт (Бестужевых 4, МойСклад 8). Изменилось: максимум 10 → 12; «Бестужевых» может отдать 50 → 4.',
    );
    expect(describeChange(changed[0]!, names, 'en')).toBe(
      '“Магазин Ленина”, Кабель ВВГ (A-1): was 10 шт (Бестужевых 10), is 12 шт (Бестужевых 4, MoySklad 8). Changed: maximum 10 → 12; “Бестужевых” can give 50 → 4.',
    );
  });

  it('says that nothing is ordered any more, and why', () => {
    const { changed } = between({}, { open: [open(LENINA, 10)] });
    expect(describeChange(changed[0]!, names, 'ru')).toBe(
      '«Магазин Ленина», Кабель ВВГ (A-1): было 10 шт (Бестужевых 10), теперь ничего (ожидаемого хватает). Изменилось: ожидается по документам хаба 0 → 10.',
    );
  });

  it('tells a new line and one that is gone', () => {
    const [line] = linesOf({});
    expect(describeAdded(line!, names, 'ru')).toBe(
      'Новая строка: «Магазин Ленина», Кабель ВВГ (A-1) — 10 шт (Бестужевых 10).',
    );
    expect(describeGone(line!, { ...names, article: '' }, 'ru')).toMatch(
      /^Строки больше нет: «Магазин Ленина», Кабель ВВГ; было 10 шт \(Бестужевых 10\)\./,
    );
    expect(describeAdded(line!, names, 'en')).toBe(
      'New line: “Магазин Ленина”, Кабель ВВГ (A-1): 10 шт (Бестужевых 10).',
    );
    expect(describeGone(line!, names, 'en')).toMatch(/^Line is gone: “Магазин Ленина”/);
  });
});

describe('canonical JSON', () => {
  it('is the same text for equal data, however it was put together', () => {
    expect(canonicalJson({ b: 1, a: [{ d: null, c: 'ё' }], e: undefined })).toBe('{"a":[{"c":"ё","d":null}],"b":1}');
    expect(canonicalJson({ a: [{ c: 'ё', d: null }], b: 1 })).toBe(canonicalJson({ b: 1, a: [{ d: null, c: 'ё' }] }));
  });
});

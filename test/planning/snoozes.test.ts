import { describe, expect, it } from 'vitest';
import { explain } from '../../src/shared/planning/explain.ts';
import { plan } from '../../src/shared/planning/planner.ts';
import { EMPTY_KEY, type Snooze } from '../../src/shared/planning/types.ts';
import { BESTUZHEVYH, CONTAINER, input, item, LENINA, limit, MIRA, open, stock } from './input.ts';

const snooze = (change: Partial<Snooze>): Snooze => ({
  recipientKey: null,
  itemKey: null,
  characteristicKey: null,
  reason: 'сезон закончился',
  author: 'Иванова',
  until: '2027-03-01',
  ...change,
});

/** Both shops lack ten pieces of the same item, and the donor has just ten. */
const rivals = (snoozes: Snooze[]) =>
  plan(
    input({
      recipients: [LENINA, MIRA],
      donors: [BESTUZHEVYH],
      limits: [limit(LENINA, 10), limit(MIRA, 10)],
      stock: [stock(BESTUZHEVYH, 10)],
      snoozes,
    }),
  );

describe('a snoozed need', () => {
  it('gets nothing and leaves the donor to the other recipient', () => {
    const [lenina, mira] = rivals([snooze({ recipientKey: LENINA.key, itemKey: 'i1' })]).lines;
    expect(lenina).toMatchObject({ outcome: 'unmet', need: 0, takes: [], order: 0, why: { skipped: 'snoozed' } });
    expect(mira).toMatchObject({ outcome: 'transfer', takes: [{ donorKey: BESTUZHEVYH.key, quantity: 10_000 }] });
  });

  it.each([
    ['the item on the warehouse', { recipientKey: LENINA.key, itemKey: 'i1' }, ['unmet', 'transfer']],
    ['the item anywhere', { itemKey: 'i1' }, ['unmet', 'unmet']],
    ['the warehouse', { recipientKey: MIRA.key }, ['transfer', 'unmet']],
    ['this characteristic', { itemKey: 'i1', characteristicKey: EMPTY_KEY }, ['unmet', 'unmet']],
    ['another characteristic', { itemKey: 'i1', characteristicKey: 'red' }, ['transfer', 'order']],
    ['another item', { itemKey: 'i2' }, ['transfer', 'order']],
  ])('is found by %s', (_, scope, outcomes) => {
    expect(rivals([snooze(scope)]).lines.map((line) => line.outcome)).toEqual(outcomes);
  });

  it('keeps the words of the most exact snooze', () => {
    const [lenina] = rivals([
      snooze({ recipientKey: LENINA.key, reason: 'ремонт' }),
      snooze({ itemKey: 'i1', reason: 'снят с продажи', until: null }),
      snooze({ recipientKey: LENINA.key, itemKey: 'i1', reason: 'нет места' }),
    ]).lines;
    expect(lenina!.why.snooze).toEqual({ reason: 'нет места', author: 'Иванова', until: '2027-03-01' });
  });

  it('stays covered where enough is expected, and unknown where 1C has no such item', () => {
    const common = { limits: [limit(LENINA, 10)], snoozes: [snooze({ itemKey: 'i1' })] };
    expect(plan(input({ ...common, open: [open(LENINA, 10)] })).lines[0]!.outcome).toBe('covered');
    expect(plan(input({ ...common, items: [] })).lines[0]!.why).not.toHaveProperty('snooze');
  });

  it('says until when, why and who, in both languages', () => {
    const said = (until: string | null, language: 'ru' | 'en') => {
      const [line] = rivals([snooze({ itemKey: 'i1', until })]).lines;
      return explain(line!, { recipientName: 'Ленина', itemName: 'Лампа', unit: 'шт', donorNames: {} }, language);
    };
    expect(said('2027-03-01', 'ru')).toBe(
      'На складе «Ленина» свободно 0 шт при минимуме 10. До минимума 10 не хватает 10 шт. Ничего не заказано: отложено до 01.03.2027, «сезон закончился» (Иванова).',
    );
    expect(said(null, 'ru')).toMatch(/исключено из заказа без срока, «сезон закончился» \(Иванова\)\.$/);
    expect(said('2027-03-01', 'en')).toMatch(/snoozed until 2027-03-01, “сезон закончился” \(Иванова\)\.$/);
  });
});

it('takes nothing from a donor that 1C told only a part of, and says so', () => {
  const donors = [{ ...BESTUZHEVYH, unreadable: true }, CONTAINER];
  const [line] = plan(
    input({
      donors,
      items: [item()],
      limits: [limit(LENINA, 10)],
      stock: [stock(BESTUZHEVYH, 99), stock(CONTAINER, 4)],
    }),
  ).lines;
  expect(line).toMatchObject({ takes: [{ donorKey: CONTAINER.key, quantity: 4_000 }], order: 6_000 });
  expect(line!.why.donors[0]).toMatchObject({ reason: 'unreadable', offered: 0, taken: 0 });
  const names = { recipientName: 'Ленина', itemName: 'Лампа', unit: 'шт', donorNames: {} };
  expect(explain(line!, names, 'ru')).toContain('Со склада «Бестужевых» не взято: 1С показала его не полностью');
});

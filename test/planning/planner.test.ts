import { describe, expect, it } from 'vitest';
import { plan } from '../../src/shared/planning/planner.ts';
import { BESTUZHEVYH, CONTAINER, input, item, LENINA, limit, MIRA, onlyLine, open, stock } from './input.ts';

const needs = { limits: [limit(LENINA, 10, 20)], stock: [stock(LENINA, 3)] };

describe('what is lacking', () => {
  it('keeps every number that made the line', () => {
    const line = onlyLine({
      limits: [limit(LENINA, 10, 25, 6), limit(BESTUZHEVYH, 5)],
      stock: [{ ...stock(LENINA, 3, 2), onHand: 7000, reserved: 4000 }, stock(BESTUZHEVYH, 19)],
      open: [
        open(LENINA, 1, { outboxId: 'b' }),
        open(LENINA, 2, { outboxId: 'a' }),
        open(MIRA, 2, { outboxId: 'c', sender: BESTUZHEVYH }),
      ],
    });
    expect(line).toEqual({
      recipientKey: 'r1',
      itemKey: 'i1',
      characteristicKey: '00000000-0000-0000-0000-000000000000',
      outcome: 'transfer',
      need: 12_000,
      takes: [{ donorKey: 'd1', quantity: 12_000 }],
      order: 0,
      why: {
        policy: 'fill-to-max',
        minimum: 10_000,
        maximum: 25_000,
        onHand: 7000,
        reserved: 4000,
        free: 3000,
        onOrder: 2000,
        hubExpected: 3000,
        expectedFrom: ['a', 'b'],
        projected: 8000,
        target: 25_000,
        missing: 17_000,
        pack: { name: 'короб', size: 6000 },
        rounding: 'pack-down',
        step: 6000,
        need: 12_000,
        donors: [
          {
            donorKey: 'd1',
            donorName: 'Бестужевых',
            free: 19_000,
            minimum: 5000,
            outgoing: 2000,
            takenBefore: 0,
            offered: 12_000,
            taken: 12_000,
            reason: 'took-all',
          },
          {
            donorKey: 'd2',
            donorName: 'Контейнер',
            free: 0,
            minimum: 0,
            outgoing: 0,
            takenBefore: 0,
            offered: 0,
            taken: 0,
            reason: 'not-needed',
          },
        ],
        ordered: 0,
        skipped: null,
      },
    });
  });

  it('makes no line where free stock reaches the minimum, whatever leaves or comes', () => {
    expect(plan(input({ limits: [limit(LENINA, 10)], stock: [stock(LENINA, 10)] })).lines).toEqual([]);
  });

  it('makes no line without a minimum above zero', () => {
    const limits = [limit(LENINA, 0, 20), limit(MIRA, -1, 20)];
    expect(plan(input({ recipients: [LENINA, MIRA], limits, stock: [stock(LENINA, -5)] })).lines).toEqual([]);
  });

  it('takes an absent balance for zero', () => {
    expect(onlyLine({ limits: [limit(LENINA, 10)] })).toMatchObject({ need: 10_000, order: 10_000, outcome: 'order' });
  });

  it('passes over warehouses that are not asked about', () => {
    const { lines } = plan(input({ ...needs, limits: [...needs.limits, limit(MIRA, 10)] }));
    expect(lines.map((line) => line.recipientKey)).toEqual(['r1']);
  });

  it('adds up several balances of one position', () => {
    const { why } = onlyLine({ ...needs, stock: [stock(LENINA, 3), stock(LENINA, 4)] });
    expect(why.free).toBe(7000);
  });

  it('keeps characteristics of one item apart', () => {
    const red = { characteristicKey: 'red' };
    const { lines } = plan(
      input({
        limits: [{ ...limit(LENINA, 10), ...red }, limit(LENINA, 5)],
        stock: [
          { ...stock(LENINA, 20), ...red },
          { ...stock(BESTUZHEVYH, 50), ...red },
        ],
      }),
    );
    expect(lines).toMatchObject([{ characteristicKey: EMPTY, need: 5000, order: 5000, takes: [] }]);
  });
});

const EMPTY = '00000000-0000-0000-0000-000000000000';

describe('what is expected already', () => {
  it.each([
    ['by 1C', { stock: [stock(LENINA, 3, 7)] }],
    ['by an order of ours', { open: [open(LENINA, 7)] }],
    ['by a transfer of ours that 1C cannot show yet', { open: [open(LENINA, 7, { sender: BESTUZHEVYH })] }],
  ])('covers the need when it is enough %s, and the line says so', (_, change) => {
    const line = onlyLine({ ...needs, ...change });
    expect(line).toMatchObject({ outcome: 'covered', need: 0, takes: [], order: 0 });
    expect(line.why).toMatchObject({ skipped: 'covered-by-expected', projected: 10_000, donors: [], ordered: 0 });
  });

  it('lowers the need when it is not enough', () => {
    expect(onlyLine({ ...needs, open: [open(LENINA, 6)] })).toMatchObject({ need: 11_000 });
  });

  it('does not count twice what 1C shows', () => {
    const line = onlyLine({ ...needs, open: [open(LENINA, 7, { sender: BESTUZHEVYH, shownBy1C: true })] });
    expect(line.why).toMatchObject({ hubExpected: 0, expectedFrom: [], need: 17_000 });
  });

  it('is never below zero', () => {
    const line = onlyLine({ ...needs, open: [open(LENINA, -4), open(LENINA, 0, { outboxId: 'o2' })] });
    expect(line.why).toMatchObject({ hubExpected: 0, expectedFrom: [], need: 17_000 });
  });
});

describe('donors', () => {
  it('give in their order, each in whole packs, and the rest is ordered', () => {
    const line = onlyLine({
      limits: [limit(LENINA, 30, null, 6)],
      stock: [stock(BESTUZHEVYH, 14), stock(CONTAINER, 7)],
    });
    expect(line).toMatchObject({ outcome: 'mixed', need: 30_000, order: 12_000 });
    expect(line.takes).toEqual([
      { donorKey: 'd1', quantity: 12_000 },
      { donorKey: 'd2', quantity: 6000 },
    ]);
    expect(line.why.donors.map((step) => step.reason)).toEqual(['took-part', 'took-part']);
  });

  it('are asked in the configured order, not by key', () => {
    const line = onlyLine({
      ...needs,
      donors: [CONTAINER, BESTUZHEVYH],
      stock: [stock(BESTUZHEVYH, 50), stock(CONTAINER, 50)],
    });
    expect(line.takes).toEqual([{ donorKey: 'd2', quantity: 20_000 }]);
  });

  it.each([
    ['its own minimum', { limits: [...needs.limits, limit(BESTUZHEVYH, 40)] }, 10_000, 'took-all'],
    ['what leaves by lines that 1C cannot show', { open: [open(MIRA, 45, { sender: BESTUZHEVYH })] }, 5000, 'took-all'],
    [
      'nothing of what 1C shows',
      { open: [open(MIRA, 45, { sender: BESTUZHEVYH, shownBy1C: true })] },
      17_000,
      'took-part',
    ],
    [
      'what it has not, even with a minimum below zero',
      { limits: [...needs.limits, limit(BESTUZHEVYH, -5)], stock: [...needs.stock, stock(BESTUZHEVYH, 8)] },
      8000,
      'took-all',
    ],
    [
      'everything when its minimum is more than it has',
      { limits: [...needs.limits, limit(BESTUZHEVYH, 60)] },
      0,
      'nothing-free',
    ],
  ])('a donor keeps back %s', (_, change, taken, reason) => {
    const line = onlyLine({ ...needs, stock: [...needs.stock, stock(BESTUZHEVYH, 50)], ...change });
    expect(line.why.donors[0]).toMatchObject({ taken, reason });
    expect(line.order).toBe(17_000 - taken);
  });

  it('do not offer what they expect themselves', () => {
    const line = onlyLine({ ...needs, stock: [...needs.stock, stock(BESTUZHEVYH, 0, 100)] });
    expect(line.why.donors[0]).toMatchObject({ offered: 0, reason: 'nothing-free' });
  });

  it('with less than a pack give none', () => {
    const line = onlyLine({ limits: [limit(LENINA, 10, null, 6)], stock: [stock(BESTUZHEVYH, 5)] });
    expect(line.why.donors[0]).toMatchObject({ offered: 5000, taken: 0, reason: 'less-than-a-pack' });
  });

  it('give no part of a piece', () => {
    const line = onlyLine({ ...needs, stock: [...needs.stock, stock(BESTUZHEVYH, 4.7)] });
    expect(line.takes).toEqual([{ donorKey: 'd1', quantity: 4000 }]);
  });

  it('with negative stock give none', () => {
    expect(onlyLine({ ...needs, stock: [...needs.stock, stock(BESTUZHEVYH, -9)] }).order).toBe(17_000);
  });

  it('do not give to themselves, but may be filled by each other', () => {
    const { lines } = plan(
      input({
        recipients: [BESTUZHEVYH],
        limits: [limit(BESTUZHEVYH, 10)],
        stock: [stock(BESTUZHEVYH, 4), stock(CONTAINER, 2)],
      }),
    );
    expect(lines).toMatchObject([{ recipientKey: 'd1', takes: [{ donorKey: 'd2', quantity: 2000 }], order: 4000 }]);
    expect(lines[0]!.why.donors.map((step) => step.donorKey)).toEqual(['d2']);
  });
});

describe('recipients that compete for a donor', () => {
  const contest = (free: [number, number], minimum: [number, number], offered: number) =>
    plan(
      input({
        recipients: [LENINA, MIRA],
        donors: [BESTUZHEVYH],
        limits: [limit(LENINA, minimum[0]), limit(MIRA, minimum[1])],
        stock: [stock(LENINA, free[0]), stock(MIRA, free[1]), stock(BESTUZHEVYH, offered)],
      }),
    ).lines.map((line) => line.takes[0]?.quantity ?? 0);

  it('are served by the share of the minimum that is missing, not by pieces', () => {
    expect(contest([50, 1], [100, 10], 9)).toEqual([0, 9000]);
  });

  it('are served by key, not by name or place in the list, when the share is the same', () => {
    expect(contest([5, 50], [10, 100], 5)).toEqual([5000, 0]);
    const { lines } = plan(
      input({
        recipients: [
          { key: 'r2', name: 'А' },
          { key: 'r1', name: 'Я' },
        ],
        limits: [limit(MIRA, 10), limit(LENINA, 10)],
        stock: [stock(BESTUZHEVYH, 10)],
      }),
    );
    expect(lines.map((line) => [line.recipientKey, line.takes.length])).toEqual([
      ['r2', 0],
      ['r1', 1],
    ]);
  });

  it('are told apart where floating point sees the same share', () => {
    const shares = [899_999_999_999 * 900_000_000_001, 900_000_000_000 * 900_000_000_000] as const;
    expect(shares[0]).toBe(shares[1]);
    expect(contest([0.001, 0.001], [900_000_000, 900_000_000.001], 1)).toEqual([0, 1000]);
    expect(contest([0.001, 0.001], [900_000_000.001, 900_000_000], 1)).toEqual([1000, 0]);
  });

  it('see what was taken before them', () => {
    const { lines } = plan(
      input({
        recipients: [LENINA, MIRA],
        limits: [limit(LENINA, 10), limit(MIRA, 10)],
        stock: [stock(LENINA, 4), stock(BESTUZHEVYH, 12)],
      }),
    );
    expect(lines.map((line) => line.why.donors[0])).toMatchObject([
      { takenBefore: 10_000, offered: 2000, taken: 2000, reason: 'took-all' },
      { takenBefore: 0, offered: 12_000, taken: 10_000, reason: 'took-part' },
    ]);
  });
});

describe('a row that cannot be ordered', () => {
  it.each([
    ['is unknown to 1C', [], 'unknown-item'],
    ['is a service', [item('i1', { type: 'Услуга' })], 'not-stocked'],
    ['is a set', [item('i1', { type: 'Набор' })], 'not-stocked'],
    ['is marked for deletion', [item('i1', { deletionMark: true })], 'marked-for-deletion'],
  ])('stays unmet with its reason when the item %s, and others go on', (_, items, skipped) => {
    const { lines } = plan(
      input({
        items: [...items, item('i2')],
        limits: [limit(LENINA, 10), limit(LENINA, 10, null, null, 'i2')],
        stock: [stock(BESTUZHEVYH, 100)],
      }),
    );
    const bad = lines.find((line) => line.itemKey === 'i1');
    expect(bad).toMatchObject({
      outcome: 'unmet',
      need: 0,
      takes: [],
      order: 0,
      why: { skipped, missing: 10_000, donors: [] },
    });
    expect(lines.find((line) => line.itemKey === 'i2')).toMatchObject({ outcome: 'order', need: 10_000 });
  });

  it('orders returnable packaging as goods', () => {
    expect(onlyLine({ ...needs, items: [item('i1', { type: 'МногооборотнаяТара' })] }).outcome).toBe('order');
  });
});

describe('the result', () => {
  it('is sorted by recipient name, article, item name and key', () => {
    const items = [
      item('i1', { article: 'B' }),
      item('i2', { article: 'A', name: 'Я' }),
      item('i3', { article: 'A', name: 'А' }),
      item('i4', { article: 'A', name: 'А' }),
    ];
    const limits = [MIRA, LENINA].flatMap((one) => items.map(({ key }) => limit(one, 1, null, null, key)));
    const { lines } = plan(input({ recipients: [MIRA, LENINA], items, limits }));
    expect(lines.map((line) => `${line.recipientKey} ${line.itemKey}`)).toEqual([
      'r1 i3',
      'r1 i4',
      'r1 i2',
      'r1 i1',
      'r2 i3',
      'r2 i4',
      'r2 i2',
      'r2 i1',
    ]);
  });

  it('lets the larger minimum count where two limits contradict each other, whichever comes first', () => {
    const two = [limit(LENINA, 5, 50), limit(LENINA, 10, 20)];
    expect(onlyLine({ limits: two })).toEqual(onlyLine({ limits: two.toReversed() }));
    expect(onlyLine({ limits: two }).why).toMatchObject({ minimum: 10_000, maximum: 20_000 });
  });

  it('does not repeat a warehouse that is named twice', () => {
    const line = onlyLine({ ...needs, recipients: [LENINA, LENINA], donors: [BESTUZHEVYH, BESTUZHEVYH] });
    expect(line.why.donors).toHaveLength(1);
  });

  it('is refused, with the place named, for a quantity that is no whole number of thousandths', () => {
    const bad = { ...stock(LENINA, 3), free: Number.NaN };
    expect(() => plan(input({ ...needs, stock: [bad] }))).toThrow('free = NaN of item i1 on warehouse r1');
    expect(() => plan(input({ limits: [{ ...limit(LENINA, 1), maximum: 0.5 }] }))).toThrow('maximum = 0.5');
    expect(() => plan(input({ ...needs, open: [{ ...open(LENINA, 1), expected: 1.5 }] }))).toThrow('expected = 1.5');
  });
});

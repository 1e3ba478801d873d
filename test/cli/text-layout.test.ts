import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, layOut } from '../../src/cli/scan/text-table.ts';
import { displayWidth, plain, shorten, wrap } from '../../src/cli/scan/text-width.ts';

describe('display width', () => {
  it.each([
    ['Кабель ВВГнг(А)-LS 3×2.5', 24],
    ['ёлка, ё из двух знаков: е\u0308', 25],
    ['é', 1],
    ['鋼線', 4],
    ['ｗｉｄｅ', 8],
    ['📦 короб', 8],
    ['👩‍🏭', 2],
    ['нулевая\u200Bширина', 13],
    ['', 0],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('of what was shortened or wrapped is never more than asked for, and nothing that fits is touched', () => {
    const text = fc.string({ unit: fc.constantFrom('а', 'Ж', 'ё', 'е\u0308', ' ', '鋼', '📦', '9', ',') });
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 30 }), (given, width) => {
        const short = shorten(given, width);
        expect(displayWidth(short)).toBeLessThanOrEqual(width);
        if (displayWidth(given) <= width) expect(short).toBe(given);
        for (const line of wrap(given, width)) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('wraps at spaces and loses no word', () => {
    const text = 'На складе «Магазин Ленина» свободно 1 шт при минимуме 4. До максимума 10 не хватает 9 шт.';
    expect(wrap(text, 30).join(' ')).toBe(text);
    expect(wrap(text, 30).length).toBeGreaterThan(2);
  });

  it('keeps control characters of a name from the terminal', () => {
    expect(plain('Лампа\u001B[2J\r\n«Эра»\u2028\u0007')).toBe('Лампа [2J «Эра»');
  });
});

describe('a table', () => {
  const columns: Column[] = [
    { title: 'Товар', align: 'left', least: 8 },
    { title: 'Мин', align: 'right' },
    { title: 'Откуда', align: 'left', least: 10 },
  ];

  it('stands numbers under one another, whatever the letters are made of', () => {
    const rows = [
      ['Ёлка', '5', 'Бестужевых 5'],
      ['е\u0308лка', '1000', 'МойСклад 3,5'],
      ['鋼線', '0,5', ''],
    ];
    const table = layOut(columns, rows, 120);
    expect([table.head, ...rows.map(table.row)]).toEqual([
      'Товар   Мин  Откуда',
      'Ёлка      5  Бестужевых 5',
      'е\u0308лка   1000  МойСклад 3,5',
      '鋼線    0,5',
    ]);
  });

  it('shortens names, the widest first, and never a number', () => {
    const rows = [['Перфоратор Bosch GBH 2-26 DRE Professional', '123456,789', 'Бестужевых 7, МойСклад 2']];
    const table = layOut(columns, rows, 50);
    expect(table.row(rows[0]!)).toBe('Перфоратор Bosch…   123456,789  Бестужевых 7, Мой…');
    expect(displayWidth(table.row(rows[0]!))).toBeLessThanOrEqual(50);
  });

  it('is no wider than asked for as long as its fixed columns allow', () => {
    const cell = fc.string({ unit: fc.constantFrom('а', 'Ж', '鋼', ' ', 'е\u0308'), maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, fc.nat(99_999).map(String), cell), { minLength: 1 }), (rows) => {
        const table = layOut(columns, rows, 60);
        for (const line of [table.head, ...rows.map(table.row)]) expect(displayWidth(line)).toBeLessThanOrEqual(60);
      }),
    );
  });
});

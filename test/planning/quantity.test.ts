import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMilli, fromMilli, toMilli } from '../../src/shared/planning/quantity.ts';

const LARGEST = 999_999_999_999_999;

describe('toMilli', () => {
  it.each([
    [0, 0],
    [-0, 0],
    [1, 1000],
    [0.1, 100],
    [1.005, 1005],
    [-2.5, -2500],
    [999_999_999_999.999, LARGEST],
    ['12', 12_000],
    ['12.500', 12_500],
    ['0.0010', 1],
    ['-0', 0],
    ['+3.25', 3250],
    [' 7 ', 7000],
    ['007.1', 7100],
  ])('reads %j as exactly %i thousandths', (value, milli) => {
    expect(toMilli(value)).toBe(milli);
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1.0005, '1.0005'],
    [1e12, '1000000000000'],
    [-1e300, '-1e+300'],
    ['', '«»'],
    ['1,5', '«1,5»'],
    ['1e3', '«1e3»'],
    ['12.3456', '«12.3456»'],
    ['двенадцать', '«двенадцать»'],
    ['1000000000000.000', '1000000000000.000'],
    ['99999999999999999999', '99999999999999999999'],
  ])('refuses %j and names it', (value, named) => {
    expect(() => toMilli(value)).toThrow(RangeError);
    expect(() => toMilli(value)).toThrow(named);
  });
});

describe('fromMilli and formatMilli', () => {
  it('give back every quantity that 1C can keep', () => {
    fc.assert(
      fc.property(fc.integer({ min: -LARGEST, max: LARGEST }), (milli) => {
        expect(toMilli(fromMilli(milli))).toBe(milli);
        expect(toMilli(formatMilli(milli))).toBe(milli);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [0, '0', '0'],
    [300, '0.3', '0,3'],
    [12_000, '12', '12'],
    [12_050, '12.05', '12,05'],
    [-1, '-0.001', '−0,001'],
    [LARGEST, '999999999999.999', '999999999999,999'],
  ])('write %i thousandths without noise', (milli, plain, russian) => {
    expect(formatMilli(milli)).toBe(plain);
    expect(formatMilli(milli, 'ru')).toBe(russian);
  });

  it('refuse what is no whole number of thousandths', () => {
    expect(() => fromMilli(0.5)).toThrow('0.5');
    expect(() => formatMilli(Number.NaN)).toThrow('NaN');
  });
});

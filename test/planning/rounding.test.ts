import { describe, expect, it } from 'vitest';
import { item, LENINA, limit, onlyLine, stock } from './input.ts';

interface Case {
  free: number;
  minimum: number;
  maximum: number | null;
  pack: number | null;
  need: number;
  rounding: string;
  onOrder?: number;
  divisible?: boolean;
}

const kilogram = item('i1', { unit: 'кг', wholeUnits: false });

function decide({ free, minimum, maximum, pack, onOrder = 0, divisible = false }: Case) {
  return onlyLine({
    items: [divisible ? kilogram : item()],
    limits: [limit(LENINA, minimum, maximum, pack)],
    stock: [stock(LENINA, free, onOrder)],
  });
}

// The numbers of #282833 are the reporter's; the others are ours, made for what the issue complains of.
describe('published complaints about rounding get the answer their authors asked for', () => {
  it.each<[string, Case]>([
    [
      'odoo #282833: orders 100, not 200, as 294 reaches the minimum within the maximum',
      { free: 194, minimum: 200, maximum: 300, pack: 100, need: 100, rounding: 'pack-down' },
    ],
    [
      'odoo #283083: never past the maximum when a smaller multiple is enough',
      { free: 4, minimum: 5, maximum: 20, pack: 6, need: 12, rounding: 'pack-down' },
    ],
    [
      'odoo #283083: but never below the minimum for the sake of the maximum',
      { free: 4, minimum: 10, maximum: 12, pack: 5, need: 10, rounding: 'pack-up' },
    ],
    [
      'odoo #141480: capacity is not overrun while the minimum can be reached within it',
      { free: 0, minimum: 40, maximum: 50, pack: 20, need: 40, rounding: 'pack-down' },
    ],
    [
      'odoo #228014: 1 is 1, never 1.02 by floating point',
      { free: 0.02, minimum: 1, maximum: 1.02, pack: 1, need: 1, rounding: 'none', divisible: true },
    ],
    [
      'odoo #263663: kilograms are not rounded to whole ones',
      { free: 0.4, minimum: 1, maximum: 1.5, pack: null, need: 1.1, rounding: 'none', divisible: true },
    ],
    [
      'odoo #256006: a pack as large as the unit still rounds',
      { free: 0.4, minimum: 1, maximum: null, pack: 1, need: 1, rounding: 'pack-up', divisible: true },
    ],
  ])('%s', (_, given) => {
    const line = decide(given);
    expect({ need: line.need / 1000, rounding: line.why.rounding }).toEqual({
      need: given.need,
      rounding: given.rounding,
    });
  });

  it('erpnext #4791: stock that equals its minimum orders nothing', () => {
    expect(() => onlyLine({ limits: [limit(LENINA, 10, 20)], stock: [stock(LENINA, 10)] })).toThrow('got 0');
  });
});

describe('one rule of rounding', () => {
  it.each<[string, Case]>([
    ['exact packs need none', { free: 0, minimum: 6, maximum: 24, pack: 6, need: 24, rounding: 'none' }],
    [
      'up to the pack where there is no maximum',
      { free: 3, minimum: 10, maximum: null, pack: 6, need: 12, rounding: 'pack-up' },
    ],
    [
      'up even past the maximum when nothing less is a pack',
      { free: 9, minimum: 10, maximum: 12, pack: 10, need: 10, rounding: 'pack-up' },
    ],
    [
      'a maximum that equals the minimum is one to pass',
      { free: 7, minimum: 10, maximum: 10, pack: 2, need: 4, rounding: 'pack-up' },
    ],
    [
      'a maximum below the minimum is passed over',
      { free: 3, minimum: 10, maximum: 5, pack: null, need: 7, rounding: 'none' },
    ],
    ['halves of a piece up to one', { free: 2.5, minimum: 5, maximum: null, pack: null, need: 3, rounding: 'unit' }],
    [
      'halves of a piece down where up would pass the maximum',
      { free: 2.5, minimum: 5, maximum: 9, pack: null, need: 6, rounding: 'unit-down' },
    ],
    [
      'grams stay grams',
      { free: 0.001, minimum: 0.5, maximum: 2, pack: null, need: 1.999, rounding: 'none', divisible: true },
    ],
    [
      'a pack of kilograms may be broken in size',
      { free: 0, minimum: 2, maximum: 10, pack: 2.5, need: 10, rounding: 'none', divisible: true },
    ],
    [
      'what 1C expects is filled up around',
      { free: 3, onOrder: 2, minimum: 10, maximum: 25, pack: 6, need: 18, rounding: 'pack-down' },
    ],
    ['negative stock is made good', { free: -4, minimum: 10, maximum: 20, pack: null, need: 24, rounding: 'none' }],
    [
      'an over-delivery counts as nothing expected, not as less',
      { free: 3, onOrder: -5, minimum: 10, maximum: null, pack: null, need: 7, rounding: 'none' },
    ],
  ])('%s', (_, given) => {
    const line = decide(given);
    expect({ need: line.need / 1000, rounding: line.why.rounding }).toEqual({
      need: given.need,
      rounding: given.rounding,
    });
  });

  it.each([
    [0, 'not-positive'],
    [-6, 'not-positive'],
    [2.5, 'not-whole-units'],
  ])('counts single pieces where the card says a pack of %f pieces, and says so', (pack, packIgnored) => {
    const line = decide({ free: 3, minimum: 10, maximum: null, pack, need: 7, rounding: 'none' });
    expect(line.need).toBe(7000);
    expect(line.why).toMatchObject({ packIgnored, pack: { size: pack * 1000 } });
  });
});

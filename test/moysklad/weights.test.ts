import { describe, expect, it } from 'vitest';
import { createWeigher, readWeights } from '../../src/shared/moysklad/weights.ts';

const at = (moscow: string) => new Date(`${moscow}+03:00`);
const ORDERS = '/entity/customerorder';

describe('the weight of a request', () => {
  it.each([
    ['2026-05-11T23:00:00', 1],
    ['2026-05-12T00:00:00', 2],
    ['2026-08-31T23:00:00', 2],
    ['2026-09-01T00:00:00', 3],
    ['2026-11-30T23:59:00', 3],
    ['2026-12-01T00:00:00', 4],
    ['2027-06-01T00:00:00', 4],
  ])('of a user at %s in Moscow is %i', (moscow, weight) => {
    expect(createWeigher('user')(ORDERS, at(moscow))).toBe(weight);
  });

  it('is the dearer one already ten seconds before it begins: МойСклад’s clock is not ours', () => {
    const weigh = createWeigher('user');
    expect(weigh(ORDERS, at('2026-11-30T23:59:49.999'))).toBe(3);
    expect(weigh(ORDERS, at('2026-11-30T23:59:50'))).toBe(4);
  });

  it('stays 1 for a published solution, and is 4 for a draft since 13 April', () => {
    expect(createWeigher('solution')(ORDERS, at('2026-12-24T00:00:00'))).toBe(1);
    expect(createWeigher('draft-solution')(ORDERS, at('2026-04-12T12:00:00'))).toBe(1);
    expect(createWeigher('draft-solution')(ORDERS, at('2026-04-13T00:00:00'))).toBe(4);
  });

  it('is 5 for the two stock reports whoever asks, but not for their current forms', () => {
    for (const kind of ['user', 'solution'] as const) {
      const weigh = createWeigher(kind);
      expect(weigh('/report/stock/all', at('2026-11-23T12:00:00'))).toBe(5);
      expect(weigh('/report/stock/bystore', at('2026-11-23T12:00:00'))).toBe(5);
      expect(weigh('/report/stock/all/current', at('2026-11-23T12:00:00'))).toBeLessThan(5);
    }
  });

  it('can be said otherwise: one number, or numbers by Moscow day', () => {
    expect(createWeigher('user', 2)(ORDERS, at('2026-12-24T00:00:00'))).toBe(2);
    const weigh = createWeigher('user', readWeights('3, 2026-12-15 = 6')!);
    expect(weigh(ORDERS, at('2026-12-14T12:00:00'))).toBe(3);
    expect(weigh(ORDERS, at('2026-12-15T00:00:00'))).toBe(6);
  });
});

describe('weights of one’s own', () => {
  it.each([
    '',
    'heavy',
    '0',
    '46',
    '3.5',
    '2026-12-01=4',
    '3,4',
    '3,2026-13-01=4',
    '3,2026-12-01=4,2026-11-01=5',
    '3,2026-12-01=4=5',
  ])('are refused where they read «%s»', (text) => {
    expect(readWeights(text)).toBeNull();
  });
});

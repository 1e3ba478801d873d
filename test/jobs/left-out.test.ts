import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../src/jobs/run-scan/left-out.ts';

describe('warnings about rows of 1C that a run could not go by', () => {
  it('are none for rows that do not count in UT either', () => {
    const everyday = [
      'limit-inactive',
      'limit-overruled',
      'limit-without-item',
      'limit-method-ЗаказПодЗаказ',
      'limit-method-none',
    ];
    expect(warningsOf(Object.fromEntries(everyday.map((reason) => [reason, 3])))).toEqual([]);
    expect(warningsOf({})).toEqual([]);
  });

  it.each([
    [
      'limit-method-ПоддержаниеЗапасаНаСрокПоНорме',
      /^Лимитов, рассчитываемых по норме потребления: 12\. .*не пополняются/,
    ],
    [
      'limit-method-ПоддержаниеЗапасаНаСрокПоСтатистике',
      /^Лимитов, рассчитываемых по статистике: 12\. .*не пополняются/,
    ],
    ['limit-method-Новый', /^Лимитов с методом обеспечения «Новый»: 12\. /],
    ['limit-group-without-settings', /^Лимитов без настроек: 12\. /],
    ['limit-without-characteristics', /^Лимитов без характеристик: 12\. /],
    ['pack-without-size', /^Лимитов с упаковкой без размера: 12\. /],
    ['something-else', /something-else: 12\.$/],
  ])('say how many there are for %s', (reason, sentence) => {
    expect(warningsOf({ [reason]: 12 })).toEqual([expect.stringMatching(sentence)]);
    expect(warningsOf({ [reason]: 0 })).toEqual([]);
  });

  it('come in the same order whatever the order of counting', () => {
    const counts = { 'pack-without-size': 1, 'limit-group-without-settings': 2, 'limit-method-Новый': 3 };
    const reversed = Object.fromEntries(Object.entries(counts).reverse());
    expect(warningsOf(reversed)).toEqual(warningsOf(counts));
  });
});

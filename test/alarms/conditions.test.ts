import { describe, expect, it } from 'vitest';
import { judge } from '../../src/shared/alarms/conditions.ts';
import type { Facts } from '../../src/shared/alarms/facts.ts';
import { isQuiet, readQuietHours } from '../../src/shared/alarms/quiet-hours.ts';

const SCHEDULE = { cron: '0 9 * * 1-5', timezone: 'Europe/Moscow' };
const THRESHOLDS = { waitMinutes: 15, downMinutes: 10 };
/** Wednesday, 12:00 in Moscow. */
const NOW = new Date('2026-11-25T09:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

const well: Facts = {
  now: NOW,
  installed: new Date('2026-01-01T00:00:00Z'),
  lastSlot: new Date('2026-11-25T06:00:00Z'),
  waiting: [],
  refused: [],
  workers: [{ owner: 'w1', queue: 'onec-transfer', stalledSince: null }],
  down: [],
  failures: [],
};
const of = (change: Partial<Facts>) =>
  judge({ ...well, ...change }, SCHEDULE, THRESHOLDS).map(({ code, subject }) => `${code} ${subject}`.trim());

describe('an alarm is raised', () => {
  it.each<[string, Partial<Facts>, string[]]>([
    ['when the last two slots have no run', { lastSlot: new Date('2026-11-23T06:00:00Z') }, ['no-scan']],
    ['when no slot ever had one', { lastSlot: null }, ['no-scan']],
    ['when 1C has been down for ten minutes', { down: [{ system: '1c', since: ago(10), reason: 'x' }] }, ['down 1c']],
    [
      'when a document waits fifteen minutes',
      { waiting: [{ queue: 'onec-transfer', count: 2, oldest: ago(15) }] },
      ['waiting onec-transfer'],
    ],
    [
      'when nobody serves the queue that it waits in',
      { waiting: [{ queue: 'moysklad-order', count: 2, oldest: ago(15) }] },
      ['no-worker moysklad-order'],
    ],
    [
      'when a worker takes nothing',
      { workers: [{ owner: 'w1', queue: 'scan', stalledSince: ago(1) }] },
      ['worker-stalled w1/scan'],
    ],
    [
      'when documents were refused, one for each cause',
      {
        refused: [
          { code: 'article-missing', examples: ['нет'], count: 3 },
          { code: 'onec-handler-exception', examples: ['не проведён'], count: 1 },
        ],
      },
      ['refused article-missing', 'refused onec-handler-exception'],
    ],
    [
      'when МойСклад refuses ten times for haste',
      { failures: [{ signature: '429', count: 10 }] },
      ['near-switch-off 429'],
    ],
    ['when it gives one answer twenty times', { failures: [{ signature: '412', count: 20 }] }, ['near-switch-off 412']],
  ])('%s', (_, change, expected) => {
    expect(of(change)).toEqual(expected);
  });

  it('in words that name numbers, times of the warehouse and what to do', () => {
    const told = judge(
      {
        ...well,
        lastSlot: null,
        down: [{ system: 'moysklad', since: new Date('2026-11-25T08:40:00Z'), reason: 'Ответ 503.' }],
        waiting: [{ queue: 'onec-transfer', count: 7, oldest: ago(42) }],
      },
      SCHEDULE,
      THRESHOLDS,
    ).map(({ message }) => message);
    expect(told).toEqual([
      expect.stringMatching(/^Проверок по расписанию не было дважды подряд, начиная с 24\.11, 09:00\. .*hub status/),
      expect.stringMatching(/^МойСклад не отвечает с 25\.11, 11:40\. Ответ 503\. Документы ждут/),
      'В очереди «onec-transfer» самый старый документ ждёт 42 мин, всего ждут: 7.',
    ]);
  });
});

describe('no alarm is raised', () => {
  it.each<[string, Partial<Facts>]>([
    ['when all is well', {}],
    ['when only the last slot has no run', { lastSlot: new Date('2026-11-24T06:00:00Z') }],
    ['when the hub is younger than the slots', { lastSlot: null, installed: new Date('2026-11-24T12:00:00Z') }],
    ['over a weekend', { now: new Date('2026-11-29T09:00:00Z'), lastSlot: new Date('2026-11-27T06:00:00Z') }],
    ['for an outage of nine minutes', { down: [{ system: '1c', since: ago(9), reason: null }] }],
    ['for a document that has waited fourteen', { waiting: [{ queue: 'onec-transfer', count: 1, oldest: ago(14) }] }],
    [
      'for a few refusals of МойСклад',
      {
        failures: [
          { signature: '429', count: 9 },
          { signature: '412', count: 19 },
        ],
      },
    ],
  ])('%s', (_, change) => {
    expect(of(change)).toEqual([]);
  });
});

describe('quiet hours', () => {
  it.each([
    ['22:00-07:00', '2026-11-25T18:59:00Z', false],
    ['22:00-07:00', '2026-11-25T19:00:00Z', true],
    ['22:00-07:00', '2026-11-26T03:59:00Z', true],
    ['22:00-07:00', '2026-11-26T04:00:00Z', false],
    ['13:00-14:00', '2026-11-25T10:30:00Z', true],
    ['13:00-14:00', '2026-11-25T11:00:00Z', false],
  ])('%s at %s by Moscow clocks: %s', (text, at, expected) => {
    expect(isQuiet(readQuietHours(text), new Date(at), 'Europe/Moscow')).toBe(expected);
  });

  it.each(['22-7', '24:00-07:00', '22:00–07:00', ''])('are not read from «%s»', (text) => {
    expect(readQuietHours(text)).toBeNull();
  });
});

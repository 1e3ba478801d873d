import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastSlot } from '../../src/shared/clock/last-slot.ts';

const weekdays = { cron: '0 9 * * 1-5', timezone: 'Europe/Moscow' };

describe('the latest slot', () => {
  it.each([
    // Moscow is UTC+3 all year.
    ['at the very second', '2026-11-23T06:00:00Z', '2026-11-23T06:00:00Z'],
    ['a millisecond before it', '2026-11-23T05:59:59.999Z', '2026-11-20T06:00:00Z'],
    ['later the same day', '2026-11-23T20:00:00Z', '2026-11-23T06:00:00Z'],
    ['on a Sunday is Friday’s', '2026-11-22T12:00:00Z', '2026-11-20T06:00:00Z'],
    ['on New Year’s Eve crosses no year too early', '2026-12-31T23:59:59Z', '2026-12-31T06:00:00Z'],
  ])('%s', (_name, at, slot) => {
    expect(lastSlot(weekdays, new Date(at))).toEqual(new Date(slot));
  });

  it('keeps its wall clock when summer time begins and ends', () => {
    const berlin = { cron: '0 9 * * *', timezone: 'Europe/Berlin' };
    expect(lastSlot(berlin, new Date('2026-03-28T12:00:00Z'))).toEqual(new Date('2026-03-28T08:00:00Z'));
    expect(lastSlot(berlin, new Date('2026-03-29T12:00:00Z'))).toEqual(new Date('2026-03-29T07:00:00Z'));
    expect(lastSlot(berlin, new Date('2026-10-25T12:00:00Z'))).toEqual(new Date('2026-10-25T08:00:00Z'));
  });

  it('is never in the future, never before an earlier moment’s, and nothing lies between it and now', () => {
    const moments = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moments, fc.nat(1_000_000_000), (at, laterMs) => {
        const slot = lastSlot(weekdays, at);
        expect(slot.getTime()).toBeLessThanOrEqual(at.getTime());
        expect(lastSlot(weekdays, new Date(at.getTime() + laterMs)).getTime()).toBeGreaterThanOrEqual(slot.getTime());
        expect(lastSlot(weekdays, slot)).toEqual(slot);
      }),
    );
  });
});

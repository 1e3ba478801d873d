import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLocalDates } from '../../src/shared/onec/dates.ts';

describe('dates of 1C', () => {
  it('writes the wall clock of the server, not UTC', () => {
    const moscow = createLocalDates('Europe/Moscow');
    expect(moscow.format(new Date('2025-03-14T22:15:30Z'))).toBe('2025-03-15T01:15:30');
    expect(createLocalDates('Asia/Vladivostok').format(new Date('2025-03-14T22:15:30Z'))).toBe('2025-03-15T08:15:30');
  });

  it('begins the day where the server is, also when UTC is still on the day before', () => {
    expect(createLocalDates('Europe/Moscow').startOfDay(new Date('2025-03-14T22:15:30Z'))).toBe('2025-03-15T00:00:00');
    expect(createLocalDates('Europe/Moscow').startOfDay(new Date('2025-03-14T20:59:59Z'))).toBe('2025-03-14T00:00:00');
  });

  it('says midnight as 00, never as 24', () => {
    expect(createLocalDates('Europe/Moscow').format(new Date('2025-03-14T21:00:00Z'))).toBe('2025-03-15T00:00:00');
  });

  it.each([
    ['Europe/Moscow', '2025-03-14T10:15:00', '2025-03-14T07:15:00.000Z', '+03:00'],
    ['Asia/Kolkata', '2025-03-14T10:15:00', '2025-03-14T04:45:00.000Z', '+05:30'],
    ['America/New_York', '2025-01-14T10:15:00', '2025-01-14T15:15:00.000Z', '-05:00'],
    ['Europe/Berlin', '2025-07-14T10:15:00', '2025-07-14T08:15:00.000Z', '+02:00'],
  ])('reads a local time of %s as its instant', (zone, local, instant, offset) => {
    const dates = createLocalDates(zone);
    expect(dates.parse(local).toISOString()).toBe(instant);
    expect(dates.withOffset(local)).toBe(local + offset);
  });

  it('reads the hour that clocks skip with the offset before, and the hour that comes twice as its first', () => {
    const berlin = createLocalDates('Europe/Berlin');
    expect(berlin.parse('2025-03-30T02:30:00').toISOString()).toBe('2025-03-30T01:30:00.000Z');
    expect(berlin.parse('2025-10-26T02:30:00').toISOString()).toBe('2025-10-26T00:30:00.000Z');
  });

  it('brings back every instant that it writes', () => {
    const days = fc.date({ min: new Date('1995-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(days, fc.constantFrom('Europe/Moscow', 'Asia/Kolkata', 'Asia/Kamchatka'), (date, zone) => {
        const dates = createLocalDates(zone);
        const local = dates.format(date);
        expect(dates.format(dates.parse(local))).toBe(local);
      }),
      { numRuns: 200 },
    );
  });

  it.each(['2025-03-14', '2025-03-14T10:15:00Z', '2025-03-14T10:15', ''])('does not guess what "%s" means', (text) => {
    expect(() => createLocalDates('Europe/Moscow').parse(text)).toThrow(RangeError);
  });
});

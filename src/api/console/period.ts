import { offsetMs } from '../fields/zoned-iso.ts';

/** Shortcuts of the journal's period, in ms. */
export const PERIODS = { '15m': 15 * 60_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000 } as const;
export type Period = keyof typeof PERIODS;

/** The instant of a wall clock's time (`2026-03-02T09:00`) in a zone; of an hour that comes twice, the first. */
export function instantIn(timezone: string, local: string): Date | null {
  const [, year, month, day, hour, minute, second = '0'] =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/.exec(local) ?? [];
  if (year === undefined) return null;
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  // The 31st of February would be a day of March.
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 16) !== local.slice(0, 16)) return null;
  const first = wall - offsetMs(timezone, wall);
  return new Date(wall - offsetMs(timezone, first));
}

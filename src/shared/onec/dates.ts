/** The empty date of 1C. */
export const EMPTY_DATE = '0001-01-01T00:00:00';

const KEPT_OFFSETS = 1000;

/**
 * Dates as 1C writes them: local to its server, without a zone (`2025-03-14T10:15:00`).
 * `Date.prototype.toISOString` would shift every one of them by the offset.
 */
export interface LocalDates {
  /** Wall clock of `zone` at `instant`. */
  format(instant: Date): string;
  /** 00:00:00 of the day that `instant` falls on in `zone`. */
  startOfDay(instant: Date): string;
  /**
   * The instant of a local time. A time that the clocks skip counts with the offset before the jump; one that
   * comes twice counts as the first. Throws RangeError for text of another form.
   */
  parse(local: string): Date;
  /** A local time with its offset, `2025-03-14T10:15:00+03:00`: readable by people and exact for machines. */
  withOffset(local: string): string;
}

export function createLocalDates(zone: string): LocalDates {
  const wallClock = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });

  /** Local minus UTC by instant, in whole seconds: Intl takes longer than all else that is done with a date. */
  const offsets = new Map<number, number>();
  const offsetMs = (instantMs: number) => {
    const second = Math.floor(instantMs / 1000) * 1000;
    const known = offsets.get(second);
    if (known !== undefined) return known;
    const part = Object.fromEntries(wallClock.formatToParts(second).map(({ type, value }) => [type, value]));
    const local = `${part.year?.padStart(4, '0')}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
    const offset = asUtc(local) - second;
    if (offsets.size >= KEPT_OFFSETS) offsets.clear();
    offsets.set(second, offset);
    return offset;
  };
  const format = (instant: Date) =>
    new Date(instant.getTime() + offsetMs(instant.getTime())).toISOString().slice(0, 19);

  const parse = (local: string) => {
    const wall = asUtc(local);
    const day = 24 * 60 * 60 * 1000;
    const before = offsetMs(wall - day);
    const after = offsetMs(wall + day);
    const fits = [before, after].find((offset) => offsetMs(wall - offset) === offset);
    return new Date(wall - (fits ?? before));
  };

  return {
    format,
    startOfDay: (instant) => `${format(instant).slice(0, 10)}T00:00:00`,
    parse,
    withOffset(local) {
      const minutes = (asUtc(local) - parse(local).getTime()) / 60_000;
      const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
      const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
      return `${local}${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
    },
  };
}

function asUtc(local: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(local)) throw new RangeError(`"${local}" is not a local date of 1C`);
  return Date.parse(`${local}Z`);
}

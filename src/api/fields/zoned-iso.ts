/** How far the zone's wall clock is ahead of UTC at an instant. */
export function offsetMs(timezone: string, instant: number): number {
  const parts = formatOf(timezone).formatToParts(instant);
  const of = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return wall - Math.floor(instant / 1000) * 1000;
}

/** `2026-03-02T09:00:00.123+03:00`: an instant in UTC by the zone's wall clock. The fraction stays as it was given. */
export function zonedIso(utc: string, timezone: string): string {
  const instant = Date.parse(utc);
  if (Number.isNaN(instant)) return utc;
  const offset = offsetOf(timezone, instant);
  const wall = new Date(instant + offset).toISOString().slice(0, 19);
  const fraction = /\.\d+/.exec(utc)?.[0] ?? '';
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${wall}${fraction}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

const QUARTER_MS = 15 * 60_000;
let last: { timezone: string; quarter: number; offset: number } | null = null;

/** Zones change at whole quarters of an hour; a file of a million neighbours asks once for each. */
function offsetOf(timezone: string, instant: number): number {
  const quarter = Math.floor(instant / QUARTER_MS);
  if (last?.timezone !== timezone || last.quarter !== quarter) {
    last = { timezone, quarter, offset: offsetMs(timezone, quarter * QUARTER_MS) };
  }
  return last.offset;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const two = { month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', ...two });
    formats.set(timeZone, format);
  }
  return format;
}

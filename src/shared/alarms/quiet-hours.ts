/** Minutes of the day from which and until which nobody is told; `from` later than `to` runs over midnight. */
export interface QuietHours {
  from: number;
  to: number;
}

/** `22:00-07:00`; NULL where it is not of that form. */
export function readQuietHours(text: string): QuietHours | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text.trim());
  if (found === null) return null;
  const [fromHour, fromMinute, toHour, toMinute] = found.slice(1).map(Number) as [number, number, number, number];
  return { from: fromHour * 60 + fromMinute, to: toHour * 60 + toMinute };
}

/** Whether it is quiet at `at` by the clocks of `timezone`. */
export function isQuiet(quiet: QuietHours | null, at: Date, timezone: string): boolean {
  if (quiet === null) return false;
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' }).format(at);
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  const now = (hour % 24) * 60 + minute;
  return quiet.from <= quiet.to ? now >= quiet.from && now < quiet.to : now >= quiet.from || now < quiet.to;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** `23.11, 09:05` in the zone that people work in. */
export function localTime(at: Date, timezone: string): string {
  let format = formats.get(timezone);
  if (format === undefined) {
    const parts = { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    format = new Intl.DateTimeFormat('ru-RU', { ...parts, timeZone: timezone });
    formats.set(timezone, format);
  }
  return format.format(at);
}

import { openConsole } from './console-visitor.ts';

/** Streams one export and prints, as JSON, how much it was and how much memory this process needed at most. */
const [url = '', from = '', format = 'ndjson'] = process.argv.slice(2);
const visitor = await openConsole(url);
const MIB = 1024 * 1024;
const now = () => process.memoryUsage().rss;
const before = now();
let peak = before;
let bytes = 0;
let lines = 0;
const startedMs = performance.now();
// The page's own field is a wall clock's time; seconds are as near as it goes.
const local = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Moscow', dateStyle: 'short', timeStyle: 'medium' })
  .format(new Date(from))
  .replace(' ', 'T');
const answer = await visitor.get(`/console/journal/export?format=${format}&from=${local}`);
if (answer.body === null || answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
for await (const chunk of answer.body) {
  bytes += chunk.length;
  for (const byte of chunk) if (byte === 10) lines += 1;
  peak = Math.max(peak, now());
}
await visitor.close();
const ms = Math.round(performance.now() - startedMs);
const rows = format === 'csv' ? lines - 1 : lines;
console.log(JSON.stringify({ rows, bytes, ms, peakMiB: Math.round(peak / MIB), beforeMiB: Math.round(before / MIB) }));
process.exit(0);

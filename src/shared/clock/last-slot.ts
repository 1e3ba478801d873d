import { CronExpressionParser } from 'cron-parser';

/** The schedule's latest instant at or before `at`. Pure: cron and zone in, instant out, daylight saving included. */
export function lastSlot(schedule: { cron: string; timezone: string }, at: Date): Date {
  // cron-parser looks strictly before its date; one second later makes "at" itself count.
  const currentDate = new Date(Math.floor(at.getTime() / 1000) * 1000 + 1000);
  return CronExpressionParser.parse(schedule.cron, { tz: schedule.timezone, currentDate }).prev().toDate();
}

import type { Key, Snooze } from './types.ts';

/** Finds what a person said about one place; where several say something, the most exact. */
export type FindSnooze = (recipientKey: Key, itemKey: Key, characteristicKey: Key) => Snooze | undefined;

export function snoozeFinder(snoozes: readonly Snooze[] = []): FindSnooze {
  if (snoozes.length === 0) return () => undefined;
  const byPlace = new Map(snoozes.map((one) => [place(one.recipientKey, one.itemKey, one.characteristicKey), one]));
  return (recipient, item, characteristic) =>
    byPlace.get(place(recipient, item, characteristic)) ??
    byPlace.get(place(recipient, item, null)) ??
    byPlace.get(place(null, item, characteristic)) ??
    byPlace.get(place(null, item, null)) ??
    byPlace.get(place(recipient, null, null));
}

const place = (...keys: (Key | null)[]) => keys.map((key) => key ?? '*').join('/');

/** Resolves when `look` gives something; NULL after `withinMs`. For states of other processes that nobody announces. */
export async function seenWithin<T>(
  withinMs: number,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  everyMs = 20,
): Promise<T | null> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() > endMs) return null;
    await pause(everyMs);
  }
}

/** The same, for what has to come: throws with `what` when it does not. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 30_000,
): Promise<T> {
  const seen = await seenWithin(withinMs, look);
  if (seen === null) throw new Error(`Not seen within ${withinMs} ms: ${what}`);
  return seen;
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

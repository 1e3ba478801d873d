import type { Clock } from '../shared/clock/clock.ts';

/**
 * Makes `ask` cheap to call often: callers at the same time share one call, and an answer is kept for `keepMs`.
 * Health checks are open to anyone, so they must not become a way to load the systems behind them.
 */
export function shareAnswer<T>(clock: Clock, keepMs: number, ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  let validUntilMs = 0;
  return () => {
    const nowMs = clock.now().getTime();
    if (asked === null || nowMs >= validUntilMs) {
      validUntilMs = Number.POSITIVE_INFINITY;
      asked = ask().finally(() => {
        validUntilMs = clock.now().getTime() + keepMs;
      });
    }
    return asked;
  };
}

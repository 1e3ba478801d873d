import type { Clock } from '../shared/clock/clock.ts';

/** A queue store that has acknowledged nothing for so long after the work had ended is taken for dead. */
const ACKNOWLEDGE_MS = 3_000;
const LOOK_EVERY_MS = 20;

export interface DrainOptions {
  /** When work under way is cut off, so that it hands its row back; NULL leaves rows to their leases. */
  softMs: number | null;
  /** When waiting ends. */
  hardMs: number;
}

export interface Drainable {
  /** Stops fetching; resolves when the queue store has acknowledged every job, which a dead one never does. */
  close(): Promise<void>;
  cancel(): void;
  /** Handlers at work right now. */
  working(): number;
}

/**
 * Stops fetching and waits for work under way. Resolves as soon as no handler works any more and the queue store either
 * knows so or is silent: what it missed it will deliver again, and the rows say that there is nothing to do. Rejects
 * when handlers still work at the hard deadline.
 */
export async function drain(
  { softMs, hardMs }: DrainOptions,
  work: Drainable,
  clock: Clock,
): Promise<'all' | 'unheard'> {
  const startedMs = performance.now();
  const past = () => performance.now() - startedMs;
  let closed = false;
  void work
    .close()
    .catch(() => undefined)
    .then(() => {
      closed = true;
    });
  let cut = false;
  let idleSinceMs: number | null = null;
  for (;;) {
    if (work.working() > 0) idleSinceMs = null;
    else idleSinceMs ??= past();
    if (closed) return 'all';
    if (idleSinceMs !== null && past() - idleSinceMs >= ACKNOWLEDGE_MS) return 'unheard';
    if (past() >= hardMs) {
      if (work.working() === 0) return 'unheard';
      throw new Error(`${work.working()} jobs still at work`);
    }
    if (softMs !== null && past() >= softMs && !cut) {
      cut = true;
      work.cancel();
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
}

import { untilDoneOrAborted } from '../async/abortable.ts';
import type { Clock } from '../clock/clock.ts';

/**
 * Leave to send requests: at most so many units in a window, at most so many requests at once.
 * A request occupies its units from `take` until one window after `release`, so however late it reaches
 * the other side, no window there ever sees more than the limit.
 */
export interface Budget {
  /** Waits for its turn, in order of asking. Rejects with the signal's reason when aborted. */
  take(units: number, signal?: AbortSignal): Promise<Slot>;
  /** Nobody takes anything for `ms`: the other system said that it has enough. */
  hold(ms: number): Promise<void>;
  /** The other system saw too many at once: one fewer for a minute, and a pause for all. */
  narrow(): Promise<void>;
  /**
   * Notes a failing answer; `signature` is what makes two the same. True when it was one too many within a minute: then nobody
   * takes anything for as long, far below the number at which МойСклад switches a user off.
   */
  failed(signature: string): Promise<boolean>;
}

export interface Slot {
  /** The answer came (or never will, then it told nothing). Safe to call twice; never rejects. */
  release(told?: Told): Promise<void>;
}

/** What an answer says of the window. */
export interface Told {
  /**
   * The share of it that is still free. Where the other system counts more than we do, somebody else works under the same
   * credentials, and what they took is counted too.
   */
  left?: number;
  /** Milliseconds in which nothing more fits, 0 where something does. Obeyed where our own count would let a request go. */
  waitMs?: number;
  /** How long ago the answer came. */
  agoMs?: number;
}

export interface BudgetLimits {
  /** Units per window. МойСклад: 45. */
  units: number;
  /** МойСклад's 3000 and a little: both count durations, so only the grain of the clocks is to be covered. */
  windowMs: number;
  parallel: number;
  /** A taken place that was neither released nor renewed for so long belongs to a process that died. Renewed thrice as often. */
  inFlightMs: number;
  /** Equal failing answers, and 429 answers, within `minuteMs` that open the breaker. МойСклад's own limits are 200. */
  failures: number;
  rejections: number;
  minuteMs: number;
}

export const MOYSKLAD_LIMITS: BudgetLimits = {
  units: 45,
  windowMs: 3020,
  parallel: 5,
  inFlightMs: 10_000,
  failures: 40,
  rejections: 20,
  minuteMs: 60_000,
};

/** The signature of an answer that says that there were too many requests. */
export const REJECTION = '429';

/** Pause after «too many at once», for which МойСклад names no time. */
const NARROW_PAUSE_MS = 1000;

/** Where the taken units are kept. */
export interface BudgetStore {
  tryTake(units: number): Promise<{ id: string } | { waitMs: number }>;
  /** The call still goes on. */
  renew(id: string): Promise<void>;
  release(id: string, told: Told): Promise<void>;
  hold(ms: number): Promise<void>;
  /** One place in flight fewer for `ms`; the last one is never taken. */
  narrow(ms: number): Promise<void>;
  /** Notes a failure and says how many of its kind there were within the last `ms`, this one among them. */
  countFailure(signature: string, ms: number): Promise<number>;
}

/** Puts the callers of this process in a row; only the first of them asks the store. */
export function createBudget(store: BudgetStore, deps: { limits: BudgetLimits; clock: Clock }): Budget {
  const { limits } = deps;
  let tail: Promise<void> = Promise.resolve();
  let wake: AbortController | undefined;

  const slot = (id: string): Slot => {
    let released = false;
    // A place that could not be renewed is given to another; the call itself goes on all the same.
    const renewal = setInterval(() => void store.renew(id).catch(() => undefined), limits.inFlightMs / 3);
    return {
      async release(told = {}) {
        if (released) return;
        released = true;
        clearInterval(renewal);
        // An entry that could not be released expires by itself; the work it was for must not fail for it.
        await store.release(id, told).catch(() => undefined);
        wake?.abort();
      },
    };
  };

  const takeFirst = async (units: number, signal?: AbortSignal): Promise<Slot> => {
    for (;;) {
      signal?.throwIfAborted();
      // Made before asking, so that a release during the question is not missed.
      const woken = new AbortController();
      wake = woken;
      const answer = await store.tryTake(units);
      if ('id' in answer) return slot(answer.id);
      if (woken.signal.aborted) continue;
      const either = signal ? AbortSignal.any([signal, woken.signal]) : woken.signal;
      await deps.clock.sleep(answer.waitMs, either).catch((error: unknown) => {
        if (!woken.signal.aborted) throw error;
      });
    }
  };

  return {
    async take(units, signal) {
      if (!(units > 0 && units <= limits.units)) {
        throw new RangeError(`A request of ${units} units can never fit: allowed are 1 to ${limits.units}`);
      }
      const before = tail;
      let passOn = () => {};
      const mine = new Promise<void>((resolve) => {
        passOn = resolve;
      });
      tail = before.then(() => mine);
      try {
        await untilDoneOrAborted(before, signal);
        return await takeFirst(units, signal);
      } finally {
        passOn();
      }
    },
    hold: (ms) => store.hold(ms),
    async narrow() {
      await store.narrow(limits.minuteMs);
      await store.hold(NARROW_PAUSE_MS);
    },
    async failed(signature) {
      const most = signature === REJECTION ? limits.rejections : limits.failures;
      if ((await store.countFailure(signature, limits.minuteMs)) < most) return false;
      await store.hold(limits.minuteMs);
      return true;
    },
  };
}

/** Units of ours that the other system counts as taken, by the share that it says is left. */
export function unitsTaken(left: number, units: number): number {
  // A third of 45 must not become 14 for being 14.999….
  return Math.floor((1 - left) * units + 1e-6);
}

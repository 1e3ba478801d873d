import { notReached, passed, runSteps } from '../../shared/check/run-steps.ts';
import type { CheckedStep, SystemCheck } from '../../shared/check/step.ts';
import type { Clock } from '../../shared/clock/clock.ts';
import { shareAnswer } from '../shared-answer.ts';

/** The cheap steps are asked again so often, while somebody looks. */
const PING_KEEP_MS = 20_000;
const PING_MS = 5_000;
/** All steps ask a system dozens of things, and read a warehouse: once in so long, or when somebody asks for it. */
const FULL_KEEP_MS = 10 * 60_000;
const FULL_MS = 120_000;
/** What was last heard of a system longer ago than this is not shown as its state. */
const STALE_MS = 75_000;

export interface Seen {
  /** When all steps were gone through. */
  at: Date;
  /** When the system last answered, or did not. */
  heardAt: Date;
  steps: CheckedStep[];
}

/** What `hub check` says of one system, kept for all who look at it. */
export interface SystemWatch {
  /** Looks again where that is due; `anew`: goes through all steps. */
  look(options?: { anew?: boolean }): Promise<void>;
  /** NULL: nothing is known that would still be true. */
  last(): Seen | null;
  /** Steps of the pass that is under way. */
  progress(): { done: number; all: number } | null;
}

export function createSystemWatch(clock: Pick<Clock, 'now'> & Clock, check: () => SystemCheck): SystemWatch {
  let seen: (Seen & { complete: boolean }) | null = null;
  let under: { done: number; all: number } | null = null;

  const full = async () => {
    const system = check();
    under = { done: 0, all: system.steps.length };
    try {
      const onStep = () => {
        if (under !== null) under = { ...under, done: under.done + 1 };
      };
      const steps = await runSteps(system, { signal: AbortSignal.timeout(FULL_MS), onStep });
      const at = clock.now();
      seen = { at, heardAt: at, steps, complete: true };
    } finally {
      under = null;
    }
  };

  const ask = async () => {
    const system = check();
    const limits = { signal: AbortSignal.timeout(PING_MS), timeoutMs: PING_MS };
    const quick = await runSteps(system, { ...limits, quickOnly: true });
    const now = clock.now();
    // A system that is away now is not what it was when all its steps were gone through.
    if (!passed(quick)) {
      seen = { at: now, heardAt: now, steps: [...quick, ...notReached(system, quick)], complete: false };
      return;
    }
    if (seen?.complete && now.getTime() - seen.at.getTime() < FULL_KEEP_MS) {
      seen = { ...seen, heardAt: now };
      return;
    }
    await full();
  };
  const shared = shareAnswer(clock, PING_KEEP_MS, ask);
  const again = shareAnswer(clock, PING_KEEP_MS, full);

  return {
    look: ({ anew = false } = {}) => (anew ? again() : shared()),
    last: () => (seen !== null && clock.now().getTime() - seen.heardAt.getTime() < STALE_MS ? seen : null),
    progress: () => under,
  };
}

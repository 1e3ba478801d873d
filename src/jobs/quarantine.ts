import { untilDoneOrAborted } from '../shared/async/abortable.ts';

/**
 * Who may work in this process at the same time. When a process dies, every row that it worked for has lost it, and
 * they all come back together: only a row that works alone can be blamed for the next death.
 */
export interface Quarantine {
  /** Waits for a place beside others. Rejects with the signal's reason when aborted. Call the result when done. */
  enter(signal: AbortSignal): Promise<() => void>;
  /** Waits until nobody else works; meanwhile nobody new begins. */
  enterAlone(signal: AbortSignal): Promise<() => void>;
}

export function createQuarantine(): Quarantine {
  let working = 0;
  let alone = false;
  let waitingAlone = 0;
  let waiters: (() => void)[] = [];

  function changed(): void {
    const woken = waiters;
    waiters = [];
    for (const wake of woken) wake();
  }

  /** `take` follows the check in the same turn: between them another could have taken the place. */
  async function takeWhen(free: () => boolean, take: () => void, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (!free()) {
      await untilDoneOrAborted(new Promise<void>((resolve) => waiters.push(resolve)), signal);
      signal.throwIfAborted();
    }
    take();
  }

  return {
    async enter(signal) {
      const free = () => !alone && waitingAlone === 0;
      await takeWhen(free, () => (working += 1), signal);
      return once(() => {
        working -= 1;
        changed();
      });
    },
    async enterAlone(signal) {
      const free = () => !alone && working === 0;
      waitingAlone += 1;
      try {
        await takeWhen(free, () => (alone = true), signal);
      } finally {
        waitingAlone -= 1;
        changed();
      }
      return once(() => {
        alone = false;
        changed();
      });
    },
  };
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}

/** Lets at most `places` pieces of work run at once; the rest wait in the order they came. */
export interface Gate {
  /** Rejects with the signal's reason when aborted while waiting; `work` is then never started. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function createGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];

  const enter = (signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (free > 0) {
        free -= 1;
        return resolve();
      }
      const go = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.push(go);
    });

  return {
    async run(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}

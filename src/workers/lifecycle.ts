import type { Log } from '../shared/log/log.ts';

/** Something opened that must be closed. Closing twice, or before it was used, does no harm. */
export interface Phase {
  name: string;
  /** Given the time that is left; may take less. */
  stop(leftMs: number): Promise<void>;
}

/**
 * Closes what a process opened, in the reverse order of opening, within one deadline. A phase that hangs or throws is
 * named and left behind; the next one runs all the same. The result tells whether everything closed.
 */
export interface Lifecycle {
  opened(phase: Phase): void;
  /** Idempotent: a second call waits for the first. */
  stop(deadlineMs: number): Promise<boolean>;
}

export function createLifecycle(log: Log): Lifecycle {
  const phases: Phase[] = [];
  let stopping: Promise<boolean> | undefined;

  async function stopAll(deadlineMs: number): Promise<boolean> {
    const endMs = performance.now() + deadlineMs;
    let clean = true;
    for (const phase of [...phases].reverse()) {
      // Each phase gets at least a moment, so that one that hangs does not keep the others from trying.
      const leftMs = Math.max(250, endMs - performance.now());
      const startedMs = performance.now();
      const outcome = await Promise.race([
        phase.stop(leftMs).then(
          () => 'stopped',
          (error: Error) => `failed: ${error.message}`,
        ),
        expiry(leftMs),
      ]);
      if (outcome !== 'stopped') clean = false;
      log.info({ event: 'lifecycle.phase', phase: phase.name, outcome, ms: Math.round(performance.now() - startedMs) });
    }
    return clean;
  }

  return {
    opened(phase) {
      phases.push(phase);
    },
    stop(deadlineMs) {
      stopping ??= stopAll(deadlineMs);
      return stopping;
    },
  };
}

function expiry(ms: number): Promise<'out of time'> {
  return new Promise((resolve) => {
    setTimeout(() => resolve('out of time'), ms).unref();
  });
}

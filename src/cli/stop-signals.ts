import type { Log } from '../shared/log/log.ts';
import type { Lifecycle } from '../workers/lifecycle.ts';
import { createShutdown, type Shutdown } from './shutdown.ts';

/** What a container runtime grants by default is 10 s; the images ask for 30. */
const DEADLINE_MS = 25_000;

/**
 * One Ctrl-C may come twice: the terminal sends it to every process, and npm and tsx pass theirs on. A person who means it
 * presses again after longer than this.
 */
const ECHO_MS = 1_500;

/**
 * Stops the process at SIGTERM or SIGINT: everything closed within the deadline gives exit code `code` (0;
 * commands whose work was cut short say 1), anything left behind 1. A second signal, no echo, ends it at once, with 1.
 */
export function stopOnSignals(lifecycle: Lifecycle, log: Log, deadlineMs = DEADLINE_MS, code = 0): Shutdown {
  const shutdown = createShutdown(lifecycle, log, deadlineMs);
  let firstMs: number | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (firstMs !== undefined) {
        if (performance.now() - firstMs < ECHO_MS) return;
        log.warn({ event: 'process.killed', signal });
        process.exit(1);
      }
      firstMs = performance.now();
      shutdown.begin(signal, code);
    });
  }
  return shutdown;
}

import type { Log } from '../shared/log/log.ts';
import type { Lifecycle } from '../workers/lifecycle.ts';
import { createShutdown, type Shutdown } from './shutdown.ts';

/** What a container runtime grants by default is 10 s; the images ask for 30. */
const DEADLINE_MS = 25_000;

/**
 * Stops the process at SIGTERM or SIGINT: everything closed within the deadline gives exit code `code` (0;
 * commands whose work was cut short say 1), anything left behind 1. A second signal ends it at once, with 1.
 */
export function stopOnSignals(lifecycle: Lifecycle, log: Log, deadlineMs = DEADLINE_MS, code = 0): Shutdown {
  const shutdown = createShutdown(lifecycle, log, deadlineMs);
  let signalled = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (signalled) {
        log.warn({ event: 'process.killed', signal });
        process.exit(1);
      }
      signalled = true;
      shutdown.begin(signal, code);
    });
  }
  return shutdown;
}

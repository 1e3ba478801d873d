import type { Log } from '../shared/log/log.ts';
import type { Lifecycle } from '../workers/lifecycle.ts';

/** The one way out of a long-lived process. */
export interface Shutdown {
  /**
   * Closes everything within the deadline, then exits with `code`; with 1 where `code` is 0 and something was left
   * behind. Only the first call counts.
   */
  begin(reason: string, code: number): void;
  begun(): boolean;
  /** True when this process cannot vouch for its work any more: rows keep their leases, and the start counts as a death. */
  crashed(): boolean;
  /** `begin` after an error that nobody caught. */
  crash(error: unknown): void;
}

export function createShutdown(
  lifecycle: Lifecycle,
  log: Log,
  deadlineMs: number,
  exit: (code: number) => void = process.exit,
): Shutdown {
  let begun = false;
  let crashed = false;

  function begin(reason: string, code: number): void {
    if (begun) return;
    begun = true;
    log.info({ event: 'process.stopping', reason, code });
    void lifecycle.stop(deadlineMs).then((clean) => {
      log.info({ event: 'process.stopped', clean });
      exit(code === 0 && !clean ? 1 : code);
    });
  }

  return {
    begin,
    begun: () => begun,
    crashed: () => crashed,
    crash(error) {
      crashed = true;
      log.fatal({ event: 'process.uncaught-exception', error: error instanceof Error ? error.stack : String(error) });
      begin('uncaught exception', 1);
    },
  };
}

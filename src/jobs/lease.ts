import { renewLeases } from '../shared/outbox/attempt-store.ts';
import type { AttemptDeps } from './attempt-contract.ts';

/** Renews the leases of these rows until released; the signal aborts when all of them are lost or the worker stops. */
export function keepLeases(
  { db, owner, leaseMs, log }: AttemptDeps,
  outboxIds: readonly string[],
  workerSignal: AbortSignal,
): { signal: AbortSignal; release(): Promise<void> } {
  // Not AbortSignal.any: at thousands of attempts a second the garbage that it leaves is what a process is busy with.
  const ended = new AbortController();
  const stop = () => ended.abort(workerSignal.reason);
  if (workerSignal.aborted) stop();
  workerSignal.addEventListener('abort', stop, { once: true });
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = renewLeases(db.prisma, outboxIds, owner, leaseMs).then(
      (kept) => {
        if (kept === 0) ended.abort(new Error('Every lease was lost'));
      },
      // A database that is away for a moment is no reason to drop the work; the lease outlasts two renewals.
      (error: Error) =>
        log.warn({
          event: 'lease.renewal-failed',
          outboxId: outboxIds[0],
          rows: outboxIds.length,
          error: error.message,
        }),
    );
  }, leaseMs / 3);
  return {
    signal: ended.signal,
    async release() {
      clearInterval(timer);
      workerSignal.removeEventListener('abort', stop);
      await running;
    },
  };
}

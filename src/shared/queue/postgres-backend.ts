import { setTimeout as pause } from 'node:timers/promises';
import { createPostgresBackend } from 'bullmq';

/** A worker whose store is not ready asks again this often. */
const RETRY_MS = 500;

/**
 * BullMQ's PostgreSQL backend, mended in two places. It listens with the `Client` that it was given: as shipped (6.7) it makes
 * that one connection with pg's own, to which nobody listens until a moment after it has connected, and a cut in that
 * moment ended the process. And it forgets that it was not ready: as shipped both the backend and its connection
 * keep the promise of their readiness, also when it was rejected because a connection was cut at that moment. Every
 * later query then fails at once, without touching the network, and a worker's main loop goes round so fast that no
 * timer, signal or socket of the process is ever served again.
 */
export const createSteadyPostgresBackend: typeof createPostgresBackend = (name, options, factoryOptions) => {
  const backend = createPostgresBackend(name, options, factoryOptions);
  // Whoever adds jobs wants to know at once; a worker has nothing better to do than to wait.
  const retryMs = factoryOptions?.withBlockingConnection ? RETRY_MS : 0;
  forgetFailure(backend.connection, retryMs);
  forgetFailure(backend, 0);
  listenWithOwnClient(backend.connection);
  return backend;
};

function listenWithOwnClient(connection: object): void {
  const made = connection as { pgModule?: object; listenClientConfig?: { Client?: unknown } };
  const Client = made.listenClientConfig?.Client;
  if (made.pgModule === undefined || Client === undefined) return;
  made.pgModule = Object.create(made.pgModule, { Client: { value: Client } });
}

interface Readiness {
  waitUntilReady(): Promise<void>;
}

function forgetFailure(target: Readiness, retryMs: number): void {
  const memory = target as Readiness & { readyPromise?: Promise<void> | undefined };
  const ready = target.waitUntilReady.bind(target);
  target.waitUntilReady = async () => {
    const waiting = ready();
    const kept = memory.readyPromise;
    try {
      await waiting;
    } catch (error) {
      if (memory.readyPromise === kept) memory.readyPromise = undefined;
      if (retryMs > 0) await pause(retryMs);
      throw error;
    }
  };
}

import { untilDoneOrAborted } from '../shared/async/abortable.ts';
import type { Clock } from '../shared/clock/clock.ts';
import { guardedClient } from '../shared/db/guarded-client.ts';
import type { Log } from '../shared/log/log.ts';

/** The channel that the outbox's triggers notify; without payload, because it is a hint. */
const CHANNEL = 'hub_outbox';
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/** Hears NOTIFY on a connection of its own and calls `wake`; after every reconnect as well, for what it missed. */
export interface OutboxListener {
  start(): void;
  stop(): Promise<void>;
}

export function createOutboxListener(
  options: { url: string; wake: () => void },
  deps: { clock: Clock; log: Log },
): OutboxListener {
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;

  async function listen(): Promise<void> {
    // One cut may raise more than one 'error'.
    const client = new (guardedClient(() => undefined))({
      connectionString: options.url,
      keepAlive: true,
      application_name: 'hub-listener',
    });
    const lost = new Promise<void>((resolve) => {
      client.once('error', () => resolve());
      client.once('end', () => resolve());
    });
    try {
      await client.connect();
      client.on('notification', options.wake);
      await client.query(`listen ${CHANNEL}`);
      options.wake();
      // Rejected only by our own stop.
      await untilDoneOrAborted(lost, stopping.signal).catch(() => undefined);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async function run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopping.signal.aborted) {
      const startedMs = performance.now();
      await listen().catch((error: Error) => deps.log.warn({ event: 'listener.lost', error: error.message }));
      if (stopping.signal.aborted) return;
      pauseMs =
        performance.now() - startedMs > LONGEST_PAUSE_MS ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      await deps.clock.sleep(pauseMs, stopping.signal).catch(() => undefined);
    }
  }

  return {
    start() {
      loop ??= run();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

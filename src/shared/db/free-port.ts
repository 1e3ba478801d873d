import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems lend to outgoing connections: Linux from 32768, the others from 49152 (RFC 6335 §6). */
const FIRST = 12_000;
const LAST = 32_767;
const TRIES = 100;

const lent = new Set<number>();

/**
 * A TCP port of 127.0.0.1 on which nobody listens. It is none that the system gives out of itself, so that no outgoing
 * connection can take it before the caller does, or while the caller's server is away; and it is never given twice.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = randomInt(FIRST, LAST + 1);
    if (lent.has(port)) continue;
    lent.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free TCP port was found among ${TRIES} tried between ${FIRST} and ${LAST} on 127.0.0.1.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

import { writeSync } from 'node:fs';
import type { Config } from '../shared/config/config.ts';

/**
 * The checkpoint that ends this process with SIGKILL when the named point is reached for the n-th time: nothing is
 * closed, nothing handed back, as in a power cut. The log line before it is written synchronously, so that a test knows
 * the point was reached. Undefined when no point is named.
 */
export function createKillPoint(
  killAt: Config['testing']['killAt'],
): ((name: string) => Promise<void> | void) | undefined {
  if (killAt === null) return undefined;
  let hits = 0;
  return (name) => {
    if (name !== killAt.name) return;
    hits += 1;
    if (hits !== killAt.hit) return;
    writeSync(
      1,
      `${JSON.stringify({ level: 60, event: 'killpoint.hit', point: name, hit: hits, pid: process.pid })}\n`,
    );
    process.kill(process.pid, 'SIGKILL');
    // The signal may be delivered a moment later; nothing may be done in that moment.
    return new Promise(() => undefined);
  };
}

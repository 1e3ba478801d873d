import type { Row } from './people.ts';
import type { Stack } from './stack.ts';
import { pause } from './wait.ts';

const MOVING = ['held', 'pending', 'queued', 'sending', 'unknown'];
/** A document of unknown outcome that nobody touched for so long waits for a person; the hub's own pauses are shorter. */
const FORGOTTEN_MS = 20_000;

export interface Rest {
  quiet: boolean;
  /** Documents that a person had to send on their way again. */
  retried: number;
}

/** Waits until every row is at rest; what came to rest without success is retried, as a person would after the trouble. */
export async function settle(stack: Stack, patienceMs: number): Promise<Rest> {
  const endMs = performance.now() + patienceMs;
  const touched = new Map<string, { at: string; seenMs: number }>();
  let retried = 0;
  const waitsForPerson = ({ id, status, updated_at: at }: Row) => {
    if (status === 'failed') return true;
    if (status !== 'unknown') return false;
    const last = touched.get(id);
    if (last?.at !== at) touched.set(id, { at, seenMs: performance.now() });
    return last?.at === at && performance.now() - last.seenMs > FORGOTTEN_MS;
  };
  for (;;) {
    const rows = await stack.people.rows([...MOVING, 'failed']);
    if (rows.length === 0) return { quiet: true, retried };
    const waiting = rows.filter(waitsForPerson);
    if (waiting.length === rows.length) {
      for (const row of waiting) retried += Number(await stack.people.act(row.id, 'retry'));
    }
    if (performance.now() > endMs) return { quiet: false, retried };
    await pause(100);
  }
}

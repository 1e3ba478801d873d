import { LEASE_SECONDS, type Stack } from '../stack.ts';
import { deathAfter, type Supervised } from '../supervisor.ts';
import { pause } from '../wait.ts';
import type { Fault, Scene } from './fault.ts';

const DIES_WITHIN_MS = 5_000;

function killed(choose: (scene: Scene) => Supervised): Fault {
  return {
    pacedBy: 'documents',
    async inflict(scene) {
      const process = choose(scene);
      const before = process.deaths.length;
      if (!process.signal('SIGKILL')) return async () => 0;
      return async () => ((await deathAfter(process, before, DIES_WITHIN_MS))?.signal === 'SIGKILL' ? 1 : 0);
    },
  };
}

/** One that lives; rather not one that is on its way to a kill point. */
function anyWorker({ stack, dice }: Scene): Supervised {
  const living = stack.workers.filter((one) => one.running());
  const free = living.filter((one) => !one.special());
  return dice.pick(free.length > 0 ? free : living.length > 0 ? living : stack.workers);
}

/** What happens to the hub's own processes. */
export const processFaults = {
  'worker-killed': killed(anyWorker),
  'api-killed': killed(({ stack }) => stack.api),
  /** Longer than its lease, so that it wakes up to find that others have taken its work. */
  'worker-frozen': {
    pacedBy: 'documents',
    async inflict(scene) {
      const process = anyWorker(scene);
      if (!process.signal('SIGSTOP')) return async () => 0;
      const over = pause(scene.dice.int(LEASE_SECONDS * 1_000 + 500, LEASE_SECONDS * 1_000 + 2_500)).then(() =>
        process.signal('SIGCONT') ? 1 : 0,
      );
      return () => over;
    },
  },
  /** A release or a restart by hand, in the middle of the work. */
  'worker-stopped': {
    pacedBy: 'documents',
    async inflict(scene) {
      const process = anyWorker(scene);
      if (!process.running()) return async () => 0;
      const over = process.stop('SIGTERM').then(async () => {
        await process.start();
        return 1;
      });
      // Whoever asks for the proof is told; until then it is not an error that nobody handles.
      over.catch(() => undefined);
      return () => over;
    },
  },
} satisfies Record<string, Fault>;

/** Whatever was stopped by a signal goes on. */
export function thaw(stack: Stack): void {
  for (const one of [...stack.workers, stack.api]) one.signal('SIGCONT');
  stack.redis?.process.signal('SIGCONT');
}

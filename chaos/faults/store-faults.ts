import { deathAfter } from '../supervisor.ts';
import { pause } from '../wait.ts';
import type { Fault, Scene } from './fault.ts';

function redisFrozen(draw: (scene: Scene) => number): Fault['inflict'] {
  return async (scene) => {
    const { process } = scene.stack.redis!;
    if (!process.signal('SIGSTOP')) return async () => 0;
    const over = pause(draw(scene)).then(() => (process.signal('SIGCONT') ? 1 : 0));
    return () => over;
  };
}

/** What happens to PostgreSQL and to the queue store. */
export const storeFaults = {
  'postgres-restarted': {
    pacedBy: 'documents',
    async inflict({ stack }) {
      const over = stack.postgres.restart().then(() => 1);
      return () => over;
    },
  },
  'postgres-connections-cut': {
    pacedBy: 'documents',
    async inflict({ stack }) {
      const cut = await stack.postgres.cutConnections().catch(() => 0);
      return async () => (cut > 0 ? 1 : 0);
    },
  },
  'redis-killed': {
    pacedBy: 'documents',
    backend: 'redis',
    async inflict({ stack }) {
      const { process } = stack.redis!;
      const before = process.deaths.length;
      if (!process.signal('SIGKILL')) return async () => 0;
      return async () => ((await deathAfter(process, before, 5_000))?.signal === 'SIGKILL' ? 1 : 0);
    },
  },
  'redis-emptied': {
    pacedBy: 'documents',
    backend: 'redis',
    async inflict({ stack }) {
      const keys = await stack.redis!.empty().catch(() => 0);
      return async () => (keys > 0 ? 1 : 0);
    },
  },
  'redis-frozen': {
    pacedBy: 'documents',
    backend: 'redis',
    inflict: redisFrozen(({ dice }) => dice.int(500, 4_000)),
  },
  'redis-frozen-40s': {
    pacedBy: 'documents',
    backend: 'redis',
    onlyInSuitesOf: 50,
    inflict: redisFrozen(() => 40_000),
  },
  'queue-emptied': {
    pacedBy: 'documents',
    backend: 'postgres',
    async inflict({ stack }) {
      const rows = await stack.postgres.emptyQueues().catch(() => 0);
      return async () => (rows > 0 ? 1 : 0);
    },
  },
} satisfies Record<string, Fault>;

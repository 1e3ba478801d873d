import { v4 } from 'uuid';
import type { PlantedBug } from '../shared/config/testing.ts';
import type { QueueStore } from '../shared/queue/store.ts';
import type { Services } from './services.ts';

type Queue = ReturnType<QueueStore['queue']>;

/**
 * Bugs on purpose, for the tests that prove that chaos finds them. Each is a wrapper around a port, so that the product's
 * own code stays as it is.
 */
export function plantBug(bug: PlantedBug | null, services: Services): Services {
  switch (bug) {
    case null:
      return services;
    case 'no-look':
      return withoutLook(services);
    case 'no-sweep':
      return { ...services, store: withQueues(services.store, blindToVanishedJobs) };
    case 'done-at-enqueue':
      return { ...services, store: withQueues(services.store, (queue) => doneAtEnqueue(queue, services)) };
  }
}

/**
 * Every try makes its document as if it were the first. The key goes too: with it, 1C and МойСклад themselves would
 * still refuse the second document, and the bug would not show.
 */
function withoutLook(services: Services): Services {
  const { onec, moysklad } = services;
  return {
    ...services,
    onec: {
      ...onec,
      makeTransfer: (command, options) =>
        onec.makeTransfer({ ...command, key: v4() }, { ...options, lookFirst: false }),
    },
    moysklad: {
      ...moysklad,
      makeOrder: (command, options) => moysklad.makeOrder({ ...command, key: v4() }, { ...options, lookFirst: false }),
    },
  };
}

/** The sweep takes every job for alive, so it never brings one back. */
function blindToVanishedJobs(queue: Queue): Partial<Queue> {
  return { getJobState: async (id: string) => ((await queue.getJobState(id)) === 'active' ? 'active' : 'waiting') };
}

/** A document counts as done as soon as its job is in the queue. The database asks for a key and each step; it gets them. */
function doneAtEnqueue(queue: Queue, { db }: Services): Partial<Queue> {
  return {
    async addBulk(jobs) {
      const added = await queue.addBulk(jobs);
      const ids = jobs.map((job) => (job.data as { outboxId: string }).outboxId);
      await db.transaction(async (tx) => {
        await tx.$executeRaw`
          update outbox set status = 'sending' where id = any(${ids}::uuid[]) and kind <> 'scan'
            and status in ('pending', 'queued')`;
        await tx.$executeRaw`
          update outbox set status = 'done', external_key = id::text, posted = true, confirmed_at = clock_timestamp(),
            lease_owner = null, lease_until = null
          where id = any(${ids}::uuid[]) and kind <> 'scan' and status = 'sending' and lease_owner = 'relay'`;
      });
      return added;
    },
  };
}

function withQueues(store: QueueStore, change: (queue: Queue) => Partial<Queue>): QueueStore {
  return {
    ...store,
    queue(name) {
      const queue = store.queue(name);
      const changed = change(queue) as Record<string | symbol, unknown>;
      return new Proxy(queue, {
        get(target, property) {
          if (property in changed) return changed[property];
          const own: unknown = Reflect.get(target, property, target);
          return typeof own === 'function' ? own.bind(target) : own;
        },
      });
    },
  };
}

import { Redis } from 'ioredis';
import { describe, expect, inject, it } from 'vitest';
import { silentLog } from '../../src/shared/log/log.ts';
import { newId } from '../../src/shared/outbox/ids.ts';
import { createQueueStore } from '../../src/shared/queue/store.ts';
import { createEmptyCopy, dropDatabase } from '../support/database.ts';
import { TEMPLATE } from '../support/global-setup.ts';
import { backends, until } from '../support/hub.ts';

const CONCURRENCY = 20;

describe.each(backends())('finished jobs in %s', (backend) => {
  it('are kept for Bull Board, the newest thousand of each end, and no log of every step', async () => {
    const database = await createEmptyCopy(TEMPLATE);
    const prefix = `t-${newId().slice(-12)}`;
    const store = createQueueStore({
      ...(backend === 'redis' ? { backend, url: inject('redisUrl') ?? '' } : { backend, url: database }),
      prefix,
      log: silentLog,
    });
    try {
      const queue = store.queue('maintenance');
      const jobs = (from: number) =>
        Array.from({ length: 1_100 }, (_, n) => ({ name: 'j', data: { n: from + n }, opts: { attempts: 1 } }));
      for (const from of [0, 1_100]) await queue.addBulk(jobs(from));
      store.worker(
        'maintenance',
        async ({ data }) => {
          if (data.n % 2 === 1) throw new Error('refused');
        },
        { concurrency: CONCURRENCY },
      );
      await until('all are finished', async () => {
        const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
        return Object.values(counts).every((count) => count === 0);
      });
      // Jobs that end at the same moment may each leave the room to the others.
      for (const [end, count] of Object.entries(await queue.getJobCounts('completed', 'failed'))) {
        expect(count, end).toBeGreaterThanOrEqual(1_000);
        expect(count, end).toBeLessThanOrEqual(1_000 + CONCURRENCY);
      }
      if (backend === 'redis') {
        const redis = new Redis(inject('redisUrl') ?? '');
        expect(await redis.xlen(`${prefix}:maintenance:events`)).toBeLessThan(1_000);
        redis.disconnect();
      }
    } finally {
      await store.close();
      await dropDatabase(database);
    }
  });
});

import { z } from 'zod';
import { defineJob } from '../../shared/queue/job.ts';

/** Makes the journal's coming months and drops what is older than `RETENTION_DAYS` and matters no more. Safe to run again, and at once. */
export const prune = defineJob({
  name: 'prune.v1',
  queue: 'maintenance',
  payload: z.object({}),
});

import { z } from 'zod';
import { defineJob } from '../../shared/queue/job.ts';

/** Looks up in МойСклад every item that has limits in 1C, so that what cannot be ordered is known before it is needed. */
export const refreshLinks = defineJob({
  name: 'refresh-links.v1',
  queue: 'maintenance',
  payload: z.object({}),
});

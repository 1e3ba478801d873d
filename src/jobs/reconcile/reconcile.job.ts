import { z } from 'zod';
import { defineJob } from '../../shared/queue/job.ts';

/**
 * Compares the hub's open documents in one system with what that system holds now. Two jobs, one for each system, so
 * that one that is down keeps nobody from the other. Safe to run again, and at once.
 */
export const reconcile = defineJob({
  name: 'reconcile.v1',
  queue: 'maintenance',
  payload: z.object({ system: z.enum(['1c', 'moysklad']) }),
});

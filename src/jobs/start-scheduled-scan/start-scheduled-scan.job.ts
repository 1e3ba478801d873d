import { z } from 'zod';
import { defineJob } from '../../shared/queue/job.ts';

/** The schedule's tick: asks for the run of the slot that has just begun. A slot gives one run however often it ticks. */
export const startScheduledScan = defineJob({
  name: 'start-scheduled-scan.v1',
  queue: 'scan',
  payload: z.object({}),
});

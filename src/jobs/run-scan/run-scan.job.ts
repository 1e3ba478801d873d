import { z } from 'zod';
import { defineJob } from '../../shared/queue/job.ts';

/** Reads 1C, plans, and writes what is to be made. Safe to run again: everything is written in one transaction. */
export const runScan = defineJob({
  name: 'run-scan.v1',
  queue: 'scan',
  payload: z.object({ outboxId: z.uuid() }),
});

import { z } from 'zod';
import { defineJob } from '../../shared/queue/job.ts';

/** Makes one «Заказ на перемещение» in 1C. Safe to run again: the document's key is the outbox row's. */
export const createTransfer = defineJob({
  name: 'create-transfer.v1',
  queue: 'onec-transfer',
  payload: z.object({ outboxId: z.uuid() }),
});

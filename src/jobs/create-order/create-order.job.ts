import { z } from 'zod';
import { defineJob } from '../../shared/queue/job.ts';

/** Makes one «Заказ покупателя» in МойСклад. Safe to run again: `syncId` is the outbox row's. */
export const createOrder = defineJob({
  name: 'create-order.v1',
  queue: 'moysklad-order',
  payload: z.object({ outboxId: z.uuid() }),
});

import { createOrder } from './create-order/create-order.job.ts';
import { createTransfer } from './create-transfer/create-transfer.job.ts';
import { prune } from './prune/prune.job.ts';
import { reconcile } from './reconcile/reconcile.job.ts';
import { refreshLinks } from './refresh-links/refresh-links.job.ts';
import { runScan } from './run-scan/run-scan.job.ts';
import { startScheduledScan } from './start-scheduled-scan/start-scheduled-scan.job.ts';

/** Everything that can happen in the hub. The API may load this file; handlers it may not. */
export const contracts = [
  runScan,
  createTransfer,
  createOrder,
  startScheduledScan,
  reconcile,
  refreshLinks,
  prune,
] as const;

export type Contract = (typeof contracts)[number];
export type JobName = Contract['name'];

/** The job that carries an outbox row of each kind. */
export const jobOfKind = { scan: runScan, transfer: createTransfer, order: createOrder } as const;

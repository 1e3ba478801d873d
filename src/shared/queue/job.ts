import type { z } from 'zod';
import type { QueueName } from '../config/config.ts';

/**
 * What can happen: the contract of one job. The API may load it; it imports no I/O.
 * The payload is ids only; what they mean is read from PostgreSQL when the job runs.
 */
export interface JobContract<Name extends string = string, Payload extends z.ZodType = z.ZodType> {
  /** Carries a version, so that a job of an older release is recognised. */
  name: Name;
  queue: QueueName;
  payload: Payload;
}

export const defineJob = <Name extends string, Payload extends z.ZodType>(contract: JobContract<Name, Payload>) =>
  contract;

export type PayloadOf<C extends JobContract> = z.output<C['payload']>;

/** What a handler is given beside its payload. */
export interface JobContext {
  /** `<outbox id>-<generation>` for jobs of the outbox. */
  jobId: string;
  /** Tries of this job that the queue store has seen end. The same number again: the last end never reached the store. */
  attemptsMade: number;
  /** Aborted when the worker must stop. */
  signal: AbortSignal;
}

export type Handler<C extends JobContract> = (payload: PayloadOf<C>, context: JobContext) => Promise<void>;

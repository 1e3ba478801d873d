import { v5, v7 } from 'uuid';

/** Namespace of the hub's document keys. Changing it would make every open document unknown to its system. */
const DOCUMENT_NAMESPACE = '0d0c6f0e-7a5b-5f0c-9b1e-6a1f6f2f7c11';

/** A fresh row id, ordered by time so that indexes grow at their end. */
export const newId = (): string => v7();

/** UUIDv5 of outbox id and document generation: 1C's `Ref_Key`, МойСклад's `syncId`. */
export const documentKey = (outboxId: string, documentGeneration: number): string =>
  v5(`${outboxId}:${documentGeneration}`, DOCUMENT_NAMESPACE);

/** BullMQ's job id. It must hold no `:` and not be a number; the generation keeps a finished job from swallowing the next. */
export const jobId = (outboxId: string, generation: number): string => `${outboxId}-${generation}`;

/** The generation in a job id, or 0 where it carries none. */
export const generationOf = (id: string): number => Number(/-(\d+)$/.exec(id.slice(36))?.[1] ?? 0);

/** One delivery of a job: changes with every try that the queue store has seen end, not when it delivers one again. */
export const deliveryOf = (job: { jobId: string; attemptsMade: number }): string => `${job.jobId}#${job.attemptsMade}`;

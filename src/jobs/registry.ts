import type { Handler } from '../shared/queue/job.ts';
import { type Contract, contracts, type JobName } from './contracts.ts';

type HandlerOf<N extends JobName> = Handler<Extract<Contract, { name: N }>>;

/** One handler for each contract: a missing or mistyped one does not compile. */
export type Handlers = { [N in JobName]: HandlerOf<N> };

export interface Registered {
  contract: Contract;
  handle: Handler<Contract>;
}

/** Joins contracts and handlers. Throws when two contracts share a name. */
export function createRegistry(handlers: Handlers): Map<string, Registered> {
  const registry = new Map<string, Registered>();
  for (const contract of contracts) {
    if (registry.has(contract.name)) throw new Error(`Two jobs are called ${contract.name}`);
    registry.set(contract.name, { contract, handle: handlers[contract.name] as Handler<Contract> });
  }
  return registry;
}

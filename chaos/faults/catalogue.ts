import type { Backend } from '../stack.ts';
import type { Fault } from './fault.ts';
import { outsideFaults } from './outside-faults.ts';
import { peopleFaults } from './people-faults.ts';
import { processFaults } from './process-faults.ts';
import { storeFaults } from './store-faults.ts';

const all = { ...processFaults, ...storeFaults, ...outsideFaults, ...peopleFaults };
export type FaultName = keyof typeof all;

/** Every fault there is, by name. */
export const FAULTS: Record<FaultName, Fault> = all;

/** The faults that a suite of `runs` runs on this backend must have seen. */
export function faultsFor(backend: Backend, runs: number): FaultName[] {
  return (Object.keys(all) as FaultName[]).filter((name) => {
    const fault = FAULTS[name];
    return (fault.backend ?? backend) === backend && runs >= (fault.onlyInSuitesOf ?? 1);
  });
}

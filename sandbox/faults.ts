import { z } from 'zod';
import { createRandom } from './random.ts';

/** A fault as it is asked for over the control port; `times` null means until removed. */
export const faultRequest = z.strictObject({
  id: z.string().min(1).optional(),
  system: z.enum(['1c', 'moysklad']),
  match: z
    .strictObject({
      method: z.string().toUpperCase().optional(),
      /** Substring of the decoded path and query. */
      path: z.string().optional(),
    })
    .optional(),
  kind: z.enum(['latency', 'status', 'drop-before', 'drop-after', 'down', 'html']),
  /** Delay of `latency`. Default 1000. */
  ms: z.number().int().nonnegative().optional(),
  /** Default 500 for `status`, 502 for `html`. */
  status: z.number().int().min(400).max(599).optional(),
  /** Of `status` and `html`: the request is carried out first, and only then answered so. */
  after: z.boolean().optional(),
  /** Code inside the error body. */
  code: z.union([z.number(), z.string()]).optional(),
  message: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** Replaces the error body: a string as it is, anything else as JSON. */
  body: z.unknown().optional(),
  times: z.number().int().positive().nullable().optional(),
  probability: z.number().min(0).max(1).optional(),
});

export type FaultRequest = z.input<typeof faultRequest>;
export type Fault = z.output<typeof faultRequest> & { id: string; fired: number };

export interface FaultTarget {
  system: Fault['system'];
  method: string;
  /** Decoded path and query. */
  path: string;
}

export interface Faults {
  add(fault: FaultRequest): Fault;
  list(): Fault[];
  get(id: string): Fault | undefined;
  remove(id: string): boolean;
  clear(): void;
  /** The faults that strike this request, counted as fired: any latencies, then at most one of another kind. */
  strike(target: FaultTarget): Fault[];
}

/** The book of faults. A spent fault stays listed, so that a test can read how often it fired. */
export function createFaults(seed: number): Faults {
  const faults = new Map<string, Fault>();
  const random = createRandom(seed);
  let lastId = 0;

  function add(request: FaultRequest): Fault {
    const parsed = faultRequest.parse(request);
    lastId += 1;
    const fault: Fault = { ...parsed, id: parsed.id ?? `fault-${lastId}`, fired: 0 };
    faults.set(fault.id, fault);
    return fault;
  }

  function strike(target: FaultTarget): Fault[] {
    const struck: Fault[] = [];
    for (const fault of faults.values()) {
      if (!matches(fault, target) || isSpent(fault)) continue;
      if (fault.probability !== undefined && random() >= fault.probability) continue;
      fault.fired += 1;
      struck.push(fault);
      if (fault.kind !== 'latency') break;
    }
    return struck;
  }

  return {
    add,
    strike,
    list: () => [...faults.values()].map((fault) => ({ ...fault })),
    get: (id) => faults.get(id),
    remove: (id) => faults.delete(id),
    clear: () => faults.clear(),
  };
}

function matches({ system, match }: Fault, target: FaultTarget): boolean {
  if (system !== target.system) return false;
  if (match?.method && match.method !== target.method) return false;
  return !match?.path || target.path.includes(match.path);
}

const isSpent = ({ times, fired }: Fault) => typeof times === 'number' && fired >= times;

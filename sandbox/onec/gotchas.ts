/**
 * The traps of 1C's OData, by the numbers of the fact sheet they come from. Each can be switched; `fired` tells how often
 * one met a request, so that a test can prove that it did.
 */
export const GOTCHAS = {
  1: 'Int64 and odata.count are text, $count begins with a byte order mark',
  2: '401 with code 20 means a lack of rights',
  3: '500 with code −1 is a refusal by the configuration',
  4: 'a query longer than 2,048 bytes is an HTML 404',
  5: 'unknown fields of a body are ignored',
  6: 'long strings are cut',
  7: 'a guid that points nowhere is stored',
  8: 'LineNumber missing is 500, with gaps 400',
  9: 'If-Match is ignored',
  10: 'DELETE erases',
  11: 'a composite «Склад» has no _Key and never equals a bare guid',
  12: 'a balance as of now hides what is planned',
  13: '«ВНаличии» means another thing in each register',
  14: '«Закрыт» is the normal status of an order',
  15: 'members of enumerations differ by release',
  16: 'warehouses and organisations have no Code',
  17: 'folders and marked objects are in every list',
  18: 'dates are local, without a zone',
  19: 'the first request takes long',
  20: 'no $batch, no «in», no next link',
  21: 'the composition is empty',
  22: 'a register is gone after an update',
  23: 'an order that is not posted moves nothing',
  24: 'limits have default, group and inactive rows',
  25: 'the outcome of a write is unknown after 408, 5xx and silence',
} as const;

export type Gotcha = keyof typeof GOTCHAS;

/** Those that a base has only when it is asked to. */
const ON_DEMAND: readonly Gotcha[] = [2, 14, 19, 21, 22, 25];

export interface Gotchas {
  /** True when the trap is set; counts it as met. */
  strikes(gotcha: Gotcha): boolean;
  /** True when the trap is set; counts nothing. */
  isSet(gotcha: Gotcha): boolean;
  set(gotcha: Gotcha, on: boolean): void;
  /** How often each was met since the start or the last reset. */
  fired(): Record<number, number>;
  /** All as they were in the beginning. */
  reset(): void;
}

export function createGotchas(first: Partial<Record<Gotcha, boolean>> = {}): Gotchas {
  const on = new Set<Gotcha>();
  const fired = new Map<Gotcha, number>();
  const gotchas: Gotchas = {
    strikes(gotcha) {
      if (!on.has(gotcha)) return false;
      fired.set(gotcha, (fired.get(gotcha) ?? 0) + 1);
      return true;
    },
    isSet: (gotcha) => on.has(gotcha),
    set(gotcha, isOn) {
      if (isOn) on.add(gotcha);
      else on.delete(gotcha);
    },
    fired: () => Object.fromEntries(fired),
    reset() {
      on.clear();
      fired.clear();
      for (const gotcha of Object.keys(GOTCHAS).map(Number) as Gotcha[])
        if (first[gotcha] ?? !ON_DEMAND.includes(gotcha)) on.add(gotcha);
    },
  };
  gotchas.reset();
  return gotchas;
}

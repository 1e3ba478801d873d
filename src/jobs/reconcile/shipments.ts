import type { Milli } from '../../shared/planning/types.ts';
import type { Shipment } from './findings.ts';

/**
 * What has been seen shipped, now that МойСклад says `shipped` in all. A rise is noted with its time; where a shipment
 * was taken back, what is above the new total was never shipped.
 */
export function noteShipped(seen: Shipment[], shipped: Milli, now: Date): Shipment[] {
  const kept: Shipment[] = [];
  for (const { at, shipped: before } of seen) {
    const still = Math.min(before, shipped);
    if (still > (kept.at(-1)?.shipped ?? 0)) kept.push({ at, shipped: still });
  }
  return shipped > (kept.at(-1)?.shipped ?? 0) ? [...kept, { at: now.toISOString(), shipped }] : kept;
}

/** Of it, what has been on its way for `transitMs` and longer, and so counts as arrived. */
export function arrived(seen: Shipment[], transitMs: number, now: Date): Milli {
  const due = seen.filter(({ at }) => now.getTime() - Date.parse(at) >= transitMs);
  return due.at(-1)?.shipped ?? 0;
}

export const isSame = (one: Shipment[], other: Shipment[]): boolean =>
  one.length === other.length &&
  one.every(({ at, shipped }, index) => at === other[index]!.at && shipped === other[index]!.shipped);

import type { Clock } from '../clock/clock.ts';
import { type Budget, type BudgetLimits, createBudget, MOYSKLAD_LIMITS, unitsTaken } from './budget-turns.ts';

interface Entry {
  units: number;
  startedAt: number;
  endedAt: number | null;
  expiresAt: number;
}

/** The same rules within one process: for tools that talk to МойСклад alone, and for tests. */
export function createLocalBudget(options: Partial<BudgetLimits> & { clock: Clock }): Budget {
  const limits: BudgetLimits = { ...MOYSKLAD_LIMITS, ...options };
  const now = () => options.clock.now().getTime();
  const entries = new Map<string, Entry>();
  const failures = new Map<string, number[]>();
  let lastId = 0;

  const add = (entry: Entry) => {
    lastId += 1;
    entries.set(String(lastId), entry);
    return String(lastId);
  };
  const endOf = (entry: Entry) => entry.endedAt ?? entry.expiresAt;
  const sum = (some: Entry[]) => some.reduce((total, entry) => total + entry.units, 0);
  const leavingAt = (at: number): Entry => ({ units: limits.units, startedAt: at, endedAt: at, expiresAt: at });

  return createBudget(
    {
      async tryTake(units) {
        const at = now();
        for (const [id, entry] of entries) {
          // Kept for longer than they count: an answer that is on its way is compared with what was there when it left.
          if (endOf(entry) + limits.windowMs + limits.inFlightMs <= at) entries.delete(id);
        }
        const live = [...entries.values()].filter((entry) => endOf(entry) + limits.windowMs > at);
        const inFlight = live.filter((entry) => entry.endedAt === null && entry.expiresAt > at);
        if (sum(live) + units <= limits.units && inFlight.length < limits.parallel) {
          return { id: add({ units, startedAt: at, endedAt: null, expiresAt: at + limits.inFlightMs }) };
        }
        const ends = live.map(endOf).sort((a, b) => a - b);
        // The next entry to leave the window, or the next place in flight to expire; a release wakes us earlier.
        const next =
          inFlight.length >= limits.parallel ? Math.min(...inFlight.map((entry) => entry.expiresAt)) : ends[0]!;
        const until = inFlight.length >= limits.parallel ? next : next + limits.windowMs;
        return { waitMs: Math.max(1, until - at) };
      },
      async renew(id) {
        const entry = entries.get(id);
        if (entry) entry.expiresAt = now() + limits.inFlightMs;
      },
      async release(id, { left = 1, waitMs = 0, agoMs = 0 }) {
        const entry = entries.get(id);
        if (entry === undefined || entry.endedAt !== null) return;
        const at = now();
        entry.endedAt = Math.max(entry.startedAt, at - agoMs);
        // An answer that took long says nothing about the present.
        if (at - entry.startedAt > limits.inFlightMs) return;
        const ours = sum([...entries.values()].filter((one) => endOf(one) + limits.windowMs > entry.startedAt));
        const theirs = unitsTaken(left, limits.units);
        if (theirs > ours) add({ ...leavingAt(at), units: theirs - ours });
        if (waitMs > agoMs && ours + entry.units <= limits.units) {
          add(leavingAt(at + waitMs - agoMs - limits.windowMs));
        }
      },
      async hold(ms) {
        add(leavingAt(now() + ms - limits.windowMs));
      },
      async narrow(ms) {
        const at = now();
        const taken = [...entries.values()].filter((entry) => entry.units === 0 && entry.expiresAt > at);
        if (taken.length < limits.parallel - 1) add({ units: 0, startedAt: at, endedAt: null, expiresAt: at + ms });
      },
      async countFailure(signature, ms) {
        const at = now();
        const recent = [...(failures.get(signature) ?? []).filter((one) => one > at - ms), at];
        failures.set(signature, recent);
        return recent.length;
      },
    },
    { limits, clock: options.clock },
  );
}

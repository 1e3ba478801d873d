/** How the hub shows itself to МойСклад: it decides what one request costs. */
export type TokenKind = 'user' | 'solution' | 'draft-solution';

/** From an instant on, a request takes so many units of the basket; `from` NULL: from ever. */
export interface WeightStep {
  from: Date | null;
  weight: number;
}

const midnight = (day: string) => new Date(`${day}T00:00:00+03:00`);

/** МойСклад's published schedule, by the Moscow day on which each weight begins. */
const SCHEDULE: Record<TokenKind, readonly WeightStep[]> = {
  user: [
    { from: null, weight: 1 },
    { from: midnight('2026-05-12'), weight: 2 },
    { from: midnight('2026-09-01'), weight: 3 },
    { from: midnight('2026-12-01'), weight: 4 },
  ],
  solution: [{ from: null, weight: 1 }],
  'draft-solution': [
    { from: null, weight: 1 },
    { from: midnight('2026-04-13'), weight: 4 },
  ],
};

/** «Остатки» and «Остатки по складам» cost this much whoever asks; their `/current` forms do not. */
const STOCK_REPORT = /\/report\/stock\/(all|bystore)$/;
const STOCK_REPORT_WEIGHT = 5;

/** A dearer weight is charged so long before it begins: a request may be counted after midnight by МойСклад's clock. */
const AHEAD_MS = 10_000;

/** Units that a request for `path` takes at `now`. */
export type Weigher = (path: string, now: Date) => number;

/** `own`: one weight for ever, or steps of one's own in place of the schedule of `kind`. */
export function createWeigher(kind: TokenKind, own?: number | readonly WeightStep[]): Weigher {
  const steps = own === undefined ? SCHEDULE[kind] : typeof own === 'number' ? [{ from: null, weight: own }] : own;
  const at = (ms: number) =>
    steps.findLast(({ from }) => from === null || from.getTime() <= ms)?.weight ?? steps[0]!.weight;
  return (path, now) => {
    const weight = Math.max(at(now.getTime()), at(now.getTime() + AHEAD_MS));
    return STOCK_REPORT.test(path) ? Math.max(weight, STOCK_REPORT_WEIGHT) : weight;
  };
}

const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * Reads `3`, or `3,2026-12-01=4`: a weight, and those that replace it from a Moscow day on. NULL where it is neither:
 * whole weights of 1 to 45, days in order.
 */
export function readWeights(text: string): WeightStep[] | null {
  const steps: WeightStep[] = [];
  for (const [index, part] of text.split(',').entries()) {
    const [left = '', right, ...rest] = part.split('=').map((each) => each.trim());
    const [day, weight] = right === undefined ? [null, left] : [left, right];
    if (rest.length > 0 || (day === null) !== (index === 0)) return null;
    if (!/^\d{1,2}$/.test(weight) || Number(weight) < 1 || Number(weight) > 45) return null;
    const from = day === null ? null : midnight(day);
    if (day !== null && (!DAY.test(day) || Number.isNaN(from!.getTime()))) return null;
    const before = steps.at(-1)?.from ?? null;
    if (from !== null && before !== null && from <= before) return null;
    steps.push({ from, weight: Number(weight) });
  }
  return steps;
}

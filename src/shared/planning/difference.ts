import { canonicalJson } from './canonical.ts';
import { type Cause, causesOf } from './difference-causes.ts';
import type { Key, PlanLine } from './types.ts';

export type { Cause, QuantityInput } from './difference-causes.ts';

/** What tells one line of a plan from another. */
export type Place = Pick<PlanLine, 'recipientKey' | 'itemKey' | 'characteristicKey'>;

/** What a line decided: quantities and where they come from, without the numbers that led there. */
export type Decision = Pick<PlanLine, 'outcome' | 'takes' | 'order'>;

/** A line of both plans that decides otherwise. */
export interface Change<L extends PlanLine = PlanLine> extends Place {
  before: L;
  after: L;
  /** The inputs that differ; never empty. */
  because: Cause[];
}

/** What a plan decides otherwise than the one before it. */
export interface Difference<L extends PlanLine = PlanLine> {
  /** Lines that the plan before had none for. */
  added: L[];
  /** Lines of the plan before that have none now. */
  gone: L[];
  changed: Change<L>[];
  /** How many lines decide the same, whatever their numbers. */
  same: number;
}

/**
 * Compares two plans line by line. Lines keep the order of their own plan. A plan differs from itself in nothing, and
 * `before` without `gone`, with `changed` and `added`, decides what `after` decides.
 */
export function difference<L extends PlanLine>(before: readonly L[], after: readonly L[]): Difference<L> {
  const earlier = new Map(before.map((line) => [placeKey(line), line]));
  const result: Difference<L> = { added: [], gone: [], changed: [], same: 0 };
  const seen = new Set<string>();
  for (const line of after) {
    const key = placeKey(line);
    seen.add(key);
    const old = earlier.get(key);
    if (old === undefined) result.added.push(line);
    else if (canonicalJson(decisionOf(old)) === canonicalJson(decisionOf(line))) result.same += 1;
    else result.changed.push({ ...placeOf(line), before: old, after: line, because: causesOf(old.why, line.why) });
  }
  for (const line of before) if (!seen.has(placeKey(line))) result.gone.push(line);
  return result;
}

/** Takes from one donor are one whole: their order says which donor was asked first, and that is no quantity. */
export function decisionOf({ outcome, takes, order }: PlanLine): Decision {
  const byDonor = [...takes].sort((a, b) => (a.donorKey < b.donorKey ? -1 : 1));
  return { outcome, takes: byDonor, order };
}

export function placeKey({ recipientKey, itemKey, characteristicKey }: Place): string {
  return `${recipientKey}/${itemKey}/${characteristicKey}` satisfies Key;
}

const placeOf = ({ recipientKey, itemKey, characteristicKey }: Place): Place => ({
  recipientKey,
  itemKey,
  characteristicKey,
});

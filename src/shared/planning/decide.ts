import { type DonorStock, drawFromDonors } from './draw.ts';
import { settleOrder } from './minimum-order.ts';
import type { Policy } from './policy.ts';
import type { Cell, Position } from './positions.ts';
import type { Item, Limit, Milli, PlanLine, SkipReason, Snooze, Warehouse, Why } from './types.ts';

/** «ТипНоменклатуры» values that have stock; services, works and sets have none. */
const STOCKED_TYPES = new Set(['Товар', 'МногооборотнаяТара']);

/** A recipient's position that the policy finds short. */
export interface Shortage {
  recipient: Warehouse;
  limit: Limit;
  cell: Cell;
  projected: Milli;
  snooze: Snooze | undefined;
}

/** What one shortage gets, and why. Takes from `donors`, so the order of calls is the order of urgency. */
export function decide(
  { recipient, limit, cell, projected, snooze }: Shortage,
  { itemKey, characteristicKey, item }: Position,
  donors: DonorStock[],
  expectedFrom: string[],
  policy: Policy,
): PlanLine {
  const { minimum, maximum, pack } = limit;
  const { onHand, reserved, free, onOrder, expected: hubExpected } = cell;
  const fill = policy.fill(limit, cell, item?.wholeUnits ?? false);
  const { need: wanted } = fill;
  const skipped = fill.skipped ?? whyNotOrdered(item) ?? (snooze === undefined ? null : 'snoozed');
  const { steps, left } =
    skipped === null ? drawFromDonors(donors, recipient.key, wanted, fill.step) : { steps: [], left: 0 };
  const taken = skipped === null ? wanted - left : 0;
  const settled = settle(left, { limit, policy, step: fill.step, reached: projected + taken });
  const need = taken + settled.ordered;
  const why: Why = {
    policy: policy.name,
    minimum,
    maximum,
    onHand,
    reserved,
    free,
    onOrder,
    hubExpected,
    expectedFrom,
    projected,
    target: fill.target,
    missing: fill.missing,
    pack,
    rounding: skipped === null ? fill.rounding : 'none',
    step: fill.step,
    need,
    donors: steps,
    ordered: settled.ordered,
    skipped,
  };
  // Most lines have none of these.
  if (fill.formula !== undefined) why.formula = fill.formula;
  if (fill.packIgnored !== undefined) why.packIgnored = fill.packIgnored;
  if (settled.minimumOrder !== undefined) why.minimumOrder = settled.minimumOrder;
  if (skipped === 'snoozed' && snooze !== undefined) why.snooze = wordsOf(snooze);
  const takes = steps.filter((one) => one.taken > 0).map(({ donorKey, taken }) => ({ donorKey, quantity: taken }));
  return {
    recipientKey: recipient.key,
    itemKey,
    characteristicKey,
    outcome: outcomeOf(skipped, takes.length > 0, settled.ordered > 0),
    need,
    takes,
    order: settled.ordered,
    why,
  };
}

/** What is ordered outside of what donors left. */
function settle(
  left: Milli,
  { limit, policy, step, reached }: { limit: Limit; policy: Policy; step: Milli; reached: Milli },
): { ordered: Milli; minimumOrder?: NonNullable<Why['minimumOrder']> } {
  const { minimum, minimumOrder: size = 0 } = limit;
  if (left === 0 || size <= 0) return { ordered: left };
  const { ordered, effect } = settleOrder({
    left,
    least: size,
    step,
    reached,
    minimum,
    ceiling: policy.ceiling(limit),
  });
  return { ordered, minimumOrder: { size, left, effect } };
}

function whyNotOrdered(item: Item | undefined): SkipReason | null {
  if (item === undefined) return 'unknown-item';
  if (!STOCKED_TYPES.has(item.type)) return 'not-stocked';
  return item.deletionMark ? 'marked-for-deletion' : null;
}

const wordsOf = ({ reason, author, until }: Snooze) => ({ reason, author, until });

function outcomeOf(skipped: SkipReason | null, transfers: boolean, orders: boolean): PlanLine['outcome'] {
  if (skipped !== null) return skipped === 'covered-by-expected' ? 'covered' : 'unmet';
  if (transfers && orders) return 'mixed';
  return transfers ? 'transfer' : 'order';
}

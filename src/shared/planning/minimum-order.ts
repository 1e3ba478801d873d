import { upToStep } from './step.ts';
import type { Milli, Why } from './types.ts';

export interface OrderToSettle {
  /** What donors left over; above zero. */
  left: Milli;
  /** The supplier's least quantity. */
  least: Milli;
  step: Milli;
  /** What there will be without the order: projected, and what donors give. */
  reached: Milli;
  minimum: Milli;
  /** What the stock must not pass once its minimum is reached. */
  ceiling: Milli;
}

/**
 * An order outside is never smaller than the supplier's minimum: it is raised to it, or left out where donors already
 * reached the position's minimum and the raised order would pass its maximum. Transfers know no such minimum.
 */
export function settleOrder(order: OrderToSettle): {
  ordered: Milli;
  effect: NonNullable<Why['minimumOrder']>['effect'];
} {
  const { left, least, step, reached, minimum, ceiling } = order;
  const raised = upToStep(least, step);
  if (left >= raised) return { ordered: left, effect: 'none' };
  if (reached >= minimum && reached + raised > ceiling) return { ordered: 0, effect: 'left-out' };
  return { ordered: raised, effect: 'raised' };
}

import type { Cell } from './positions.ts';
import type { Limit, Milli, PolicyName, SkipReason, Why } from './types.ts';

/** How much a position is to get, before donors are asked. */
export interface Fill extends Pick<Why, 'target' | 'missing' | 'rounding' | 'packIgnored' | 'formula'> {
  need: Milli;
  /** What `need` is a multiple of, and donors give whole numbers of: the pack, one unit, or one thousandth. */
  step: Milli;
  /** Set when the policy itself orders nothing. */
  skipped: Extract<SkipReason, 'covered-by-expected' | 'nothing-by-formula'> | null;
}

/** One way to decide what a position lacks. Pure arithmetic on one place: donors and competition come after. */
export interface Policy {
  name: PolicyName;
  /** True where the limit asks for a stock at all; other limits only bind a donor. */
  keeps(limit: Limit): boolean;
  /** True where the position makes a line, even when enough is expected: people see why nothing was ordered. */
  isShort(limit: Limit, cell: Cell): boolean;
  fill(limit: Limit, cell: Cell, wholeUnits: boolean): Fill;
  /**
   * The largest stock that an order brought up to the supplier's minimum may lead to, once the position's minimum is
   * reached without it; infinite where the policy knows no such bound.
   */
  ceiling(limit: Limit): Milli;
}

/** What there will be when all that is expected has come. */
export function projectedOf({ free, onOrder, expected }: Cell): Milli {
  return free + onOrder + expected;
}

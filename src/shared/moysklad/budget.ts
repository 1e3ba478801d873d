import { createHash } from 'node:crypto';

export { createLocalBudget } from './budget-local.ts';
export { createPostgresBudget, type PostgresBudgetOptions } from './budget-postgres.ts';
export { type Budget, type BudgetLimits, MOYSKLAD_LIMITS, REJECTION, type Slot, type Told } from './budget-turns.ts';

/** Name of the budget of these credentials: МойСклад counts per user, and the name tells nobody who that is. */
export function budgetName({ token, login }: { token?: string; login?: string }): string {
  const who = token ? `token ${token}` : `login ${login ?? ''}`;
  return `moysklad ${createHash('sha256').update(who).digest('hex').slice(0, 16)}`;
}

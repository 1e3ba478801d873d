/**
 * The advisory locks of the hub, each with a number of its own: two that shared one would silently keep each other from
 * working. `api_calls` and `login` lock by two hashes, which PostgreSQL keeps apart from these.
 */
export const LOCKS = {
  /** All processes of all releases must agree on this one. */
  migrations: 7_201_145,
  /** Held by whoever plans, until the plan is written. */
  planning: 7_201_146,
  scheduler: 7_201_147,
  /** Two passes over one system at once would each act on what the other has just outdated. */
  'reconcile-1c': 7_201_148,
  'reconcile-moysklad': 7_201_149,
  'alarm-watch': 7_201_150,
  links: 7_201_151,
  prune: 7_201_152,
} as const;

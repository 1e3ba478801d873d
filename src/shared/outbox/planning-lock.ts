import type { Tx } from '../db/database.ts';

/** All planning, by whichever process, happens under this one lock: two scans can never both cover a need. */
const PLANNING_LOCK = 7_201_146;

/** Waits for the planning lock and holds it until the transaction ends. */
export async function lockPlanning(tx: Tx): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(${PLANNING_LOCK})`;
}

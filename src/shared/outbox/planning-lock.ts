import type { Tx } from '../db/database.ts';
import { LOCKS } from '../db/locks.ts';

/**
 * Waits for the planning lock and holds it until the transaction ends. All planning, by whichever process, happens under this
 * one lock: two scans can never both cover a need.
 */
export async function lockPlanning(tx: Tx): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(${LOCKS.planning})`;
}

/**
 * Named points at which a test may kill a worker. A name stands for the moment right after what it says: the row was
 * claimed, the job was added, the document was sent. `chaos/` hits each of them.
 */
export const KILL_POINTS = [
  'relay.claimed',
  'relay.enqueued',
  'scan.read',
  'attempt.begun',
  'attempt.worked',
  'attempt.recorded',
  'transfer.looked',
  'transfer.sent',
  'transfer.posted',
  'transfer.compared',
  'order.looked',
  'order.sent',
  'order.compared',
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

/** Bugs that a test may plant, to prove that it would find them. */
export const PLANTED_BUGS = ['no-look', 'no-sweep', 'done-at-enqueue'] as const;
export type PlantedBug = (typeof PLANTED_BUGS)[number];

/** `name` or `name:n`: die at the n-th time that the point is reached. NULL: not of that form. */
export function readKillAt(text: string): { name: KillPoint; hit: number } | null {
  const [, name, hit = '1'] = /^([a-z.]+)(?::([1-9]\d{0,3}))?$/.exec(text) ?? [];
  const known = KILL_POINTS.find((one) => one === name);
  return known === undefined ? null : { name: known, hit: Number(hit) };
}

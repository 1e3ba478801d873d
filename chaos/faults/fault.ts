import type { Dice } from '../dice.ts';
import type { Backend, Stack } from '../stack.ts';

/** Where a fault happens. */
export interface Scene {
  stack: Stack;
  /** The fault's own dice: what it throws depends on the seed and its name, not on when it happens. */
  dice: Dice;
  /** Ids of documents whose cancelling the hub accepted; the judge is told. */
  cancelled: string[];
}

/** Asked when everything is healed: how often did it strike? Ends what still goes on first. */
export type Proof = () => Promise<number>;

export interface Fault {
  /** Whose progress decides when it happens. */
  pacedBy: 'transfers' | 'orders' | 'documents';
  /** Only where the queues live there. */
  backend?: Backend;
  /** So long that only a suite of at least this many runs has it, once. */
  onlyInSuitesOf?: number;
  inflict(scene: Scene): Promise<Proof>;
}

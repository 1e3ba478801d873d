import type { DonorStep, Milli } from './types.ts';

/** What a donor has of one item while the plan is being made; `taken` grows line by line. */
export interface DonorStock extends Pick<DonorStep, 'donorKey' | 'donorName' | 'free' | 'minimum' | 'outgoing'> {
  taken: Milli;
  wholeOnly: boolean;
  isMinimumKnown: boolean;
  unreadable: boolean;
}

/**
 * Takes up to `need` from the donors in their order, each in whole steps and never below its own minimum. A donor that
 * gives all or nothing is passed over when it cannot give all that is still needed. A warehouse does not give to itself.
 * Answers one step per other donor and what is left for the order outside.
 */
export function drawFromDonors(
  donors: DonorStock[],
  recipientKey: string,
  need: Milli,
  step: Milli,
): { steps: DonorStep[]; left: Milli } {
  const steps: DonorStep[] = [];
  let left = need;
  for (const donor of donors) {
    if (donor.donorKey === recipientKey) continue;
    const { donorKey, donorName, free, minimum, outgoing, taken: takenBefore } = donor;
    const isSure = donor.isMinimumKnown && !donor.unreadable;
    const offered = isSure ? Math.max(0, free - minimum - outgoing - takenBefore) : 0;
    const possible = Math.min(offered, left);
    const inSteps = possible - (possible % step);
    const taken = donor.wholeOnly && inSteps < left ? 0 : inSteps;
    donor.taken += taken;
    steps.push({
      donorKey,
      donorName,
      free,
      minimum,
      outgoing,
      takenBefore,
      offered,
      taken,
      reason: inSteps > taken ? 'partial-not-wanted' : reasonFor(offered, taken, left, donor),
    });
    left -= taken;
  }
  // A copy is as long as it has to be; a list grown by `push` keeps room for 17.
  return { steps: steps.slice(), left };
}

function reasonFor(
  offered: Milli,
  taken: Milli,
  wanted: Milli,
  { isMinimumKnown, unreadable }: DonorStock,
): DonorStep['reason'] {
  if (wanted === 0) return 'not-needed';
  if (unreadable) return 'unreadable';
  if (!isMinimumKnown) return 'minimum-unknown';
  if (offered === 0) return 'nothing-free';
  if (taken === 0) return 'less-than-a-pack';
  return taken === offered ? 'took-all' : 'took-part';
}

import { canonicalJson } from './canonical.ts';
import type { DonorStep, Key, Milli, SkipReason, Why } from './types.ts';

/** Inputs of a line that are one quantity each. */
export type QuantityInput =
  | 'minimum'
  | 'maximum'
  | 'free'
  | 'reserved'
  | 'on-order'
  | 'hub-expected'
  | 'safety'
  | 'minimum-order'
  | 'step';

/** An input that differs between two plans' lines for one place. */
export type Cause =
  /** NULL: there was, or is, none. */
  | { input: QuantityInput; before: Milli | null; after: Milli | null }
  /** What a donor could give; NULL: it was not asked. */
  | { input: 'donor'; donorKey: Key; donorName: string; before: Milli | null; after: Milli | null }
  | { input: 'pack'; before: Why['pack']; after: Why['pack'] }
  /** Why the item cannot or must not be ordered; NULL where it can. */
  | { input: 'item'; before: SkipReason | null; after: SkipReason | null }
  /** What people made of the planned quantities, and why; NULL: nothing. */
  | { input: 'edit'; before: string | null; after: string | null }
  /** No input of the line differs, so the rules do: policy, donors or their order, the hub's release. */
  | { input: 'rules'; before: string; after: string };

const QUANTITIES: [QuantityInput, (why: Why) => Milli | null][] = [
  ['minimum', (why) => why.minimum],
  ['maximum', (why) => why.maximum],
  ['free', (why) => why.free],
  // Free stock is without reserves already; only UT's formula looks at them by themselves.
  ['reserved', (why) => (why.formula === undefined ? null : why.reserved)],
  ['on-order', (why) => why.onOrder],
  ['hub-expected', (why) => why.hubExpected],
  ['safety', (why) => why.formula?.safety ?? null],
  ['minimum-order', (why) => why.minimumOrder?.size ?? null],
];

/** The inputs that differ between two lines for one place, in the order in which the planner meets them. */
export function causesOf(before: Why, after: Why): Cause[] {
  const causes: Cause[] = [];
  const compare = (input: QuantityInput, read: (why: Why) => Milli | null) => {
    const [was, is] = [read(before), read(after)];
    if (was !== is) causes.push({ input, before: was, after: is });
  };
  if (before.policy !== after.policy) causes.push({ input: 'rules', before: before.policy, after: after.policy });
  for (const [input, read] of QUANTITIES) {
    const one = before.policy === after.policy || !['reserved', 'safety'].includes(input);
    if (one) compare(input, read);
  }
  if (canonicalJson(before.pack) !== canonicalJson(after.pack)) {
    causes.push({ input: 'pack', before: before.pack, after: after.pack });
  } else if (before.step !== undefined && after.step !== undefined) {
    compare('step', (why) => why.step ?? null);
  }
  if (judgesItem(before) && judgesItem(after) && before.skipped !== after.skipped) {
    causes.push({ input: 'item', before: before.skipped, after: after.skipped });
  }
  causes.push(...donorCauses(before, after));
  if (canonicalJson(before.edits ?? []) !== canonicalJson(after.edits ?? [])) {
    causes.push({ input: 'edit', before: editsOf(before), after: editsOf(after) });
  }
  if (causes.length === 0) causes.push({ input: 'rules', before: before.policy, after: after.policy });
  return causes;
}

function editsOf({ edits = [] }: Why): string | null {
  return edits.length === 0 ? null : edits.map(({ reason, by }) => `${reason} (${by})`).join(', ');
}

/** Where enough is expected nobody asks whether the item can be ordered. */
function judgesItem({ skipped }: Why): boolean {
  return skipped !== 'covered-by-expected' && skipped !== 'nothing-by-formula';
}

/** Donors are asked only for what can be ordered: where one of the two lines asked none, their offers decided nothing. */
function donorCauses(before: Why, after: Why): Cause[] {
  if (before.skipped !== null || after.skipped !== null) return [];
  const steps = (why: Why) => new Map(why.donors.map((step, at) => [step.donorKey, { step, at }]));
  const [was, is] = [steps(before), steps(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((donorKey): Cause[] => {
    const [old, now] = [was.get(donorKey), is.get(donorKey)];
    const mattered = [
      old !== undefined && (now === undefined ? wasAsked(old.step) : decided(before, old.step, old.at)),
      now !== undefined && (old === undefined ? wasAsked(now.step) : decided(after, now.step, now.at)),
    ].some(Boolean);
    const [wasGiving, isGiving] = [offerOf(old?.step), offerOf(now?.step)];
    if (!mattered || wasGiving === isGiving) return [];
    const donorName = (now ?? old)!.step.donorName;
    return [{ input: 'donor', donorKey, donorName, before: wasGiving, after: isGiving }];
  });
}

/** What it might have given; a donor of which too little is known gives nothing, whatever it has. */
function offerOf(step: DonorStep | undefined): Milli | null {
  if (step === undefined) return null;
  return step.reason === 'minimum-unknown' || step.reason === 'unreadable' ? 0 : step.offered;
}

const wasAsked = ({ reason }: DonorStep) => reason !== 'not-needed';

/** Whether another offer might have led to something else: not where it was plenty, or nothing was needed any more. */
function decided({ donors, ordered }: Why, step: DonorStep, at: number): boolean {
  if (step.reason !== 'took-part') return wasAsked(step);
  return ordered > 0 || donors.slice(at + 1).some(wasAsked);
}

import { KILL_POINTS, type KillPoint } from '../src/shared/config/testing.ts';
import { createDice, type Dice } from './dice.ts';
import { FAULTS, type FaultName, faultsFor } from './faults/catalogue.ts';
import { drawWorld, type World } from './goods.ts';
import type { Backend } from './stack.ts';

/** What will happen in one run. The same suite seed, backend, number of runs and index give the same script. */
export interface Script {
  index: number;
  /** Seed of everything that this run leaves to chance. */
  seed: number;
  world: World;
  /** Base latency of writes, so that there is a middle to strike at. */
  paceMs: number;
  faults: PlannedFault[];
  kills: PlannedKill[];
  /** How long the trouble goes on after the last of it was caused. */
  lingerMs: number;
}

export interface PlannedFault {
  name: FaultName;
  /** Share of the documents that exist when it happens; 0: before the scan begins. */
  at: number;
}

export interface PlannedKill {
  point: KillPoint;
  hit: number;
  /** True: no other worker may take what leads to the point. */
  alone: boolean;
}

export interface SuiteShape {
  backend: Backend;
  seed: number;
  runs: number;
}

/** Draws run `index` of a suite. Whatever the dice say, the runs together plan every fault and every kill point. */
export function drawScript({ backend, seed, runs }: SuiteShape, index: number): Script {
  const suite = createDice(seed, `suite ${backend}`);
  const names = faultsFor(backend, runs);
  const due = dealt(suite.shuffle(names), runs, index);
  const points = dealt(suite.shuffle(KILL_POINTS), runs, index);
  const dice = createDice(seed, `run ${index} ${backend}`);
  const frequent = names.filter((name) => FAULTS[name].onlyInSuitesOf === undefined);
  const extra = Array.from({ length: dice.int(0, Math.max(0, 4 - due.length)) }, () => dice.pick(frequent));
  return compose(dice, index, [...new Set([...due, ...extra])], points);
}

/** A run for the sake of what has not struck yet. */
export function drawMakeUp(
  { backend, seed }: SuiteShape,
  index: number,
  missing: { faults: FaultName[]; points: KillPoint[] },
) {
  const dice = createDice(seed, `make-up ${index} ${backend}`);
  return compose(dice, index, missing.faults.slice(0, 3), missing.points.slice(0, 2));
}

function compose(dice: Dice, index: number, names: FaultName[], points: KillPoint[]): Script {
  const kills = points.map((point) => drawKill(dice, point));
  // Only a document that was sent before is looked for; a lost answer makes sure that there is one.
  const needed: FaultName[] = points.includes('transfer.looked') ? ['1c-cut-after-write'] : [];
  return {
    index,
    seed: dice.int(0, 0x7fffffff),
    world: drawWorld(dice),
    paceMs: dice.int(20, 60),
    faults: [...new Set([...needed, ...names])].map((name) => ({
      name,
      at: needed.includes(name) ? 0 : dice.int(0, 5) / 10,
    })),
    kills,
    lingerMs: dice.int(0, 1_200),
  };
}

/** Points that one of two workers may never come to, because the other does that work. */
const ALONE: readonly KillPoint[] = ['relay.claimed', 'relay.enqueued', 'scan.read', 'transfer.looked'];

function drawKill(dice: Dice, point: KillPoint): PlannedKill {
  const alone = ALONE.includes(point);
  return { point, alone, hit: alone ? 1 : dice.int(1, 3) };
}

/** Deals a list to the runs: with more runs than cards it goes round again, with fewer a run gets several. */
function dealt<T>(cards: readonly T[], runs: number, index: number): T[] {
  if (runs >= cards.length) return [cards[index % cards.length]!];
  return cards.filter((_, at) => at % runs === index);
}

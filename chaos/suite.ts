import path from 'node:path';
import { KILL_POINTS, type KillPoint } from '../src/shared/config/testing.ts';
import { type Build, root } from './build.ts';
import { type FaultName, faultsFor } from './faults/catalogue.ts';
import { play, problems, type RunResult } from './run.ts';
import { drawMakeUp, drawScript, type Script, type SuiteShape } from './script.ts';
import { openStack, removeFolder, type Stack } from './stack.ts';

export interface SuiteOptions extends SuiteShape {
  /** Stacks side by side. */
  stacks: number;
  build: Build;
  /** A bug to plant; the suite then ends with the first run that finds it. */
  plant?: string | null;
  /** Only these runs of the suite. */
  only?: number[];
  patienceMs?: number;
  /** Runs for the sake of what has not struck by the end; default 12. */
  makeUps?: number;
  /** What has struck so far is enough; default: when nothing is missing. */
  enough?: (struck: Struck) => boolean;
  /** True: logs stay also when nothing was wrong. */
  keep?: boolean;
  onRun?: (result: RunResult) => void;
  onNote?: (note: string) => void;
}

/** How often each fault and each kill point has struck. */
export interface Struck {
  fired: Map<FaultName, number>;
  hit: Map<KillPoint, number>;
}

export interface SuiteResult extends Struck {
  results: RunResult[];
  /** What was planned by the suite and never struck. */
  missing: { faults: FaultName[]; points: KillPoint[] };
  lost: number;
  doubled: number;
  wrongQuantity: number;
  troubles: number;
  ok: boolean;
  /** Logs and databases of the stacks; kept when something was wrong. */
  folder: string;
}

/** Plays the runs on stacks side by side; then makes up for what has not struck. */
export async function playSuite(options: SuiteOptions): Promise<SuiteResult> {
  const { backend, runs, build, only, onRun, onNote, patienceMs = 60_000, plant = null, makeUps = 12 } = options;
  const folder = path.join(root, '.data', `chaos-${process.pid}-${backend}${plant === null ? '' : `-${plant}`}`);
  const results: RunResult[] = [];
  const indexes = only ?? Array.from({ length: runs }, (_, index) => index);
  const found = () => plant !== null && results.some((result) => problems(result.verdict).length > 0);
  const stacks: Stack[] = [];

  const drain = async (stack: Stack, scripts: () => Script | undefined) => {
    for (let script = scripts(); script !== undefined && !found(); script = scripts()) {
      const result = await play(stack, script, { patienceMs });
      results.push(result);
      onRun?.(result);
    }
  };
  try {
    for (let at = 0; at < Math.min(options.stacks, indexes.length); at += 1) {
      stacks.push(await openStack({ backend, build, plant, folder: path.join(folder, `stack-${at + 1}`) }));
    }
    const waiting = indexes.map((index) => () => drawScript(options, index));
    await Promise.all(stacks.map((stack) => drain(stack, () => waiting.shift()?.())));
    for (let extra = 0; extra < makeUps && only === undefined && plant === null; extra += 1) {
      const missing = notStruck(options, results);
      if (missing.faults.length + missing.points.length === 0 || options.enough?.(sumUp(options, results))) break;
      onNote?.(`make-up run for ${[...missing.faults, ...missing.points].join(', ')}`);
      const scripts = [drawMakeUp(options, runs + extra, missing)];
      await drain(stacks[extra % stacks.length]!, () => scripts.shift());
    }
  } finally {
    await Promise.all(stacks.map((stack) => stack.close()));
  }

  const summary = sumUp(options, results);
  const missing = only === undefined && plant === null ? notStruck(options, results) : { faults: [], points: [] };
  const ok =
    summary.lost + summary.doubled + summary.wrongQuantity + summary.troubles === 0 &&
    missing.faults.length + missing.points.length === 0;
  if (ok && !options.keep) await removeFolder(folder);
  return { ...summary, results, missing, ok, folder };
}

function sumUp({ backend, runs }: SuiteShape, results: RunResult[]) {
  const fired = new Map<FaultName, number>(faultsFor(backend, runs).map((name) => [name, 0]));
  const hit = new Map<KillPoint, number>(KILL_POINTS.map((point) => [point, 0]));
  const sum = { lost: 0, doubled: 0, wrongQuantity: 0, troubles: 0 };
  for (const { verdict, troubles, fired: own, hit: points } of results) {
    for (const [name, times] of own) fired.set(name, (fired.get(name) ?? 0) + times);
    for (const [point, times] of points) hit.set(point, (hit.get(point) ?? 0) + times);
    sum.lost += verdict.lost.length;
    sum.doubled += verdict.doubled.length;
    sum.wrongQuantity += verdict.wrongQuantity.length;
    sum.troubles += troubles.length;
  }
  return { fired, hit, ...sum };
}

/** What the suite was to see and has not seen. */
export function notStruck(shape: SuiteShape, results: RunResult[]) {
  const { fired, hit } = sumUp(shape, results);
  return {
    faults: [...fired].filter(([, times]) => times === 0).map(([name]) => name),
    points: [...hit].filter(([, times]) => times === 0).map(([point]) => point),
  };
}

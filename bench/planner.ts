import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PlannerFigures } from './planner-once.ts';

const SIZES = [100_000, 1_000_000];

/** Times that each size is planned; the median by CPU counts: a quarter of a second is easily disturbed. */
const TIMES = 5;

/** Plans 100,000 and 1,000,000 item × warehouse rows, each in processes of its own in turn, and prints both side by side. */
export async function run(): Promise<void> {
  const runs = SIZES.map((): PlannerFigures[] => []);
  for (let time = 0; time < TIMES; time += 1) {
    for (const [at, rows] of SIZES.entries()) runs[at]!.push(await measure(rows));
  }
  const figures = runs.map((ofSize) => ofSize.sort((a, b) => a.cpuSeconds - b.cpuSeconds)[Math.floor(TIMES / 2)]!);
  console.table(
    figures.map((one, at) => ({
      rows: one.rows,
      lines: one.lines,
      'rows/s': Math.round(one.rows / one.seconds),
      seconds: round(one.seconds),
      'CPU s': round(one.cpuSeconds),
      'RSS of input, MiB': Math.round(one.rssBeforeMiB),
      'peak RSS, MiB': Math.round(Math.max(...runs[at]!.map(({ peakRssMiB }) => peakRssMiB))),
    })),
  );
  const [small, large] = figures as [PlannerFigures, PlannerFigures];
  const perRow = large.cpuSeconds / large.rows / (small.cpuSeconds / small.rows);
  console.log(
    `${large.rows / small.rows} times the rows took ${round(large.cpuSeconds / small.cpuSeconds)} times the CPU (${round(perRow)} per row)`,
  );
}

function measure(rows: number): Promise<PlannerFigures> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('planner-once.ts', import.meta.url)), [String(rows)]);
    let figures: PlannerFigures | undefined;
    child.once('message', (message) => {
      figures = message as PlannerFigures;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (figures === undefined)
        reject(new Error(`The process that planned ${rows} rows ended with ${code} and no figures`));
      else resolve(figures);
    });
  });
}

const round = (value: number) => Math.round(value * 100) / 100;

import { plan } from '../src/shared/planning/planner.ts';
import { makePlannerInput } from './planner-input.ts';

/** What one process measured: it plans once, so that its peak memory is that of this size alone. */
export interface PlannerFigures {
  rows: number;
  lines: number;
  seconds: number;
  cpuSeconds: number;
  /** Peak resident memory of the process with the rows loaded, before planning. */
  rssBeforeMiB: number;
  peakRssMiB: number;
}

const rows = Number(process.argv[2]);
if (!Number.isInteger(rows) || rows <= 0)
  throw new RangeError(`Rows must be a positive whole number, not ${process.argv[2]}`);

const input = makePlannerInput(rows);
const rssBeforeMiB = process.resourceUsage().maxRSS / 1024;
const started = performance.now();
const cpu = process.cpuUsage();
const { lines } = plan(input);
const { user, system } = process.cpuUsage(cpu);
const figures: PlannerFigures = {
  rows,
  lines: lines.length,
  seconds: (performance.now() - started) / 1000,
  cpuSeconds: (user + system) / 1e6,
  rssBeforeMiB,
  peakRssMiB: process.resourceUsage().maxRSS / 1024,
};
process.send?.(figures);
process.disconnect?.();

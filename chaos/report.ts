import { problems, type RunResult } from './run.ts';
import type { SuiteResult } from './suite.ts';

/** One line for a run; what was wrong stands below it. */
export function runLine({ script, verdict, troubles, fired, hit, cancelled, retried, restMs, ms }: RunResult): string {
  const struck = [...fired].map(([name, times]) => (times === 0 ? `(${name} missed)` : name));
  const killed = script.kills.map(({ point }) => (hit.has(point) ? `† ${point}` : `(† ${point} missed)`));
  const wrong = [...problems(verdict), ...troubles];
  const counts = `needs ${verdict.needs}, documents ${verdict.documents}`;
  const people = [cancelled > 0 ? `cancelled ${cancelled}` : '', retried > 0 ? `retried ${retried}` : ''].filter(
    Boolean,
  );
  return [
    `run ${String(script.index).padStart(3)}  ${wrong.length === 0 ? 'ok ' : 'BAD'}  ${seconds(ms)} s, at rest after ${seconds(restMs)} s  ${[counts, ...people].join(', ')}  ${[...killed, ...struck].join(', ')}`,
    ...wrong.map((one) => `         ${one}`),
  ].join('\n');
}

/** How often everything struck, and the verdict in the last line. */
export function summary({
  results,
  fired,
  hit,
  missing,
  lost,
  doubled,
  wrongQuantity,
  troubles,
  ok,
  folder,
}: SuiteResult): string {
  const table = (counts: Map<string, number>) =>
    [...counts].map(([name, times]) => `  ${name.padEnd(28)} ${times}`).join('\n');
  const never = [...missing.faults, ...missing.points];
  const needs = results.reduce((sum, { verdict }) => sum + verdict.needs, 0);
  const documents = results.reduce((sum, { verdict }) => sum + verdict.documents, 0);
  return [
    'faults that struck:',
    table(fired),
    'kill points that were hit:',
    table(hit),
    `runs ${results.length}, needs ${needs}, documents ${documents}`,
    ...(never.length > 0 ? [`NEVER STRUCK: ${never.join(', ')}`] : []),
    ...(troubles > 0 ? [`TROUBLES: ${troubles}, see the runs above`] : []),
    ...(ok ? [] : [`logs of the processes: ${folder}`]),
    `lost ${lost}, doubled ${doubled}, wrong quantity ${wrongQuantity}`,
  ].join('\n');
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);

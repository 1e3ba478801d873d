import { listLines } from '../../api/queries/run-lines.ts';
import { findRun } from '../../api/queries/runs.ts';
import { differenceView } from '../../api/routes/difference-view.ts';
import { lineView } from '../../api/routes/line-view.ts';
import { runView } from '../../api/routes/run-view.ts';
import type { Database } from '../../shared/db/database.ts';
import type { ComparedRun, RunComparison } from '../../shared/runs/compare-runs.ts';

/** More than any plan has lines. */
const ALL = 2_000_000_000;

/**
 * A run for machines, one JSON object a line, each with its `record`: first the run, then its lines, then what differs
 * from the run before (added, gone, changed). Members are those of the HTTP interface.
 */
export async function printRecords(
  db: Database,
  runId: string,
  compared: { run: ComparedRun; comparison: RunComparison } | null,
  print: (line: string) => void,
): Promise<void> {
  const record = (kind: string, members: object) => print(JSON.stringify({ record: kind, ...members }));
  const run = await findRun(db, runId);
  if (run !== null) record('run', runView(run));
  for (const line of await listLines(db, runId, { limit: ALL })) record('line', lineView(line));
  if (compared === null) return;
  const { added, gone, changed } = differenceView(compared.run, compared.comparison, ALL);
  for (const line of added) record('added', line);
  for (const line of gone) record('gone', line);
  for (const line of changed) record('changed', line);
}

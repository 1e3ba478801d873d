import { compareRuns, findComparedRun, findRunBefore } from '../../shared/runs/compare-runs.ts';
import { readStoredLines } from '../../shared/runs/stored-lines.ts';
import type { RunEnd } from '../follow-run.ts';
import type { Services } from '../services.ts';
import { differenceReport } from './difference-report.ts';
import { printRecords } from './plan-records.ts';
import { planTable, planTotals } from './plan-table.ts';
import { wrap } from './text-width.ts';

/** A terminal as wide as this shows every column; wider ones gain nothing. */
const WIDTH = 120;
const LEAST_WIDTH = 80;
/** Lines of a difference that are told one by one. */
const MOST = 20;

/** Tells how a run ended. True when it is done and all that it planned was made or waits for a person's approval. */
export async function report(
  { db, config }: Pick<Services, 'db' | 'config'>,
  { runId, end }: { runId: string; end: RunEnd },
  { dryRun = false, why = false, json = false }: { dryRun?: boolean; why?: boolean; json?: boolean },
): Promise<boolean> {
  const print = (line: string) => console.log(line);
  const run = await findComparedRun(db, runId);
  const compared = run === null ? null : { run, comparison: await compareRuns(db, run, await findRunBefore(db, run)) };
  if (json) await printRecords(db, runId, compared, print);
  else if (compared !== null) {
    const width = Math.min(WIDTH, Math.max(LEAST_WIDTH, process.stdout.columns ?? WIDTH));
    const lines = dryRun || why ? await readStoredLines(db, runId) : [];
    for (const line of planTable(lines, { width, why })) print(line);
    if (dryRun) {
      print('');
      for (const line of lines.length === 0 ? ['Ниже минимума ничего нет.'] : planTotals(lines, config.documents.scope))
        print(line);
      print(`Контрольная сумма плана: ${compared.run.planDigest}`);
      for (const line of differenceReport(compared.comparison, {
        width,
        most: MOST,
        timezone: config.schedule.timezone,
      }))
        print(line);
    }
    for (const warning of await warningsOf(db, runId)) for (const line of wrap(`⚠ ${warning}`, width)) print(line);
  }
  return tellEnd(end, dryRun, json ? console.error : console.log);
}

function tellEnd(end: RunEnd, dryRun: boolean, say: (line: string) => void): boolean {
  if (end.status === 'failed') console.error(`✗ Проверка не удалась: ${end.error}`);
  for (const { count, code, message } of end.failures) console.error(`✗ Не создано: ${count} × ${code}: ${message}`);
  const held = (end.transfers.held ?? 0) + (end.orders.held ?? 0);
  if (held > 0) say(`Ждут утверждения человеком: ${held}`);
  const fine = end.status === 'completed' && end.failures.length === 0;
  if (fine && dryRun) say('✓ Пробный расчёт: ничего не создано.');
  else if (fine) {
    say(`✓ Создано: перемещений ${end.transfers.done ?? 0}, заказов в МойСклад ${end.orders.done ?? 0}.`);
  }
  return fine;
}

async function warningsOf({ prisma }: Services['db'], runId: string): Promise<string[]> {
  const { warnings } = await prisma.run.findUniqueOrThrow({ where: { id: runId }, select: { warnings: true } });
  return Array.isArray(warnings) ? warnings.map(String) : [];
}

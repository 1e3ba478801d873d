import { describeAdded, describeChange, describeGone } from '../../shared/planning/difference-text.ts';
import type { RunComparison } from '../../shared/runs/compare-runs.ts';
import { wrap } from './text-width.ts';

export interface DifferenceReportOptions {
  width: number;
  /** Of each kind; the rest is counted. */
  most: number;
  timezone: string;
}

/** What the plan decides otherwise than the run before it, in sentences. */
export function differenceReport(
  { before, difference: { added, gone, changed, same } }: RunComparison,
  { width, most, timezone }: DifferenceReportOptions,
): string[] {
  if (before === null) return ['Сравнить не с чем: раньше такой проверки не было.'];
  const at = new Intl.DateTimeFormat('ru-RU', { dateStyle: 'short', timeStyle: 'short', timeZone: timezone });
  const run = `${before.dryRun ? 'пробной проверки' : 'проверки'} ${at.format(before.createdAt)}`;
  if (added.length + gone.length + changed.length === 0)
    return [`Отличий от ${run} нет: те же решения, строк ${same}.`];
  const part = <T>(mark: string, list: T[], say: (one: T) => string) => [
    ...list.slice(0, most).flatMap((one) => hang(`  ${mark} `, say(one), width)),
    ...(list.length > most ? [`  ${mark} … и ещё ${list.length - most}: все показывает --json`] : []),
  ];
  return [
    `Отличия от ${run}: новых ${added.length}, ушло ${gone.length}, изменилось ${changed.length}, без изменений ${same}`,
    ...part('+', added, (line) => describeAdded(line, line.names, 'ru')),
    ...part('−', gone, (line) => describeGone(line, line.names, 'ru')),
    ...part('~', changed, (change) => describeChange(change, change.after.names, 'ru')),
  ];
}

/** The first line after `mark`, the others under its text. */
function hang(mark: string, text: string, width: number): string[] {
  return wrap(text, width - mark.length).map((line, at) => (at === 0 ? mark : ' '.repeat(mark.length)) + line);
}

import type { JournalPart } from '../../shared/journal/months.ts';
import type { Leftover } from './leftovers.ts';
import type { RunsCount } from './old-runs.ts';

/** What went, or would go. */
export interface Pruned {
  /** What happened before this is too old; NULL: everything is kept. */
  before: Date | null;
  /** Of the journal. */
  parts: JournalPart[];
  runs: RunsCount;
  leftovers: Leftover[];
}

const TABLES: Record<string, string> = {
  console_sessions: 'сеансов консоли',
  login_attempts: 'попыток входа',
  api_calls: 'обращений к МойСклад',
  api_failures: 'отказов МойСклад',
  alarms: 'снятых оповещений',
  snoozes: 'закончившихся пауз',
  operator_actions: 'записей о входах',
};

/** A Russian sentence about what went; NULL: nothing that people could miss. */
export function prunedMessage({ parts, runs, leftovers }: Pruned, days: number | null): string | null {
  const entries = parts.reduce((sum, part) => sum + part.entries, 0);
  const said = [
    ...(parts.length > 0 ? [`записей журнала: ${entries} (${parts.map(({ name }) => monthOf(name)).join(', ')})`] : []),
    ...(runs.runs > 0 ? [`проверок: ${runs.runs} (строк: ${runs.lines}, документов: ${runs.documents})`] : []),
    ...leftovers.map(({ table, rows }) => `${TABLES[table] ?? table}: ${rows}`),
  ];
  if (said.length === 0) return null;
  const why = days === null ? 'Удалено отслужившее' : `Удалено то, что старше ${days} дн. (RETENTION_DAYS)`;
  return `${why}: ${said.join('; ')}.`;
}

/** «2025-10» of integration_logs_2025_10, «более раннее» of integration_logs_past. */
function monthOf(part: string): string {
  const [, year, month] = /_(\d{4})_(\d{2})$/.exec(part) ?? [];
  return year === undefined ? 'более раннее' : `${year}-${month}`;
}

import { explainEdits } from './explain-edits.ts';
import { explainInEnglish } from './explain-en.ts';
import { explainInRussian } from './explain-ru.ts';
import type { ExplainNames, PlanLine } from './types.ts';

export type { ExplainNames } from './types.ts';

/**
 * Two or three plain sentences: what there is, what is lacking, where it comes from; then what people changed. Made of the stored `why` alone, so
 * an old line reads the same for ever.
 */
export function explain(line: Pick<PlanLine, 'why'>, names: ExplainNames, language: 'ru' | 'en'): string {
  const planned = language === 'ru' ? explainInRussian(line.why, names) : explainInEnglish(line.why, names);
  return [planned, ...explainEdits(line.why, names, language)].join(' ');
}

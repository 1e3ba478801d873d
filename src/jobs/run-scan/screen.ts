import type { Snapshot } from '../../shared/onec/port.ts';
import type { Suspicion } from '../../shared/planning/common-sense.ts';
import type { PlannedDocument, PlannedLine } from '../../shared/planning/documents.ts';
import type { Key, Plan } from '../../shared/planning/types.ts';

/** A document, and why it waits for a person. */
export interface ScreenedDocument extends PlannedDocument {
  /** Russian, without its full stop; NULL: nothing speaks against it. */
  holdReason: string | null;
}

export interface Screening {
  suspicion: Suspicion;
  /** Donors that 1C told a part of: what they may hold would be ordered outside. */
  unreadable: { name: string }[];
  itemName(key: Key): string;
}

/** Enough to decide by; the rest is on the lines. */
const REASONS_SHOWN = 3;

/** Says of each document whether it may go out. Odd lines get a document of their own, so that they hold no other line up. */
export function screenDocuments(
  documents: readonly PlannedDocument[],
  { suspicion, unreadable, itemName }: Screening,
): ScreenedDocument[] {
  const ofRun = suspicion.run.map(({ text }) => text);
  const donors = unreadable.map(({ name }) => `«${name}»`).join(', ');
  const ofOrder =
    unreadable.length === 0 ? [] : [`остатки донора ${donors} прочитаны не полностью: возможно, товар там есть`];
  const isOdd = ({ lineIndex }: PlannedLine) => suspicion.lines.has(lineIndex);
  return documents.flatMap((document) => {
    const parts = [document.lines.filter((line) => !isOdd(line)), document.lines.filter(isOdd)];
    return parts
      .filter((lines) => lines.length > 0)
      .map((lines) => {
        const reasons = [...ofRun, ...lineReasons(lines), ...(document.kind === 'order' ? ofOrder : [])];
        return { ...document, lines, holdReason: reasons.length === 0 ? null : reasons.join('; ') };
      });
  });

  function lineReasons(lines: PlannedLine[]): string[] {
    const texts = lines.flatMap(({ lineIndex, itemKey }) => {
      const reason = suspicion.lines.get(lineIndex);
      if (reason === undefined) return [];
      return [lines.length === 1 ? reason.text : `«${itemName(itemKey)}»: ${reason.text}`];
    });
    const more = texts.length - REASONS_SHOWN;
    return more > 0 ? [...texts.slice(0, REASONS_SHOWN), `и ещё строк: ${more}`] : texts;
  }
}

/** Warnings of the run about what waits, the odd lines by name, as many as a person reads. */
export function suspicionWarnings(
  { run, lines }: Suspicion,
  { plan, snapshot }: { plan: Plan; snapshot: Snapshot },
  shown = 20,
): string[] {
  const items = new Map(snapshot.items.map((item) => [item.key, item]));
  const warehouses = new Map(snapshot.warehouses.map(({ key, name }) => [key, name]));
  const told = [...lines].slice(0, shown).map(([index, { text }]) => {
    const { itemKey, recipientKey } = plan.lines[index]!;
    const item = items.get(itemKey);
    const article = item?.article ? ` (${item.article})` : '';
    return `«${item?.name ?? itemKey}»${article} для «${warehouses.get(recipientKey) ?? recipientKey}» ждёт утверждения: ${text}.`;
  });
  const rest = lines.size - told.length;
  return [
    ...run.map(({ text }) => `Все документы ждут утверждения: ${text}.`),
    ...told,
    ...(rest > 0 ? [`И ещё строк, которые ждут утверждения: ${rest}.`] : []),
  ];
}

import { formatMilli } from '../../shared/planning/quantity.ts';
import type { Plan } from '../../shared/planning/types.ts';
import type { ScreenedDocument } from './screen.ts';

/**
 * Where documents go out by themselves, a quantity that a person edited does not: nobody has approved it yet, and the
 * need may have changed since. Edited lines wait in a document of their own, so that they hold no other line up.
 */
export function holdEdited(documents: ScreenedDocument[], plan: Plan): ScreenedDocument[] {
  return documents.flatMap((document) => {
    const editOf = (line: ScreenedDocument['lines'][number]) =>
      plan.lines[line.lineIndex]!.why.edits?.find((edit) => edit.senderKey === document.senderKey);
    const edited = document.lines.filter((line) => editOf(line) !== undefined);
    if (edited.length === 0) return [document];
    const others = document.lines.filter((line) => editOf(line) === undefined);
    const { planned, quantity, by } = editOf(edited[0]!)!;
    const said =
      edited.length === 1
        ? `количество изменено (${by}): ${formatMilli(quantity, 'ru')} вместо ${formatMilli(planned, 'ru')}, и ещё не утверждено`
        : `количества изменены и ещё не утверждены, строк: ${edited.length}`;
    const holdReason = document.holdReason === null ? said : `${document.holdReason}; ${said}`;
    return [...(others.length > 0 ? [{ ...document, lines: others }] : []), { ...document, lines: edited, holdReason }];
  });
}

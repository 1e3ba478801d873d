import { describe, expect, it } from 'vitest';
import { type Screening, screenDocuments } from '../../src/jobs/run-scan/screen.ts';
import type { Reason } from '../../src/shared/planning/common-sense.ts';
import type { PlannedDocument } from '../../src/shared/planning/documents.ts';

const reason = (text: string): Reason => ({ code: 'limit-grown', text });
const screening = (odd: [line: number, text: string][], rest: Partial<Screening> = {}): Screening => ({
  suspicion: { run: [], lines: new Map(odd.map(([line, text]) => [line, reason(text)])) },
  unreadable: [],
  itemName: (key) => `Товар ${key}`,
  ...rest,
});
const document = (kind: 'transfer' | 'order', lines: number[]): PlannedDocument => ({
  kind,
  senderKey: kind === 'transfer' ? 'd1' : null,
  recipientKey: 'r1',
  lines: lines.map((lineIndex) => ({ lineIndex, itemKey: `i${lineIndex}`, characteristicKey: '', quantity: 1000 })),
});

const told = (documents: PlannedDocument[], by: Screening) =>
  screenDocuments(documents, by).map(
    ({ kind, lines, holdReason }) => `${kind} ${lines.map((line) => line.lineIndex)}: ${holdReason ?? 'goes'}`,
  );

describe('screening', () => {
  it('lets everything go that nothing speaks against', () => {
    expect(told([document('transfer', [0, 1]), document('order', [1])], screening([]))).toEqual([
      'transfer 0,1: goes',
      'order 1: goes',
    ]);
  });

  it('gives odd lines of a route a document of their own, so that they hold no other line up', () => {
    expect(
      told(
        [document('order', [0, 1, 2, 3])],
        screening([
          [1, 'минимум вырос'],
          [3, 'потребность велика'],
        ]),
      ),
    ).toEqual(['order 0,2: goes', 'order 1,3: «Товар i1»: минимум вырос; «Товар i3»: потребность велика']);
  });

  it('leaves out the name where the document has one line, and makes no empty document', () => {
    expect(told([document('transfer', [0])], screening([[0, 'минимум вырос']]))).toEqual(['transfer 0: минимум вырос']);
  });

  it('holds every part of a need that is odd, transfer and order alike', () => {
    expect(told([document('transfer', [0]), document('order', [0])], screening([[0, 'x']]))).toEqual([
      'transfer 0: x',
      'order 0: x',
    ]);
  });

  it('names three reasons and counts the rest', () => {
    const odd = [0, 1, 2, 3, 4].map((line): [number, string] => [line, `r${line}`]);
    expect(told([document('order', [0, 1, 2, 3, 4])], screening(odd))).toEqual([
      'order 0,1,2,3,4: «Товар i0»: r0; «Товар i1»: r1; «Товар i2»: r2; и ещё строк: 2',
    ]);
  });

  it('holds the whole run for its size, and says so before what is odd in a line', () => {
    const by = screening([[1, 'x']]);
    by.suspicion.run.push({ code: 'too-many-lines', text: 'строк много' });
    expect(told([document('transfer', [0]), document('transfer', [1])], by)).toEqual([
      'transfer 0: строк много',
      'transfer 1: строк много; x',
    ]);
  });

  it('holds orders, not transfers, while a donor was read in part', () => {
    const by = screening([], { unreadable: [{ name: 'Контейнер' }] });
    expect(told([document('transfer', [0]), document('order', [0])], by)).toEqual([
      'transfer 0: goes',
      'order 0: остатки донора «Контейнер» прочитаны не полностью: возможно, товар там есть',
    ]);
  });
});

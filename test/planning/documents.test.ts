import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupDocuments, MAX_DOCUMENT_LINES, type PlannedDocument } from '../../src/shared/planning/documents.ts';
import { plan } from '../../src/shared/planning/planner.ts';
import type { Plan } from '../../src/shared/planning/types.ts';
import { arbitraryInput } from './arbitrary-input.ts';
import { BESTUZHEVYH, CONTAINER, input, item, LENINA, limit, MIRA, stock } from './input.ts';

const twoItems = (): Plan =>
  plan(
    input({
      recipients: [LENINA, MIRA],
      items: [item('i1'), item('i2')],
      limits: [LENINA, MIRA].flatMap((one) => ['i1', 'i2'].map((key) => limit(one, 10, null, null, key))),
      stock: [stock(BESTUZHEVYH, 14), stock(CONTAINER, 3), stock(BESTUZHEVYH, 20, 0, 'i2'), stock(MIRA, 10, 0, 'i2')],
    }),
  );

const told = (documents: PlannedDocument[]) =>
  documents.map(
    ({ kind, senderKey, recipientKey, lines }) =>
      `${kind} ${senderKey ?? '-'}>${recipientKey}: ${lines.map((line) => `#${line.lineIndex} ${line.itemKey}×${line.quantity / 1000}`).join(', ')}`,
  );

describe('documents of a plan', () => {
  it('are one for each line and donor, and one for each order, at scope item', () => {
    expect(told(groupDocuments(twoItems(), 'item'))).toEqual([
      'transfer d1>r1: #0 i1×10',
      'transfer d1>r1: #1 i2×10',
      'transfer d1>r2: #2 i1×4',
      'transfer d2>r2: #2 i1×3',
      'order ->r2: #2 i1×3',
    ]);
  });

  it('are one for each donor and recipient, and one order for each recipient, at scope route', () => {
    expect(told(groupDocuments(twoItems(), 'route'))).toEqual([
      'transfer d1>r1: #0 i1×10, #1 i2×10',
      'transfer d1>r2: #2 i1×4',
      'transfer d2>r2: #2 i1×3',
      'order ->r2: #2 i1×3',
    ]);
  });

  it.each(['transfer', 'order'] as const)('are cut where a %s grows too long', (kind) => {
    const most = MAX_DOCUMENT_LINES[kind];
    const items = Array.from({ length: 2 * most + 1 }, (_, at) => item(`i${at}`));
    const limits = items.map(({ key }) => limit(LENINA, 10, null, null, key));
    const given = kind === 'order' ? [] : items.map(({ key }) => stock(BESTUZHEVYH, 50, 0, key));
    const documents = groupDocuments(plan(input({ items, limits, stock: given })), 'route');
    expect(documents.map((one) => [one.kind, one.lines.length])).toEqual([
      [kind, most],
      [kind, most],
      [kind, 1],
    ]);
    expect(documents.flatMap((one) => one.lines.map((line) => line.lineIndex))).toEqual(items.map((_, at) => at));
  });

  it('are none for what is covered or cannot be ordered', () => {
    const covered = plan(
      input({
        items: [item('i1')],
        limits: [limit(LENINA, 10), limit(LENINA, 10, null, null, 'unknown')],
        stock: [stock(LENINA, 3, 7)],
      }),
    );
    expect(covered.lines.map((line) => line.outcome).toSorted()).toEqual(['covered', 'unmet']);
    expect(groupDocuments(covered, 'item')).toEqual([]);
    expect(groupDocuments(covered, 'route')).toEqual([]);
  });

  it.each(['item', 'route'] as const)(
    'carry out every take and every order once, whatever the plan, at scope %s',
    (scope) => {
      fc.assert(
        fc.property(arbitraryInput, (given) => {
          const made = plan(given);
          const before = JSON.stringify(made);
          const documents = groupDocuments(made, scope);
          const wanted = made.lines.flatMap((line, index) => [
            ...line.takes.map(
              (take) =>
                `${index} ${take.donorKey} ${line.recipientKey} ${line.itemKey} ${line.characteristicKey} ${take.quantity}`,
            ),
            ...(line.order > 0
              ? [`${index} null ${line.recipientKey} ${line.itemKey} ${line.characteristicKey} ${line.order}`]
              : []),
          ]);
          const carried = documents.flatMap((one) =>
            one.lines.map(
              (line) =>
                `${line.lineIndex} ${one.senderKey} ${one.recipientKey} ${line.itemKey} ${line.characteristicKey} ${line.quantity}`,
            ),
          );
          expect(carried.toSorted()).toEqual(wanted.toSorted());
          for (const one of documents) {
            expect(one.lines.length).toBeGreaterThan(0);
            expect(one.kind === 'order').toBe(one.senderKey === null);
          }
          if (scope === 'route') {
            const routes = documents.map((one) => `${one.senderKey} ${one.recipientKey}`);
            expect(new Set(routes).size).toBe(routes.length);
          } else {
            expect(documents.every((one) => one.lines.length === 1)).toBe(true);
          }
          expect(JSON.stringify(made)).toBe(before);
          expect(groupDocuments(made, scope)).toEqual(documents);
        }),
        { numRuns: 300 },
      );
    },
  );
});

import type { Key, Milli, Plan, PlanLine } from './types.ts';

export interface PlannedLine {
  /** Index into `Plan.lines`: the decision that this line carries out. */
  lineIndex: number;
  itemKey: Key;
  characteristicKey: Key;
  quantity: Milli;
}

/** One document to be made outside. */
export interface PlannedDocument {
  kind: 'transfer' | 'order';
  /** Donor of a transfer; NULL for an order. */
  senderKey: Key | null;
  recipientKey: Key;
  /** Never empty. */
  lines: PlannedLine[];
}

/** Where a route's document is cut. 1C posts a longer one too slowly for one request; of an order a person has to make sense. */
export const MAX_DOCUMENT_LINES = { transfer: 1000, order: 5000 } as const;

/**
 * The documents that carry out a plan. `item`: one per line and donor, one per line's order. `route`: one per
 * donor → recipient and one order per recipient, cut where they grow too long. The plan's own order decides theirs.
 */
export function groupDocuments(plan: Plan, scope: 'item' | 'route'): PlannedDocument[] {
  const parts = plan.lines.flatMap(partsOf);
  return scope === 'item' ? parts : joinByRoute(parts);
}

function partsOf(line: PlanLine, lineIndex: number): PlannedDocument[] {
  const { recipientKey, itemKey, characteristicKey } = line;
  const part = (senderKey: Key | null, quantity: Milli): PlannedDocument => ({
    kind: senderKey === null ? 'order' : 'transfer',
    senderKey,
    recipientKey,
    lines: [{ lineIndex, itemKey, characteristicKey, quantity }],
  });
  const parts = line.takes.map((take) => part(take.donorKey, take.quantity));
  return line.order > 0 ? [...parts, part(null, line.order)] : parts;
}

function joinByRoute(parts: PlannedDocument[]): PlannedDocument[] {
  const routes = new Map<string, PlannedDocument[]>();
  for (const part of parts) {
    const route = `${part.senderKey ?? ''}/${part.recipientKey}`;
    const documents = routes.get(route);
    const last = documents?.at(-1);
    if (documents === undefined) routes.set(route, [part]);
    else if (last !== undefined && last.lines.length < MAX_DOCUMENT_LINES[part.kind]) last.lines.push(...part.lines);
    else documents.push(part);
  }
  return [...routes.values()].flat();
}

import { idOf, type Order, type Position } from './answers.ts';
import type { OrderBody } from './order.ts';

/**
 * How a stored order differs from what was meant, in Russian; empty where it does not. Prices and sum are not
 * compared here: the account may raise them (`checkMinPrice`), which is no reason to refuse the order.
 */
export function differences(stored: Order, positions: Position[], meant: OrderBody): string[] {
  const found: string[] = [];
  if (stored.syncId !== undefined && stored.syncId.toLowerCase() !== meant.syncId.toLowerCase()) {
    found.push(`syncId ${stored.syncId} вместо ${meant.syncId}`);
  }
  if (stored.externalCode !== meant.externalCode) {
    found.push(`внешний код «${stored.externalCode ?? ''}» вместо «${meant.externalCode}»`);
  }
  if (idOf(stored.organization.meta) !== idOf(meant.organization.meta)) found.push('другая организация');
  if (idOf(stored.agent.meta) !== idOf(meant.agent.meta)) found.push('другой контрагент');
  return [...found, ...positionDifferences(positions, meant.positions)];
}

type Shown = Pick<Position, 'quantity' | 'assortment'>;

const show = ({ quantity, assortment: { meta } }: Shown) => `${meta.type} ${idOf(meta)} × ${rounded(quantity)}`;

/** What is meant and not stored, in its order; nothing where anything is stored that was not meant. */
export function missingPositions<Meant extends Shown>(stored: Position[], meant: readonly Meant[]): Meant[] {
  const there = new Map<string, number>();
  for (const each of stored.map(show)) there.set(each, (there.get(each) ?? 0) + 1);
  const missing = meant.filter((each) => {
    const key = show(each);
    const left = there.get(key) ?? 0;
    if (left > 0) there.set(key, left - 1);
    return left === 0;
  });
  return [...there.values()].some((left) => left > 0) ? [] : missing;
}

function positionDifferences(stored: Position[], meant: OrderBody['positions']): string[] {
  return setDifferences(stored.map(show), meant.map(show));
}

/** The same without the goods: quantities alone. */
export function quantityDifferences(stored: Position[], meant: number[]): string[] {
  const shown = (quantity: number) => `× ${rounded(quantity)}`;
  return setDifferences(
    stored.map(({ quantity }) => shown(quantity)),
    meant.map(shown),
  );
}

/** МойСклад keeps four decimals. */
function rounded(quantity: number): number {
  return Math.round(quantity * 10_000) / 10_000;
}

/** As sets with repetition: the order of positions says nothing. */
function setDifferences(stored: string[], meant: string[]): string[] {
  const left = new Map<string, number>();
  for (const each of meant) left.set(each, (left.get(each) ?? 0) + 1);
  for (const each of stored) left.set(each, (left.get(each) ?? 0) - 1);
  const absent = [...left].filter(([, number]) => number > 0).map(([each]) => each);
  const extra = [...left].filter(([, number]) => number < 0).map(([each]) => each);
  return [
    ...(absent.length > 0 ? [`нет позиций: ${absent.slice(0, 5).join(', ')}`] : []),
    ...(extra.length > 0 ? [`лишние позиции: ${extra.slice(0, 5).join(', ')}`] : []),
  ];
}

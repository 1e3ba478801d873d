import type { SeenOrder } from '../../shared/moysklad/port.ts';
import type { Milli } from '../../shared/planning/types.ts';
import type { WatchedLine, WatchedRow } from './findings.ts';

/** A line's own part of the positions of its goods. */
export interface Part {
  ordered: Milli;
  /** NULL: not told. */
  shipped: Milli | null;
}

/**
 * Shares the positions out among the lines. Two items of 1C may be one product of МойСклад, and nothing outside says whose
 * position is whose: only their sum is sure. So each line gets up to what it was ordered for: first lines whose goods have
 * come, then open ones, then those that were given up; what is above goes to one of them. Parts add up to what is there.
 */
export function shareOut(
  row: Pick<WatchedRow, 'lines' | 'settled'>,
  { positions }: Pick<SeenOrder, 'positions'>,
  goodsOf: (line: WatchedLine) => string | null,
): (line: WatchedLine) => Part | null {
  const parts = new Map<string, Part>();
  for (const goodsKey of new Set(row.lines.map(goodsOf))) {
    if (goodsKey === null) continue;
    const same = positions.filter((position) => position.goodsKey === goodsKey);
    const settled = sum(row.settled.filter((line) => line.goodsKey === goodsKey).map(({ quantity }) => quantity));
    const ours = row.lines.filter((line) => goodsOf(line) === goodsKey);
    const lines = [...ours.filter(({ open }) => open), ...ours.filter(({ open }) => !open)];
    const ordered = pour(
      Math.max(0, sum(same.map(({ quantity }) => quantity)) - settled),
      lines.map(({ quantity }) => quantity),
      'first',
    );
    const told = same.map(({ shipped }) => shipped);
    const shipped = told.includes(null) ? null : pour(Math.max(0, sum(told as Milli[]) - settled), ordered, 'last');
    for (const [at, { id }] of lines.entries()) {
      parts.set(id, { ordered: ordered[at]!, shipped: shipped === null ? null : shipped[at]! });
    }
  }
  return ({ id }) => parts.get(id) ?? null;
}

/** Fills the vessels in their order. What is above all of them goes to the first, or to the last, that holds anything. */
function pour(amount: Milli, vessels: Milli[], above: 'first' | 'last'): Milli[] {
  let left = amount;
  const filled = vessels.map((room) => {
    const part = Math.min(room, left);
    left -= part;
    return part;
  });
  const holds = (part: Milli) => part > 0;
  const at = above === 'first' ? filled.findIndex(holds) : filled.findLastIndex(holds);
  if (left > 0) filled[Math.max(0, at)]! += left;
  return filled;
}

const sum = (quantities: Milli[]): Milli => quantities.reduce((total, each) => total + each, 0);

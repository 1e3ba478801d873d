import { plan } from '../../src/shared/planning/planner.ts';
import { toMilli } from '../../src/shared/planning/quantity.ts';
import {
  EMPTY_KEY,
  type Item,
  type Limit,
  type OpenLine,
  type PlanInput,
  type PlanLine,
  type Stock,
} from '../../src/shared/planning/types.ts';

export const LENINA = { key: 'r1', name: 'Магазин Ленина' };
export const MIRA = { key: 'r2', name: 'Магазин Мира' };
export const BESTUZHEVYH = { key: 'd1', name: 'Бестужевых' };
export const CONTAINER = { key: 'd2', name: 'Контейнер' };

/** Quantities in these helpers are in units, as people say them. */
export const item = (key = 'i1', change: Partial<Item> = {}): Item => ({
  key,
  name: `Товар ${key}`,
  article: `A-${key}`,
  code: key,
  unit: 'шт',
  wholeUnits: true,
  type: 'Товар',
  deletionMark: false,
  ...change,
});

export const limit = (
  warehouse: { key: string },
  minimum: number,
  maximum: number | null = null,
  pack: number | null = null,
  itemKey = 'i1',
): Limit => ({
  warehouseKey: warehouse.key,
  itemKey,
  characteristicKey: EMPTY_KEY,
  minimum: toMilli(minimum),
  maximum: maximum === null ? null : toMilli(maximum),
  pack: pack === null ? null : { name: 'короб', size: toMilli(pack) },
});

export const stock = (warehouse: { key: string }, free: number, onOrder = 0, itemKey = 'i1'): Stock => ({
  warehouseKey: warehouse.key,
  itemKey,
  characteristicKey: EMPTY_KEY,
  onHand: toMilli(free),
  reserved: 0,
  free: toMilli(free),
  onOrder: toMilli(onOrder),
});

export const open = (
  recipient: { key: string },
  expected: number,
  change: Partial<OpenLine> & { sender?: { key: string } } = {},
): OpenLine => {
  const { sender, ...rest } = change;
  return {
    outboxId: 'o1',
    kind: sender === undefined ? 'order' : 'transfer',
    recipientKey: recipient.key,
    senderKey: sender?.key ?? null,
    itemKey: 'i1',
    characteristicKey: EMPTY_KEY,
    expected: toMilli(expected),
    shownBy1C: false,
    ...rest,
  };
};

export const input = (change: Partial<PlanInput>): PlanInput => ({
  policy: 'fill-to-max',
  recipients: [LENINA],
  donors: [BESTUZHEVYH, CONTAINER],
  items: [item()],
  limits: [],
  stock: [],
  open: [],
  ...change,
});

/** The plan's only line; fails where there is none or more. */
export function onlyLine(change: Partial<PlanInput>): PlanLine {
  const { lines } = plan(input(change));
  if (lines.length !== 1) throw new Error(`Expected one line, got ${lines.length}`);
  return lines[0]!;
}

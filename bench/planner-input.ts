import {
  EMPTY_KEY,
  type Item,
  type Key,
  type Limit,
  type PlanInput,
  type Stock,
} from '../src/shared/planning/types.ts';

const WAREHOUSES = 5;
const DONORS = 2;

/**
 * A trading company's rows: `rows` item × warehouse pairs on five warehouses, each with a balance and a limit of its own.
 * A fifth of the pairs is below the minimum, a third is ordered in packs, every hundredth has an open line. Rows of
 * one item share its key, which is a flat string as a JSON reader gives it.
 */
export function makePlannerInput(rows: number): PlanInput {
  const count = rows / WAREHOUSES;
  const random = seeded(20_240_917);
  const whole = (from: number, to: number) => (from + Math.floor(random() * (to - from + 1))) * 1000;
  const warehouses = Array.from({ length: WAREHOUSES }, (_, at) => ({ key: keyOf(1, at), name: `Склад ${at + 1}` }));
  const items: Item[] = [];
  const limits: Limit[] = [];
  const stock: Stock[] = [];
  const open: PlanInput['open'] = [];

  for (let number = 0; number < count; number += 1) {
    const itemKey = keyOf(2, number);
    items.push({
      key: itemKey,
      name: `Товар ${number}`,
      article: `A-${(number * 7919) % count}`,
      code: String(number),
      unit: 'шт',
      wholeUnits: true,
      type: 'Товар',
      deletionMark: false,
    });
    for (const [at, warehouse] of warehouses.entries()) {
      const warehouseKey = warehouse.key;
      const minimum = whole(5, 40);
      const onHand = random() < 0.2 ? whole(0, 4) : whole(45, 120);
      const onOrder = random() < 0.05 ? whole(1, 10) : 0;
      const pack = random() < 1 / 3 ? { name: 'короб', size: whole(2, 12) } : null;
      // Written out: rows made by spreading one object into another take twice the memory in V8.
      limits.push({ warehouseKey, itemKey, characteristicKey: EMPTY_KEY, minimum, maximum: minimum * 3, pack });
      stock.push({ warehouseKey, itemKey, characteristicKey: EMPTY_KEY, onHand, reserved: 0, free: onHand, onOrder });
      if (at >= DONORS && random() < 0.01) {
        open.push({
          outboxId: keyOf(3, open.length),
          kind: 'order',
          recipientKey: warehouseKey,
          senderKey: null,
          itemKey,
          characteristicKey: EMPTY_KEY,
          expected: whole(1, 20),
          shownBy1C: false,
        });
      }
    }
  }
  return {
    policy: 'fill-to-max',
    recipients: warehouses.slice(DONORS),
    donors: warehouses.slice(0, DONORS),
    items,
    limits,
    stock,
    open,
  };
}

function keyOf(kind: number, number: number): Key {
  const text = `${String(kind).padStart(8, '0')}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** Mulberry32: the same rows on every machine. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

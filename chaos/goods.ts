import type { Dice } from './dice.ts';

/** One item that one shop lacks, and where it can be had. */
export interface Good {
  article: string;
  shop: string;
  stock: number;
  minimum: number;
  maximum: number;
  /** What each donor can give, in the hub's order. */
  first: number;
  second: number;
}

/** A drawn world: its goods as CSV for the sandbox, and how many documents it asks for. */
export interface World {
  csv: string;
  transfers: number;
  orders: number;
}

const SHOPS = ['Магазин Ленина', 'Магазин Гагарина'];
const DONORS = ['Бестужевых', 'Контейнер'] as const;
/** Neither shop nor donor: what lies there must not be touched. */
const STRANGER = 'Склад брака';

/**
 * Draws some 20 needs of every shape: whole from one donor, from both, from a donor and outside, from all three, from
 * outside alone. The minimum lies so close to the maximum that a need with any of its documents missing is a need
 * again: then what is there at the end must be exact, whatever was cancelled or refused on the way.
 */
export function drawWorld(dice: Dice): World {
  const goods = [
    ...several(dice.int(5, 8), () => ({ first: 'all' as const, second: 'none' as const })),
    ...several(dice.int(1, 3), () => ({ first: 'part' as const, second: 'rest' as const })),
    ...several(dice.int(1, 3), () => ({ first: 'part' as const, second: 'none' as const })),
    ...several(dice.int(1, 2), () => ({ first: 'part' as const, second: 'part' as const })),
    ...several(dice.int(5, 8), () => ({ first: 'none' as const, second: 'none' as const })),
  ].map((shape, index) => drawGood(dice, index, shape));
  const rows = goods.flatMap((good) => csvRows(good));
  return {
    csv: ['article,name,warehouse,stock,min,max', ...rows, ...idleRows()].join('\n'),
    transfers: goods.reduce((sum, good) => sum + Number(good.first > 0) + Number(good.second > 0), 0),
    orders: goods.filter((good) => good.stock + good.first + good.second < good.maximum).length,
  };
}

interface Shape {
  first: 'all' | 'part' | 'none';
  second: 'rest' | 'part' | 'none';
}

function drawGood(dice: Dice, index: number, { first, second }: Shape): Good {
  const stock = dice.int(0, 3);
  const maximum = stock + dice.int(9, 40);
  const missing = maximum - stock;
  const fromFirst = first === 'none' ? 0 : first === 'all' ? missing + dice.int(0, 20) : dice.int(2, missing - 5);
  const left = Math.max(0, missing - fromFirst);
  const fromSecond = second === 'none' ? 0 : second === 'rest' ? left + dice.int(0, 9) : dice.int(2, left - 2);
  return {
    article: `X-${String(index + 1).padStart(3, '0')}`,
    shop: dice.pick(SHOPS),
    stock,
    minimum: maximum - 1,
    maximum,
    first: fromFirst,
    second: fromSecond,
  };
}

function csvRows(good: Good): string[] {
  const row = (warehouse: string, stock: number, limits: string) =>
    `${good.article},Товар ${good.article},${warehouse},${stock},${limits}`;
  return [
    row(good.shop, good.stock, `${good.minimum},${good.maximum}`),
    // A donor's row is always there, so that the warehouse exists whatever was drawn.
    row(DONORS[0], good.first, ','),
    row(DONORS[1], good.second, ','),
    row(STRANGER, 50, ','),
  ];
}

/** Both shops exist in every world, each with something that is not lacking: making a document for it is a mistake. */
function idleRows(): string[] {
  return SHOPS.map((shop, index) => `FULL-${index + 1},Товар в достатке ${index + 1},${shop},10,5,10`);
}

const several = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

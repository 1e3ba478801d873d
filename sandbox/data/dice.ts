/** Choices made from one repeatable source of numbers. */
export interface Dice {
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  shuffle<T>(values: T[]): T[];
  guid(): string;
}

export function createDice(random: () => number): Dice {
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  return {
    between,
    chance: (probability) => random() < probability,
    pick: (values) => values[between(0, values.length - 1)]!,
    shuffle(values) {
      const shuffled = [...values];
      for (let last = shuffled.length - 1; last > 0; last -= 1) {
        const other = between(0, last);
        [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
      }
      return shuffled;
    },
    guid() {
      const hex = Array.from({ length: 32 }, () => between(0, 15).toString(16)).join('');
      const variant = '89ab'[between(0, 3)];
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
  };
}

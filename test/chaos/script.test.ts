import { describe, expect, it } from 'vitest';
import { createDice } from '../../chaos/dice.ts';
import { faultsFor } from '../../chaos/faults/catalogue.ts';
import { drawWorld } from '../../chaos/goods.ts';
import { drawScript } from '../../chaos/script.ts';
import { KILL_POINTS } from '../../src/shared/config/testing.ts';

const scripts = (runs: number, seed: number, backend: 'redis' | 'postgres') =>
  Array.from({ length: runs }, (_, index) => drawScript({ backend, seed, runs }, index));

describe.each(['redis', 'postgres'] as const)('a suite on %s', (backend) => {
  it('is the same for the same seed and another for another', () => {
    expect(scripts(10, 7, backend)).toEqual(scripts(10, 7, backend));
    expect(scripts(10, 7, backend)).not.toEqual(scripts(10, 8, backend));
  });

  it.each([1, 5, 20, 100])('of %i runs plans every fault and every kill point', (runs) => {
    for (const seed of [1, 2, 3]) {
      const drawn = scripts(runs, seed, backend);
      const faults = new Set(drawn.flatMap((script) => script.faults.map(({ name }) => name)));
      const points = new Set(drawn.flatMap((script) => script.kills.map(({ point }) => point)));
      expect([...faults].sort()).toEqual([...faultsFor(backend, runs)].sort());
      expect([...points].sort()).toEqual([...KILL_POINTS].sort());
    }
  });
});

it('keeps the long freeze for long suites, and once there', () => {
  expect(faultsFor('redis', 20)).not.toContain('redis-frozen-40s');
  const long = scripts(100, 1, 'redis').filter(({ faults }) => faults.some(({ name }) => name === 'redis-frozen-40s'));
  expect(long.length).toBeGreaterThan(0);
  expect(long.length).toBeLessThan(10);
});

it('draws worlds in which every need with a document missing is a need again', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const [, ...rows] = drawWorld(createDice(seed)).csv.split('\n');
    const cells = rows.map((row) => row.split(','));
    for (const [article, , , stock, minimum, maximum] of cells.filter(([, , , , min]) => min !== '')) {
      if (Number(stock) >= Number(minimum)) continue;
      const missing = Number(maximum) - Number(stock);
      const donors = cells.filter(([a, , warehouse]) => a === article && /Бестужевых|Контейнер/.test(warehouse!));
      let left = missing;
      const parts = donors.map(([, , , has]) => {
        const taken = Math.min(left, Number(has));
        left -= taken;
        return taken;
      });
      for (const part of [...parts, left].filter((one) => one > 0)) {
        expect(Number(maximum) - part).toBeLessThan(Number(minimum));
      }
    }
  }
});

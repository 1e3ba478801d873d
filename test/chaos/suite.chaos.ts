import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Build, buildProject } from '../../chaos/build.ts';
import { summary } from '../../chaos/report.ts';
import type { Backend } from '../../chaos/stack.ts';
import { playSuite } from '../../chaos/suite.ts';
import { PLANTED_BUGS } from '../../src/shared/config/testing.ts';

// Chaos kills and freezes its Redis, so it needs one of its own; the global set-up has told where there is none.
const backends: Backend[] = spawnSync('redis-server', ['--version']).error ? ['postgres'] : ['redis', 'postgres'];

let build: Build;
beforeAll(async () => {
  build = await buildProject();
});
afterAll(() => build.remove());

// One after the other: each has the two processors to itself, and its limit is no matter of luck.
describe('whatever dies,', () => {
  it.for(backends)(
    'each need has its documents once, queues on %s',
    { timeout: 180_000 },
    async (backend, { expect }) => {
      const result = await playSuite({ backend, build, runs: 5, seed: 1, stacks: 2 });
      const told = summary(result);
      expect(told).toMatch(/lost 0, doubled 0, wrong quantity 0$/);
      expect(told).not.toMatch(/NEVER STRUCK|TROUBLES/);
      expect([...result.fired.values(), ...result.hit.values()].filter((times) => times === 0)).toEqual([]);
      expect(result.ok).toBe(true);
    },
  );
});

describe.concurrent('the judge finds within 20 runs', () => {
  it.for(PLANTED_BUGS)('the planted bug %s', { timeout: 240_000 }, async (plant, { expect }) => {
    const result = await playSuite({
      ...{ backend: backends[0]!, build, runs: 20, seed: SEEDS[plant], stacks: 1, plant },
      // A bug may keep rows moving for ever; a hub without one is at rest long before.
      patienceMs: 15_000,
    });
    expect(result.lost + result.doubled + result.wrongQuantity).toBeGreaterThan(0);
    expect(result.ok).toBe(false);
  });
});

/** Any seed finds them; these do so early. */
const SEEDS = { 'no-look': 1, 'no-sweep': 1, 'done-at-enqueue': 1 };

it('a suite whose fault never struck is not passed', async () => {
  const { notStruck } = await import('../../chaos/suite.ts');
  expect(notStruck({ backend: 'postgres', seed: 1, runs: 1 }, []).faults).toContain('worker-killed');
});

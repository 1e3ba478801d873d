import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { playSuite } from '../../chaos/suite.ts';
import { backends } from '../support/hub.ts';

const hub = inject('hubProgram');
const build = { hub, sandbox: path.join(path.dirname(hub), '../../sandbox/main.js'), remove: async () => undefined };

/** Runs that deal every fault and every kill point among them; `npm run test:chaos` plays whole suites. */
const RUNS = 4;

describe('whatever dies,', () => {
  it.each(backends())(
    'each need has its documents once, in a short form of chaos with queues on %s',
    async (backend) => {
      const result = await playSuite({ backend, build, runs: RUNS, seed: 7, stacks: 2, makeUps: 0 });
      const { lost, doubled, wrongQuantity, results } = result;
      const troubles = results.flatMap((one) => one.troubles);
      expect({ lost, doubled, wrongQuantity, troubles }).toEqual({
        lost: 0,
        doubled: 0,
        wrongQuantity: 0,
        troubles: [],
      });
      const struck = (map: ReadonlyMap<string, number>) => [...map.values()].filter((times) => times > 0).length;
      // Not all of them: what a fault hits depends on milliseconds here. A suite makes up for what has missed.
      expect(struck(result.fired)).toBeGreaterThan(result.fired.size / 2);
      expect(struck(result.hit)).toBeGreaterThan(2);
    },
    240_000,
  );
});

import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { playSuite, type Struck } from '../../chaos/suite.ts';
import { backends } from '../support/hub.ts';

const hub = inject('hubProgram');
const build = { hub, sandbox: path.join(path.dirname(hub), '../../sandbox/main.js'), remove: async () => undefined };

/** Runs that deal every fault and every kill point among them; `npm run test:chaos` plays whole suites. */
const RUNS = 4;
/** What a fault hits depends on milliseconds, most of all on a slow machine: so many runs more, where too little has struck. */
const MAKE_UPS = 4;

const struckIn = (map: ReadonlyMap<string, number>) => [...map.values()].filter((times) => times > 0).length;
/** More than half of the faults, and three of the points at which processes are killed. */
const enough = ({ fired, hit }: Struck) => struckIn(fired) > fired.size / 2 && struckIn(hit) > 2;

describe('whatever dies,', () => {
  it.each(backends())(
    'each need has its documents once, in a short form of chaos with queues on %s',
    async (backend) => {
      const result = await playSuite({ backend, build, runs: RUNS, seed: 7, stacks: 2, makeUps: MAKE_UPS, enough });
      const { lost, doubled, wrongQuantity, results } = result;
      const troubles = results.flatMap((one) => one.troubles);
      expect({ lost, doubled, wrongQuantity, troubles }).toEqual({
        lost: 0,
        doubled: 0,
        wrongQuantity: 0,
        troubles: [],
      });
      expect(enough(result), `Too little has struck: ${JSON.stringify([...result.fired, ...result.hit])}`).toBe(true);
    },
    240_000,
  );
});

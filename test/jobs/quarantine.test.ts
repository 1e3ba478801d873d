import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createQuarantine } from '../../src/jobs/quarantine.ts';

const never = new AbortController().signal;
/** Gives every other piece of work its turn. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the quarantine', () => {
  it('never lets one who works alone work beside anybody, whatever comes in whatever order, and lets all of them work', async () => {
    const visitor = fc.record({ alone: fc.boolean(), arrives: fc.nat(6), stays: fc.nat(3), leavesEarly: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(visitor, { maxLength: 20 }), async (visitors) => {
        const quarantine = createQuarantine();
        const inside = { alone: 0, beside: 0 };
        const ends = visitors.map(async ({ alone, arrives, stays, leavesEarly }) => {
          for (let n = 0; n < arrives; n += 1) await turn();
          const gone = new AbortController();
          const place = alone ? quarantine.enterAlone(gone.signal) : quarantine.enter(gone.signal);
          if (leavesEarly) gone.abort();
          const leave = await place.catch(() => null);
          if (leave === null) return 'left';
          inside[alone ? 'alone' : 'beside'] += 1;
          for (let n = 0; n <= stays; n += 1) {
            expect(inside.alone === 0 || (inside.alone === 1 && inside.beside === 0)).toBe(true);
            await turn();
          }
          inside[alone ? 'alone' : 'beside'] -= 1;
          leave();
          leave();
          return 'worked';
        });
        const told = await Promise.all(ends);
        expect(told.every((one, n) => one === 'worked' || visitors[n]?.leavesEarly)).toBe(true);
      }),
    );
  });

  it('lets nobody new in while one waits to work alone, and lets them in when that one gives up', async () => {
    const quarantine = createQuarantine();
    const leave = await quarantine.enter(never);
    const stop = new AbortController();
    const alone = quarantine.enterAlone(stop.signal).catch(() => 'gave up');
    let late = false;
    const enter = quarantine.enter(never).then(() => {
      late = true;
    });
    await turn();
    expect(late).toBe(false);
    stop.abort();
    expect(await alone).toBe('gave up');
    await enter;
    expect(late).toBe(true);
    leave();
  });

  it('gives no place to one who is woken and told to stop in the same turn', async () => {
    const quarantine = createQuarantine();
    const leave = await quarantine.enterAlone(never);
    const stop = new AbortController();
    const place = quarantine.enter(stop.signal);
    await turn();
    leave();
    stop.abort(new Error('stopped'));
    await expect(place).rejects.toThrow('stopped');
  });

  it('leaves nothing on the signal of a worker that lives long, however often somebody waited', async () => {
    const quarantine = createQuarantine();
    const worker = new AbortController().signal;
    const leave = await quarantine.enterAlone(worker);
    const waiting = Array.from({ length: 5 }, () => quarantine.enterAlone(worker));
    leave();
    // Of those that are woken together one goes in, and the others wait once more.
    for (const place of waiting) (await place)();
    expect(getEventListeners(worker, 'abort')).toHaveLength(0);
  });
});

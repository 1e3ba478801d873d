import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLocalBudget } from '../../src/shared/moysklad/budget.ts';
import { manualClock } from './world.ts';

/** Lets everything that can go on without time passing go on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the budget within one process', () => {
  it('never lets a window of the other side see more than the limit, however late requests arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            units: fc.integer({ min: 1, max: 15 }),
            takesMs: fc.integer({ min: 0, max: 2500 }),
            // At which part of its time the request reaches the other side.
            lateness: fc.constantFrom(0, 0.5, 1),
          }),
          { minLength: 1, maxLength: 60 },
        ),
        async (calls) => {
          const clock = manualClock();
          const budget = createLocalBudget({ clock });
          const arrivals: { at: number; units: number }[] = [];
          let inFlight = 0;
          let most = 0;
          let done = 0;
          for (const { units, takesMs, lateness } of calls) {
            void budget.take(units).then(async (slot) => {
              inFlight += 1;
              most = Math.max(most, inFlight);
              arrivals.push({ at: clock.now().getTime() + takesMs * lateness, units });
              await clock.sleep(takesMs);
              inFlight -= 1;
              done += 1;
              await slot.release();
            });
          }
          while (done < calls.length) {
            await settle();
            const next = clock.next();
            if (next !== null) clock.advance(Math.max(0, next - clock.now().getTime()));
          }
          expect(most).toBeLessThanOrEqual(5);
          for (const { at } of arrivals) {
            const seen = arrivals.filter((other) => other.at > at - 3000 && other.at <= at);
            expect(seen.reduce((sum, { units }) => sum + units, 0)).toBeLessThanOrEqual(45);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('serves in the order of asking', async () => {
    const clock = manualClock();
    const budget = createLocalBudget({ clock, parallel: 1 });
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3, 4].map(async (number) => {
        const slot = await budget.take(1);
        order.push(number);
        await slot.release();
      }),
    );
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it('gives up a waiting place when aborted, and the next in the row goes on', async () => {
    const clock = manualClock();
    const budget = createLocalBudget({ clock, parallel: 1 });
    const first = await budget.take(1);
    const stopped = new AbortController();
    const second = budget.take(1, stopped.signal);
    const third = budget.take(1);
    const fourth = budget.take(1, stopped.signal);
    const failures = Promise.allSettled([second, fourth]);
    stopped.abort(new Error('stopping'));
    expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await first.release();
    await (await third).release();
  });

  it('frees the place of a call that was never released', async () => {
    const clock = manualClock();
    const budget = createLocalBudget({ clock, parallel: 1, inFlightMs: 60_000 });
    const forgotten = await budget.take(1);
    let taken = false;
    const second = budget.take(1).then((slot) => {
      taken = true;
      return slot.release();
    });
    await settle();
    clock.advance(59_999);
    await settle();
    expect(taken).toBe(false);
    clock.advance(1);
    await second;
    await forgotten.release();
  });

  it('gives nothing while it is held', async () => {
    const clock = manualClock();
    const budget = createLocalBudget({ clock });
    await budget.hold(5000);
    let taken = false;
    const waiting = budget.take(1).then(() => {
      taken = true;
    });
    await settle();
    clock.advance(4999);
    await settle();
    expect(taken).toBe(false);
    clock.advance(1);
    await waiting;
  });

  it('refuses at once what can never fit', async () => {
    const budget = createLocalBudget({ clock: manualClock() });
    await expect(budget.take(46)).rejects.toThrow('46 units can never fit: allowed are 1 to 45');
    await expect(budget.take(0)).rejects.toThrow(RangeError);
  });
});

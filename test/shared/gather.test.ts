import { describe, expect, it } from 'vitest';
import { gather } from '../../src/shared/async/gather.ts';

/** Work that stays under way until it is let go, so that a test decides what comes meanwhile. */
function gate() {
  const batches: number[][] = [];
  const release: (() => void)[] = [];
  const work = async (calls: readonly number[]) => {
    batches.push([...calls]);
    await new Promise<void>((resolve) => release.push(resolve));
    return calls.map((call) => call * 10);
  };
  return { batches, release, work };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('calls that are gathered', () => {
  it('go at once when nothing is under way, and together when something is', async () => {
    const { batches, release, work } = gate();
    const call = gather(work, { most: 100 });
    const first = call(1);
    await turn();
    expect(batches).toEqual([[1]]);
    const others = [call(2), call(3), call(4)];
    await turn();
    expect(batches).toEqual([[1]]);
    release.shift()!();
    expect(await first).toBe(10);
    await turn();
    expect(batches).toEqual([[1], [2, 3, 4]]);
    release.shift()!();
    expect(await Promise.all(others)).toEqual([20, 30, 40]);
  });

  it('are never more than `most` at a time, and none is forgotten', async () => {
    const sizes: number[] = [];
    const call = gather(
      async (calls: readonly number[]) => {
        sizes.push(calls.length);
        await turn();
        return calls;
      },
      { most: 3 },
    );
    const all = Array.from({ length: 10 }, (_, n) => n);
    expect(await Promise.all(all.map(call))).toEqual(all);
    expect(Math.max(...sizes)).toBe(3);
  });

  it('each fail for their own reason only: a batch that fails is tried call by call', async () => {
    const call = gather(
      async (calls: readonly number[]) => {
        if (calls.includes(2)) throw new Error(calls.length > 1 ? 'the batch' : 'its own');
        return calls;
      },
      { most: 100 },
    );
    const ends = await Promise.allSettled([1, 2, 3].map(call));
    expect(ends).toMatchObject([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: { message: 'its own' } },
      { status: 'fulfilled', value: 3 },
    ]);
    expect(await call(4)).toBe(4);
  });

  it('share an error that would be the same for each', async () => {
    let asked = 0;
    const call = gather(
      async () => {
        asked += 1;
        throw new Error('away');
      },
      { most: 100, apart: () => false },
    );
    const ends = await Promise.allSettled([1, 2, 3].map(call));
    expect(ends).toMatchObject(Array(3).fill({ reason: { message: 'away' } }));
    expect(asked).toBe(1);
  });

  it('go on after one that failed alone', async () => {
    const call = gather(
      async (calls: readonly number[]) => {
        if (calls[0] === 1) throw new Error('no');
        return calls;
      },
      { most: 1 },
    );
    await expect(call(1)).rejects.toThrow('no');
    expect(await call(2)).toBe(2);
  });
});

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { retryLater } from '../../src/shared/errors/outcome.ts';
import { noteDown, noteUp } from '../../src/shared/outbox/system-gate.ts';
import { backoffMs } from '../../src/workers/outcomes.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const SECOND = 1_000;
const LONGEST = 5 * 60 * SECOND;
const attempt = fc.integer({ min: 1, max: 1_000 });
const chance = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

describe('the pause before another try', () => {
  it('lies between 1 s and 5 min, whatever the try and the chance', () => {
    fc.assert(
      fc.property(attempt, chance, (made, random) => {
        const pause = backoffMs(made, new Error('x'), () => random);
        expect(Number.isInteger(pause)).toBe(true);
        expect(pause).toBeGreaterThanOrEqual(SECOND);
        expect(pause).toBeLessThanOrEqual(LONGEST);
      }),
    );
  });

  it('never shrinks from one try to the next at equal chance, and doubles until it is near the longest', () => {
    fc.assert(
      fc.property(attempt, chance, (made, random) => {
        const [now, next] = [backoffMs(made, null, () => random), backoffMs(made + 1, null, () => random)];
        expect(next).toBeGreaterThanOrEqual(now);
        if (made < 8) expect(Math.abs(next - 2 * now)).toBeLessThanOrEqual(made < 7 ? 2 : LONGEST);
      }),
    );
  });

  it('is spread: documents that failed together do not come back together', () => {
    fc.assert(
      fc.property(attempt, chance, chance, (made, one, other) => {
        const [first, second] = [one, other].map((random) => backoffMs(made, null, () => random)) as [number, number];
        if (Math.abs(one - other) > 0.01) expect(first).not.toBe(second);
        expect(Math.max(first, second)).toBeLessThanOrEqual(2 * Math.min(first, second) + 1);
      }),
    );
  });

  it('is never shorter than the other system asked for', () => {
    fc.assert(
      fc.property(attempt, chance, fc.integer({ min: 0, max: 3_600_000 }), (made, random, retryAfterMs) => {
        const error = retryLater({ code: 'later', message: 'm', retryAfterMs });
        expect(backoffMs(made, error, () => random)).toBeGreaterThanOrEqual(retryAfterMs);
        expect(backoffMs(made, new Error('wrapped', { cause: error }), () => random)).toBeGreaterThanOrEqual(
          retryAfterMs,
        );
      }),
    );
  });
});

describe('the gate of a system that is down', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(() => up());
  const reason = { code: 'down', message: '1С не отвечает' };
  /** The database keeps milliseconds. */
  const ROUNDING = 1;
  const down = () => database.db.transaction((tx) => noteDown(tx, '1c', reason));
  const up = () => noteUp(database.db.prisma, '1c');
  const state = () => database.db.prisma.systemState.findUniqueOrThrow({ where: { system: '1c' } });
  /** Lets the pause that runs now have ended. */
  const pauseOver = () =>
    database.db.prisma.$executeRaw`update system_states set next_probe_at = clock_timestamp() - interval '1 ms'`;

  it('doubles its pause with every probe that fails, from 1 s to at most 60 s, for as long as it takes', async () => {
    const waits: number[] = [];
    for (let probe = 0; probe < 40; probe += 1) {
      waits.push((await down()).waitMs);
      await pauseOver();
    }
    const expected = Array.from({ length: 40 }, (_, n) => Math.min(60_000, 1_000 * 2 ** n));
    waits.forEach((wait, n) => {
      expect(wait).toBeLessThanOrEqual(expected[n]! + ROUNDING);
      expect(wait).toBeGreaterThan(expected[n]! - 250);
    });
    await up();
  });

  it('counts failures of the same moment once: the pause is one pause, and one of them tells that the system fell', async () => {
    // A pause that outlasts the twenty, however busy the machine is.
    const named = { ...reason, retryAfterMs: 30_000 };
    const together = () =>
      Promise.all(Array.from({ length: 20 }, () => database.db.transaction((tx) => noteDown(tx, '1c', named))));
    const answers = await together();
    expect(await state()).toMatchObject({ state: 'down', failures: 1, reasonCode: 'down' });
    expect(Math.max(...answers.map((one) => one.waitMs))).toBeLessThanOrEqual(30_000 + ROUNDING);
    expect(answers.filter((one) => one.fell)).toHaveLength(1);
    await pauseOver();
    await together();
    expect(await state()).toMatchObject({ failures: 2 });
    await up();
  });

  it('says since when, and keeps that while it lasts', async () => {
    const { since } = await down();
    await pauseOver();
    expect((await down()).since).toEqual(since);
    expect(await up()).toEqual(since);
  });

  it('opens at the first success, told once, and starts small at the next fall', async () => {
    for (let probe = 0; probe < 5; probe += 1) {
      await down();
      await pauseOver();
    }
    const told = await Promise.all(Array.from({ length: 10 }, up));
    expect(told.filter((since) => since !== null)).toHaveLength(1);
    expect(await state()).toMatchObject({ state: 'up', failures: 0, reason: null, nextProbeAt: null });
    const again = await down();
    expect(again).toMatchObject({ fell: true });
    expect(again.waitMs).toBeLessThanOrEqual(1_000 + ROUNDING);
    await up();
  });

  it('waits for a time that the system named, where that is longer', async () => {
    const named = { ...reason, retryAfterMs: 90_000 };
    const { waitMs } = await database.db.transaction((tx) => noteDown(tx, '1c', named));
    expect(waitMs).toBeGreaterThan(89_000);
    await up();
  });

  it('of one system leaves the other open', async () => {
    await down();
    expect(await noteUp(database.db.prisma, 'moysklad')).toBeNull();
    expect(await state()).toMatchObject({ state: 'down' });
    await up();
  });
});

import { describe, expect, it } from 'vitest';
import type { RunState } from '../../src/cli/follow-run.ts';
import { createPatience, waitingFor } from '../../src/cli/scan/patience.ts';

const state = (change: Partial<RunState> = {}): RunState => ({
  status: 'queued',
  phase: null,
  progress: {},
  counts: {},
  transfers: {},
  orders: {},
  error: null,
  down: [],
  ...change,
});

describe('patience with a run', () => {
  const waiting = () => {
    let nowMs = 0;
    const patience = createPatience(10_000, () => nowMs);
    return (afterMs: number, change: Partial<RunState> = {}) => {
      nowMs += afterMs;
      return patience.isOver(state(change));
    };
  };

  it('ends when nothing has moved for the time given', () => {
    const look = waiting();
    expect([look(0), look(9_999), look(1)]).toEqual([false, false, true]);
  });

  it('begins anew with each page read and each document made', () => {
    const look = waiting();
    const reading = (done: number) => ({ status: 'running', progress: { phase: 'balances', done, total: 3 } }) as const;
    const made = (done: number) => ({ status: 'completed', transfers: { done, queued: 3 - done } }) as const;
    expect([look(9_000, reading(1)), look(9_000, reading(2)), look(9_000, made(0)), look(9_000, made(1))]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(look(10_000, made(1))).toBe(true);
  });

  it('is not renewed by trying the same again: a run that is put back and read anew from the start', () => {
    const look = waiting();
    const again = { status: 'running', progress: { phase: 'limits', done: 5 } } as const;
    look(0, again);
    for (let n = 0; n < 4; n += 1) {
      look(1_000, { status: 'queued', error: '1С недоступна' });
      look(1_000, again);
    }
    expect(look(2_000, again)).toBe(true);
  });
});

describe('the reason of waiting', () => {
  it.each<[Partial<RunState>, RegExp]>([
    [{ error: '1С не приняла имя или пароль.', down: ['1С лежит'] }, /^1С не приняла имя или пароль\.$/],
    [{ down: ['МойСклад не отвечает.'] }, /^МойСклад не отвечает\.$/],
    [{}, /никто не взял/],
    [{ status: 'running' }, /не движется/],
    [{ status: 'completed', orders: { queued: 2, done: 5 }, transfers: { sending: 1 } }, /не созданы: 3/],
  ])('of %j', (change, words) => {
    expect(waitingFor(state(change))).toMatch(words);
  });
});

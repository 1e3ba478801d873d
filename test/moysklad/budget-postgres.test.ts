import { type EventEmitter, once } from 'node:events';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMoySkladSandbox } from '../../sandbox/moysklad/moysklad.ts';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { createPostgresBudget, type PostgresBudgetOptions } from '../../src/shared/moysklad/budget.ts';
import { createMoySklad } from '../../src/shared/moysklad/moysklad.ts';
import { serveApi } from '../sandbox/moysklad-world.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/hub.ts';
import { AGENT, command, dataset, firstTry, item, line, ORGANIZATION, TOKEN } from './world.ts';

let database: TestDatabase;
/** Each stands for a process: its own pool, its own row of waiting callers. */
let pools: pg.Pool[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  pools = [1, 2, 3].map(openPool);
});
beforeEach(async () => {
  await database.db.pool.query('delete from api_calls');
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await Promise.all(disconnected);
  await database.drop();
});

/** `pool.end()` does not wait for its connections to be gone, and dropping the database would cut them. */
const disconnected: Promise<unknown>[] = [];
function openPool(): pg.Pool {
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  pool.on('connect', (client) => disconnected.push(once(client as unknown as EventEmitter, 'end')));
  return pool;
}

const budgetOf = (process: number, more: Partial<PostgresBudgetOptions> = {}) =>
  createPostgresBudget({ pool: pools[process]!, name: 'moysklad', clock: systemClock, ...more });

/** One call at a time, and 300 ms for a process to show that it lives. */
const BRIEF = { parallel: 1, inFlightMs: 300 };

async function rows<Row>(sql: string): Promise<Row[]> {
  return (await database.db.pool.query(sql)).rows as Row[];
}

describe('the budget shared by processes', () => {
  it('lets no window see more than the limit and no more calls run at once, though three processes ask together', async () => {
    const limits = { units: 15, windowMs: 200, parallel: 4 };
    const budgets = [0, 1, 2].map((process) => budgetOf(process, limits));
    const spans: { from: number; to: number; units: number }[] = [];
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const units = (index % 3) + 1;
        const slot = await budgets[index % 3]!.take(units);
        const from = performance.now();
        await systemClock.sleep(index % 5);
        spans.push({ from, to: performance.now(), units });
        await slot.release();
      }),
    );
    expect(spans).toHaveLength(60);
    for (const { to } of spans) {
      // From the earliest moment a call may arrive to the latest: nothing in between may pass the limit.
      const seen = spans.filter((other) => other.to > to - limits.windowMs && other.from <= to && other.to <= to);
      expect(seen.reduce((sum, { units }) => sum + units, 0)).toBeLessThanOrEqual(limits.units);
      expect(spans.filter((other) => other.from < to && other.to >= to).length).toBeLessThanOrEqual(limits.parallel);
    }
  });

  it('says within one round trip when the window has place again, and waits just so long', async () => {
    const slept: number[] = [];
    const clock = {
      ...systemClock,
      sleep: (ms: number, signal?: AbortSignal) => {
        slept.push(ms);
        return systemClock.sleep(ms, signal);
      },
    };
    const budget = budgetOf(0, { units: 3, windowMs: 300, clock });
    await (await budget.take(3)).release();
    await (await budget.take(3)).release();
    expect(slept.length).toBeLessThanOrEqual(2);
    expect(slept[0]).toBeGreaterThan(200);
    expect(slept[0]).toBeLessThanOrEqual(300);
  });

  it('gives a place that is released in this process to the next one without waiting for the poll', async () => {
    let wokenEarly = false;
    const clock = {
      ...systemClock,
      sleep: (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((_resolve, reject) => {
          signal!.addEventListener('abort', () => {
            wokenEarly = true;
            reject(signal!.reason);
          });
          void first.release();
        }),
    };
    const budget = budgetOf(0, { parallel: 1, clock });
    const first = await budget.take(1);
    await (await budget.take(1)).release();
    expect(wokenEarly).toBe(true);
  });

  it('frees the place of a process that died in the middle of a call', async () => {
    const pool = openPool();
    const dead = await createPostgresBudget({ pool, name: 'moysklad', clock: systemClock, ...BRIEF }).take(1);
    await pool.end();
    const slot = await budgetOf(1, BRIEF).take(1);
    await slot.release();
    const calls = await rows<{ ended: boolean }>('select ended_at is not null as ended from api_calls order by id');
    expect(calls.map(({ ended }) => ended)).toEqual([false, true]);
    await dead.release();
  });

  it('keeps the place of a call that takes longer than a dead process is given', async () => {
    const slow = await budgetOf(0, BRIEF).take(1);
    let taken = false;
    const other = budgetOf(1, BRIEF)
      .take(1)
      .then((slot) => {
        taken = true;
        return slot.release();
      });
    const lifeMs = () =>
      rows<{ ms: number }>('select extract(epoch from expires_at - started_at) * 1000 as ms from api_calls');
    await until(
      'a life thrice as long as a dead process has',
      async () => (await lifeMs())[0]!.ms > BRIEF.inFlightMs * 3,
    );
    expect(taken).toBe(false);
    await slow.release();
    await other;
  });

  it('makes every process wait while one was told to hold', async () => {
    await budgetOf(0).hold(400);
    const started = performance.now();
    await (await budgetOf(1).take(1)).release();
    expect(performance.now() - started).toBeGreaterThan(380);
  });

  it('does not count the calls of another budget, and clears its own old rows in passing', async () => {
    const flying = await budgetOf(0, { name: 'other', units: 1 }).take(1);
    // Kept for a window and a life: by the time of the third the first is gone.
    for (let call = 0; call < 3; call += 1) {
      await (await budgetOf(0, { units: 1, windowMs: 100, inFlightMs: 90 }).take(1)).release();
    }
    const calls = await rows<{ budget: string; count: number }>(
      'select budget, count(*)::int as count from api_calls group by budget order by budget',
    );
    expect(calls).toEqual([
      { budget: 'moysklad', count: 2 },
      { budget: 'other', count: 1 },
    ]);
    await flying.release();
  });

  it('takes a name with quotes and backslashes for a name', async () => {
    const name = `it's "a" \\ name`;
    await (await budgetOf(0, { name }).take(1)).release();
    expect(await rows('select budget from api_calls')).toEqual([{ budget: name }]);
  });

  it('does not fail finished work when the release cannot be written', async () => {
    const pool = openPool();
    const slot = await createPostgresBudget({ pool, name: 'moysklad', clock: systemClock }).take(1);
    await pool.end();
    await expect(slot.release()).resolves.toBeUndefined();
  });
});

describe('three processes with one budget', () => {
  it('make 45 orders within МойСклад’s basket and parallel limit, without one 429', async () => {
    const sandbox = createMoySkladSandbox({
      dataset: dataset([item('A-1')]),
      token: TOKEN,
      weight: 3,
      windowMs: 300,
    });
    const api = await serveApi(sandbox.app);
    const processes = [0, 1, 2].map((process) =>
      createMoySklad(
        { url: api.url, token: TOKEN, organization: ORGANIZATION, agent: AGENT, matchBy: 'article', weight: 3 },
        { budget: budgetOf(process, { windowMs: 310 }), log: silentLog, clock: systemClock },
      ),
    );
    await Promise.all(
      Array.from({ length: 45 }, (_, index) =>
        processes[index % 3]!.makeOrder(
          command([line('A-1')], {
            key: `00000000-0000-5000-8000-${String(index).padStart(12, '0')}`,
            outboxId: `outbox-${index}`,
          }),
          firstTry,
        ),
      ),
    );
    expect(sandbox.orders()).toHaveLength(45);
    expect(sandbox.stats()).toMatchObject({ rejected429: 0 });
    await Promise.all(processes.map((process) => process.close()));
    await api.close();
  });
});

import type { Context } from 'hono';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/shared/clock/clock.ts';
import {
  type Budget,
  type BudgetLimits,
  budgetName,
  createLocalBudget,
  createPostgresBudget,
} from '../../src/shared/moysklad/budget.ts';
import { createMoySklad, type MoySklad } from '../../src/shared/moysklad/moysklad.ts';
import { closeAfterEach } from '../support/closing.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { AGENT, command, failureOf, firstTry, line, manualClock, ORGANIZATION, startWorld, TOKEN } from './world.ts';

let database: TestDatabase;
const closing = closeAfterEach();
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.db.pool.query('truncate api_calls, api_failures');
});
afterAll(() => database.drop());

const shared = (more: Partial<BudgetLimits> = {}, clock: Clock = systemClock) =>
  createPostgresBudget({ pool: database.db.pool as pg.Pool, name: 'moysklad', clock, ...more });
const kinds: [string, (more: Partial<BudgetLimits>) => Budget][] = [
  ['of one process', (more) => createLocalBudget({ clock: systemClock, ...more })],
  ['of all processes', (more) => shared(more)],
];

/** How many places can be taken at once before one has to wait. */
async function free(budget: Budget, units = 1): Promise<number> {
  const slots = [];
  for (;;) {
    const gaveUp = new AbortController();
    const slot = await Promise.race([
      budget.take(units, gaveUp.signal).catch(() => null),
      systemClock.sleep(40).then(() => null),
    ]);
    if (slot === null) {
      gaveUp.abort();
      break;
    }
    slots.push(slot);
  }
  await Promise.all(slots.map((slot) => slot.release()));
  return slots.length;
}

describe.each(kinds)('the budget %s', (_name, create) => {
  it('counts what others take under the same credentials, by what an answer says is left, and only once', async () => {
    const budget = create({ units: 45, windowMs: 5000, parallel: 100 });
    const slot = await budget.take(3);
    const other = await budget.take(3);
    // МойСклад sees 36 of 45 taken: 6 are ours.
    await slot.release({ left: 9 / 45 });
    await other.release({ left: 9 / 45 });
    expect(await free(budget, 3)).toBe(3);
  });

  it('waits as long as an answer says where its own count would let a request go, and no longer', async () => {
    const budget = create({ units: 45, windowMs: 5000, parallel: 100 });
    const startedMs = performance.now();
    await (await budget.take(3)).release({ waitMs: 400 });
    await (await budget.take(3)).release();
    expect(performance.now() - startedMs).toBeGreaterThan(380);
    expect(performance.now() - startedMs).toBeLessThan(1500);
  });

  it('does not wait twice for what it has counted itself', async () => {
    const budget = create({ units: 6, windowMs: 300, parallel: 100 });
    const first = await budget.take(3);
    const second = await budget.take(3);
    await first.release({ left: 0, waitMs: 2000 });
    await second.release({ left: 0, waitMs: 2000 });
    const startedMs = performance.now();
    await (await budget.take(3)).release();
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  it('believes itself where МойСклад counts less: its own window is the stricter one', async () => {
    const budget = create({ units: 45, windowMs: 5000, parallel: 100 });
    await (await budget.take(30)).release({ left: 1, waitMs: 0 });
    expect(await free(budget, 3)).toBe(5);
  });

  it('works with one place fewer after «too many at once», after a pause, and never with none', async () => {
    const budget = create({ units: 1000, windowMs: 10, parallel: 3, minuteMs: 60_000 });
    const startedMs = performance.now();
    await budget.narrow();
    await (await budget.take(1)).release();
    expect(performance.now() - startedMs).toBeGreaterThan(900);
    expect(await free(budget)).toBe(2);
    await Promise.all([budget.narrow(), budget.narrow(), budget.narrow()]);
    await (await budget.take(1)).release();
    expect(await free(budget)).toBe(1);
  });

  it('stops everybody when one failure comes too often within a minute, and lets them go on after it', async () => {
    const budget = create({ failures: 3, minuteMs: 300, windowMs: 1 });
    expect(await budget.failed('read /entity/x 404')).toBe(false);
    expect(await budget.failed('read /entity/y 404')).toBe(false);
    expect(await budget.failed('read /entity/x 404')).toBe(false);
    const startedMs = performance.now();
    expect(await budget.failed('read /entity/x 404')).toBe(true);
    await (await budget.take(1)).release();
    expect(performance.now() - startedMs).toBeGreaterThan(280);
    expect(await budget.failed('read /entity/x 404')).toBe(false);
  });
});

describe('the name of a budget', () => {
  it('is the credentials’ own, the same in every process, and does not tell them', () => {
    expect(budgetName({ token: TOKEN })).toBe(budgetName({ token: TOKEN, login: 'ignored beside a token' }));
    expect(budgetName({ token: TOKEN })).not.toBe(budgetName({ token: 'another' }));
    expect(budgetName({ login: 'admin@x' })).not.toBe(budgetName({ login: 'other@x' }));
    expect(budgetName({ token: TOKEN })).not.toContain(TOKEN);
  });
});

describe('429', () => {
  it.each([
    [
      '1049, too many in the window: waits as many milliseconds as it names',
      1049,
      '429002',
      { hold: [700], narrow: 0 },
    ],
    ['1073, too many at once: works with fewer at once', 1073, '429005', { hold: [], narrow: 1 }],
  ])('%s', async (_what, code, auth, expected) => {
    const seen = { hold: [] as number[], narrow: 0 };
    const inner = createLocalBudget({ clock: systemClock, units: 1000 });
    const budget: Budget = {
      ...inner,
      async hold(ms) {
        seen.hold.push(ms);
      },
      async narrow() {
        seen.narrow += 1;
      },
    };
    const world = await startWorld({
      budget,
      fault: async () =>
        new Response(JSON.stringify({ errors: [{ error: 'Превышено ограничение', code }] }), {
          status: 429,
          headers: {
            'content-type': 'application/json',
            'X-Lognex-Auth': auth,
            'X-Lognex-Retry-After': code === 1049 ? '700' : '0',
          },
        }),
    });
    closing(world.stop);
    const failure = await failureOf(world.moysklad.ping());
    expect(failure.outcome).toBe('not-now');
    expect(failure.retryAfterMs).toBe(code === 1049 ? 700 : 1000);
    expect(seen).toEqual(expected);
  });
});

describe('three processes with one user’s token', () => {
  /** Ten-fold speed: 300 ms for МойСклад's 3 s. */
  const SPEED = { windowMs: 302, parallel: 5 };

  it('keep to 15 requests in a window before midnight of 1 December in Moscow and to 11 after it, without one 429', async () => {
    const midnight = Date.parse('2026-12-01T00:00:00+03:00');
    // Ten seconds of care before midnight, and two seconds more.
    const offset = midnight - 12_000 - Date.now();
    const clock: Clock = { now: () => new Date(Date.now() + offset), sleep: systemClock.sleep };
    let jumped = 0;
    const nowMs = () => clock.now().getTime() + jumped;
    const admitted: number[] = [];
    const world = await startWorld({
      sandbox: {
        basket: 45,
        maxParallel: 5,
        windowMs: 300,
        now: nowMs,
        weight: (now) => (now >= midnight ? 4 : 3),
        work: async () => {
          admitted.push(nowMs());
        },
      },
    });
    closing(world.stop);
    const config = {
      url: world.url,
      token: TOKEN,
      organization: ORGANIZATION,
      agent: AGENT,
      matchBy: 'article' as const,
    };
    const jumping: Clock = { now: () => new Date(nowMs()), sleep: systemClock.sleep };
    const processes: MoySklad[] = [0, 1, 2].map(() =>
      createMoySklad(config, { budget: shared(SPEED), log: world.log, clock: jumping }),
    );
    closing(() => Promise.all(processes.map((process) => process.close())));
    const pings = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, index) => processes[index % 3]!.ping()));
    await pings(45);
    const before = admitted.length;
    // From two seconds before the care begins to its first moment; then past midnight while requests are under way.
    jumped = 2_000;
    const during = pings(22);
    await systemClock.sleep(400);
    jumped = 12_000;
    await during;
    await pings(44);
    expect(world.sandbox.stats()).toMatchObject({ rejected429: 0 });
    expect(world.sandbox.stats().maxInFlight).toBeLessThanOrEqual(5);
    const most = (times: number[]) =>
      Math.max(...times.map((at) => times.filter((other) => other > at - 300 && other <= at).length));
    const cheap = most(admitted.slice(0, before));
    expect(cheap).toBeGreaterThan(11);
    expect(cheap).toBeLessThanOrEqual(15);
    expect(most(admitted.slice(before + 22))).toBeLessThanOrEqual(11);
  });
});

describe('a hub that meets nothing but failures', () => {
  const wrong = (status: number, code?: number, method?: string) => async (c: Context) =>
    method !== undefined && c.req.method !== method
      ? null
      : new Response(code === undefined ? '<html></html>' : JSON.stringify({ errors: [{ error: 'Нет', code }] }), {
          status,
          headers: { 'content-type': code === undefined ? 'text/html' : 'application/json' },
        });

  it.each([
    ['429 code 1049', wrong(429, 1049)],
    ['429 code 1073', wrong(429, 1073)],
    ['401', wrong(401, 1056)],
    ['403', wrong(403, 1016)],
    ['412 code 3000 for every order', wrong(412, 3000, 'POST')],
    ['404 for everything', wrong(404, 1021)],
    ['500', wrong(500, 1036)],
    ['502 as HTML', wrong(502)],
    ['503', wrong(503, 1074)],
  ])('never comes near МойСклад’s switch-off: %s', async (what, fault) => {
    const clock = manualClock();
    const inner = createLocalBudget({ clock });
    let flying = 0;
    const budget: Budget = {
      ...inner,
      async take(units, signal) {
        const slot = await inner.take(units, signal);
        flying += 1;
        return {
          async release(told) {
            await slot.release(told);
            flying -= 1;
          },
        };
      },
    };
    const world = await startWorld({ clock, budget, sandbox: { now: () => clock.now().getTime() } });
    closing(world.stop);
    const { url, answered } = await world.inFront(fault);
    const hub = createMoySklad(
      { url, token: TOKEN, organization: ORGANIZATION, agent: AGENT, matchBy: 'article' },
      { budget, log: world.log, clock },
    );
    closing(() => hub.close());
    // At five requests a second these would be 300 a minute.
    let left = 260;
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        const asked = what.includes('order') ? hub.makeOrder(command([line('A-1')]), firstTry) : hub.ping();
        await asked.catch(() => undefined);
      }
    };
    let working = true;
    const work = Promise.all(Array.from({ length: 12 }, worker)).finally(() => {
      working = false;
    });
    while (working) {
      await new Promise(setImmediate);
      const next = clock.next();
      // Time stands still while an answer is on its way, else it would run ahead of the requests.
      if (next !== null && flying === 0) clock.advance(Math.max(0, next - clock.now().getTime()));
    }
    await work;
    expect(answered()).toBeGreaterThan(0);
    expect(world.sandbox.stats().accessDisabled).toBe(false);
    const { failures, rejections } = world.sandbox.stats().peaks;
    expect(Math.max(failures, rejections)).toBeLessThanOrEqual(50);
  });
});

import { type Context, Hono, type MiddlewareHandler } from 'hono';
import type { DatasetItem } from '../../sandbox/data/dataset.ts';
import { createMoySkladSandbox, type MoySkladSandboxOptions } from '../../sandbox/moysklad/moysklad.ts';
import { codeOf } from '../../sandbox/moysklad/switch-off.ts';
import type { Clock } from '../../src/shared/clock/clock.ts';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { OutcomeError } from '../../src/shared/errors/outcome.ts';
import { type Log, silentLog } from '../../src/shared/log/log.ts';
import {
  type Budget,
  createLocalBudget,
  createMoySklad,
  type FoundLink,
  type MoySkladConfig,
  type OrderCommand,
  type OrderLine,
} from '../../src/shared/moysklad/moysklad.ts';
import { EMPTY_KEY } from '../../src/shared/planning/types.ts';
import { dataset, item, serveApi, TOKEN } from '../sandbox/moysklad-world.ts';

export const ORGANIZATION = 'ООО «Бизнес Медиа»';
export const AGENT = 'Пополнение магазинов';
export const KEY = '3f0c7d0e-6b0e-5c64-9d7d-2f5b9a1c0e77';
export const OUTBOX_ID = '018f2b8c-0000-7000-8000-000000000001';

export { dataset, item, TOKEN };

export interface WorldOptions {
  items?: DatasetItem[];
  sandbox?: Partial<MoySkladSandboxOptions>;
  config?: Partial<MoySkladConfig>;
  clock?: Clock;
  log?: Log;
  budget?: Budget;
  /** Stands before the sandbox: scripted faults. */
  fault?: MiddlewareHandler;
}

/** A sandbox behind HTTP and an adapter that talks to it, with a budget wide enough not to be felt. */
export async function startWorld(options: WorldOptions = {}) {
  const sandbox = createMoySkladSandbox({
    dataset: dataset(options.items ?? [item('A-1'), item('A-2')]),
    token: TOKEN,
    basket: 100_000,
    maxParallel: 1000,
    ...options.sandbox,
  });
  const requests: { method: string; path: string; query: URLSearchParams }[] = [];
  const front = new Hono();
  front.use(async (c, next) => {
    const url = new URL(c.req.url);
    requests.push({ method: c.req.method, path: url.pathname.replace('/api/remap/1.2', ''), query: url.searchParams });
    await next();
  });
  if (options.fault) front.use(options.fault);
  front.route('/', sandbox.app);
  const api = await serveApi(front);
  const clock = options.clock ?? systemClock;
  const budget = options.budget ?? createLocalBudget({ clock: systemClock, units: 10_000 });
  const links: FoundLink[][] = [];
  const closing: (() => Promise<void>)[] = [];
  const moysklad = createMoySklad(
    {
      url: api.url,
      token: TOKEN,
      organization: ORGANIZATION,
      agent: AGENT,
      matchBy: 'article',
      weight: 1,
      ...options.config,
    },
    {
      budget,
      log: options.log ?? silentLog,
      clock,
      onLinks: (found) => {
        links.push(found);
      },
    },
  );
  return {
    sandbox,
    moysklad,
    links,
    requests,
    log: options.log ?? silentLog,
    budget,
    clock,
    /** A server that answers in the sandbox's place, or hands on to it with NULL; the account's statistics see all of it. */
    async inFront(answer: (c: Context) => Promise<Response | null>) {
      let count = 0;
      const fault = new Hono();
      fault.all('*', async (c) => {
        count += 1;
        const response = await answer(c);
        if (response === null) {
          const path = c.req.url.slice(c.req.url.indexOf('/api/remap/1.2') + '/api/remap/1.2'.length);
          return sandbox.app.fetch(new Request(`http://sandbox${path}`, c.req.raw));
        }
        const code = await codeOf(response);
        const { method, path } = c.req;
        sandbox.answered({ method, path, status: response.status, ...(code === undefined ? {} : { code }) });
        return response;
      });
      const { url, close } = await serveApi(fault);
      closing.push(close);
      return { url, answered: () => count };
    },
    url: api.url,
    call: api.call,
    async stop() {
      await moysklad.close();
      for (const close of closing) await close();
      await api.close();
    },
  };
}

/** Puts `response` in place of the one that is there, headers and all. */
export function answerInstead(c: Context, response: Response) {
  // Hono would keep the old headers otherwise, the content encoding among them.
  c.res = undefined;
  c.res = response;
}

export function line(article: string, more: Partial<OrderLine> = {}): OrderLine {
  return {
    itemKey: item(article).key,
    characteristicKey: EMPTY_KEY,
    article,
    code: item(article).code,
    itemName: `Товар ${article}`,
    quantity: 2000,
    ...more,
  };
}

export function command(lines: OrderLine[], more: Partial<OrderCommand> = {}): OrderCommand {
  return {
    key: KEY,
    outboxId: OUTBOX_ID,
    recipientName: 'Магазин на Ленина',
    description: 'Пополнение магазина',
    lines,
    ...more,
  };
}

export const firstTry = { lookFirst: false };
export const again = { lookFirst: true };

/** The `OutcomeError` that `work` ends with; anything else fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<OutcomeError> {
  const error = await work.then(
    (value) => new Error(`expected a failure, got ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof OutcomeError) return error;
  throw error;
}

/** A clock that stands still until it is moved; sleepers wake when it passes them. */
export function manualClock(start = 1_000_000) {
  let at = start;
  let sleepers: { until: number; wake: () => void }[] = [];
  const clock: Clock = {
    now: () => new Date(at),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { until: at + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal.reason);
        });
      }),
  };
  return {
    ...clock,
    advance(ms: number) {
      at += ms;
      const due = sleepers.filter(({ until }) => until <= at);
      sleepers = sleepers.filter(({ until }) => until > at);
      for (const { wake } of due) wake();
    },
    /** When the next sleeper wakes; NULL when nobody sleeps. */
    next: () => (sleepers.length === 0 ? null : Math.min(...sleepers.map(({ until }) => until))),
  };
}

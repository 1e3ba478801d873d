import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import got from 'got';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/shared/clock/clock.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { createConnections } from '../../src/shared/moysklad/connections.ts';
import { type Budget, createLocalBudget, createMoySklad } from '../../src/shared/moysklad/moysklad.ts';
import { closeAfterEach } from '../support/closing.ts';
import {
  AGENT,
  command,
  failureOf,
  firstTry,
  line,
  manualClock,
  ORGANIZATION,
  startWorld,
  TOKEN,
  type WorldOptions,
} from './world.ts';

const closing = closeAfterEach();
const start = async (options?: WorldOptions) => {
  const world = await startWorld(options);
  closing(world.stop);
  return world;
};

describe('credentials', () => {
  it('log in by token, or by login and password', async () => {
    const world = await start({ config: { token: '', login: 'admin@sandbox', password: 'sandbox' } });
    await world.moysklad.ping();
    expect(world.sandbox.stats()).toMatchObject({ requests: 1, rejectedAuth: 0 });
  });

  it('that are wrong make everything wait, and are not tried again for a minute', async () => {
    const clock = manualClock();
    const world = await start({ clock, config: { token: 'wrong' } });
    const failures = [
      await failureOf(world.moysklad.ping()),
      await failureOf(world.moysklad.ping()),
      await failureOf(world.moysklad.makeOrder(command([line('A-1')]), firstTry)),
    ];
    expect(failures.map(({ outcome, code }) => [outcome, code])).toEqual(
      Array.from({ length: 3 }, () => ['not-now', 'moysklad-credentials']),
    );
    expect(world.sandbox.stats().requests).toBe(1);
    // The look-ups of the order that failed start a moment later than its failure.
    await new Promise(setImmediate);
    expect(world.sandbox.stats().requests).toBe(1);
    clock.advance(60_000);
    await failureOf(world.moysklad.ping());
    expect(world.sandbox.stats().requests).toBe(2);
  });

  it('never reach the log', async () => {
    const lines: string[] = [];
    const log = pino(
      { level: 'trace' },
      new Writable({
        write(chunk, _encoding, done) {
          lines.push(String(chunk));
          done();
        },
      }),
    );
    const world = await start({ log });
    await world.moysklad.makeOrder(command([line('A-1')]), firstTry);
    await failureOf(world.moysklad.makeOrder(command([line('nowhere')]), firstTry));
    expect(lines.some((text) => text.includes('moysklad.answered'))).toBe(true);
    expect(lines.join('')).not.toContain(TOKEN);
    expect(lines.join('')).not.toContain('Bearer');
  });
});

describe('the budget', () => {
  it('is asked for the weight before every request and gets its place back after it, whatever the answer', async () => {
    const taken: number[] = [];
    let released = 0;
    const budget: Budget = {
      async take(units) {
        taken.push(units);
        return {
          async release() {
            released += 1;
          },
        };
      },
      hold: async () => undefined,
      narrow: async () => undefined,
      failed: async () => false,
    };
    const world = await start({ budget, config: { weight: 4 } });
    await world.moysklad.makeOrder(command([line('A-1')]), firstTry);
    await failureOf(world.moysklad.makeOrder(command([line('nowhere')]), firstTry));
    expect(taken).toEqual(world.requests.map(() => 4));
    expect(released).toBe(taken.length);
  });

  it('is told to hold when МойСклад sees less left than one request takes', async () => {
    const held: number[] = [];
    const inner = createLocalBudget({ clock: systemClock, units: 1000 });
    const budget: Budget = {
      ...inner,
      async take() {
        return {
          async release(told) {
            if (told?.waitMs) held.push(told.waitMs);
          },
        };
      },
      async hold(ms) {
        held.push(ms);
      },
    };
    const now = 1_000_000;
    const world = await start({ budget, config: { weight: 3 }, sandbox: { weight: 3, basket: 10, now: () => now } });
    for (let index = 0; index < 3; index += 1) await world.moysklad.ping();
    expect(held).toEqual([3000]);
    const failure = await failureOf(world.moysklad.ping());
    expect([failure.outcome, failure.code, failure.retryAfterMs]).toEqual(['not-now', 'moysklad-rate', 3000]);
    expect(held).toEqual([3000, 3000]);
  });

  it('of one process keeps 40 orders at once within МойСклад’s limits, without one 429', async () => {
    const limits = { units: 45, windowMs: 350, parallel: 5 };
    const world = await start({
      budget: createLocalBudget({ clock: systemClock, ...limits }),
      config: { weight: 3 },
      sandbox: { weight: 3, basket: 45, windowMs: 300, maxParallel: 5 },
    });
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        world.moysklad.makeOrder(
          command([line('A-1')], {
            key: `00000000-0000-5000-8000-${String(index).padStart(12, '0')}`,
            outboxId: `outbox-${index}`,
          }),
          firstTry,
        ),
      ),
    );
    expect(world.sandbox.orders()).toHaveLength(40);
    expect(world.sandbox.stats()).toMatchObject({ rejected429: 0 });
    expect(world.sandbox.stats().maxInFlight).toBeLessThanOrEqual(5);
  });
});

/** A server that speaks as the test likes. */
async function scripted(onRequest: http.RequestListener) {
  const server = http.createServer(onRequest).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function adapter(url: string, more: { writeTimeoutMs?: number; timeoutMs?: number } = {}) {
  const moysklad = createMoySklad(
    { url, token: TOKEN, organization: ORGANIZATION, agent: AGENT, matchBy: 'article', ...more },
    { budget: createLocalBudget({ clock: systemClock, units: 1000 }), log: silentLog, clock: systemClock },
  );
  closing(() => moysklad.close());
  return moysklad;
}

describe('the wire', () => {
  it('survives a success that is HTML or empty', async () => {
    for (const text of ['<html>welcome</html>', '']) {
      const { url } = await scripted((_request, response) => response.end(text));
      const failure = await failureOf(adapter(url).ping());
      expect([failure.outcome, failure.code]).toEqual(['not-now', 'moysklad-unreadable']);
    }
  });

  it('says not-now where nobody listens', async () => {
    const { server, url } = await scripted((_request, response) => response.end());
    server.close();
    await once(server, 'close');
    const failure = await failureOf(adapter(url).ping());
    expect([failure.outcome, failure.code]).toEqual(['not-now', 'moysklad-unreachable']);
  });

  it('asks a read once more, at once, when the connection is cut, and no more', async () => {
    let requests = 0;
    const { url } = await scripted((request) => {
      requests += 1;
      request.socket.destroy();
    });
    const failure = await failureOf(adapter(url).ping());
    expect([failure.outcome, requests]).toEqual(['not-now', 2]);
  });

  it.each([
    ['a cut connection', 'cut', {}],
    ['an answer that does not come in time', 'hang', { writeTimeoutMs: 50 }],
    ['a success that is HTML', 'html', {}],
  ])('calls a write unknown after %s, and sends it only once', async (_what, fault, more) => {
    const world = await start();
    let writes = 0;
    const { url } = await scripted((request, response) => {
      if (request.method === 'POST') {
        writes += 1;
        if (fault === 'cut') request.socket.destroy();
        if (fault === 'html') response.end('<html></html>');
        return;
      }
      const { authorization = '' } = request.headers;
      void world
        .call('GET', request.url!, undefined, { authorization, 'Accept-Encoding': 'gzip' })
        .then(({ status, body }) => response.writeHead(status).end(JSON.stringify(body)));
    });
    const failure = await failureOf(adapter(url, more).makeOrder(command([line('A-1')]), firstTry));
    expect([failure.outcome, writes]).toEqual(['unknown', 1]);
  });

  it('ends at once when the caller gives up: unknown after sending, retry before', async () => {
    const stopped = new AbortController();
    const world = await start({
      fault: async (c, next) => {
        if (c.req.method === 'POST') {
          stopped.abort(new Error('stopping'));
          await new Promise(() => {});
        }
        await next();
      },
    });
    const during = await failureOf(
      world.moysklad.makeOrder(command([line('A-1')]), { ...firstTry, signal: stopped.signal }),
    );
    expect([during.outcome, during.code]).toEqual(['unknown', 'moysklad-interrupted']);
    const before = await failureOf(world.moysklad.ping({ signal: stopped.signal }));
    expect([before.outcome, before.code]).toEqual(['retry', 'moysklad-interrupted']);
  });
});

describe('a failure', () => {
  it('carries neither token nor request, however deep one looks', async () => {
    const { url } = await scripted((request) => request.socket.destroy());
    const failure = await failureOf(adapter(url).ping());
    expect(failure.cause).toMatchObject({ code: 'ECONNRESET' });
    expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain(TOKEN);
  });
});

describe('connections', () => {
  const served = async () => {
    let opened = 0;
    const closed: Promise<unknown>[] = [];
    const { server, url } = await scripted((request, response) => {
      if (request.url === '/slow') setTimeout(() => response.end('ok'), 150);
      else response.end('ok');
    });
    server.keepAliveTimeout = 60_000;
    server.on('connection', (socket: net.Socket) => {
      opened += 1;
      closed.push(once(socket, 'close'));
    });
    return { url, closed, opened: () => opened };
  };

  it('are kept between requests, but none carries more than 90', async () => {
    const { url, opened } = await served();
    const { agent, close } = createConnections(5);
    closing(close);
    for (let index = 0; index < 90; index += 1) await got(url, { agent });
    expect(opened()).toBe(1);
    await got(url, { agent });
    expect(opened()).toBe(2);
  });

  it('are closed by us when idle, but not while an answer is on its way', async () => {
    const { url, closed, opened } = await served();
    const { agent, close } = createConnections(5, 40);
    closing(close);
    expect((await got(`${url}/slow`, { agent })).body).toBe('ok');
    await closed[0];
    expect(opened()).toBe(1);
  });
});

import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { startApi } from '../../src/api/server.ts';

const ANY = { host: '127.0.0.1', port: 0 };

function latch() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

const textOf = (response: IncomingMessage) =>
  new Promise<string>((resolve, reject) => {
    let text = '';
    response.on('data', (part) => {
      text += part;
    });
    response.on('end', () => resolve(text)).on('error', reject);
  });

describe('startApi', () => {
  it('takes a free port for port 0 and says which', async () => {
    const api = await startApi(
      new Hono().get('/', (c) => c.text('here')),
      ANY,
    );
    expect(await (await fetch(api.url)).text()).toBe('here');
    await api.stop(1_000);
  });

  it('names the address when the port is taken', async () => {
    const first = await startApi(new Hono(), ANY);
    const port = Number(new URL(first.url).port);
    await expect(startApi(new Hono(), { host: '127.0.0.1', port })).rejects.toThrow(`127.0.0.1:${port}: порт занят`);
    await first.stop(1_000);
  });
});

describe('stop', () => {
  it('lets an answer under way finish, closes a connection kept alive, and takes no new one', async () => {
    const asked = latch();
    const answer = latch();
    const app = new Hono().get('/', async (c) => {
      asked.open();
      await answer.opened;
      return c.text('whole');
    });
    const api = await startApi(app, ANY);
    const agent = new Agent({ keepAlive: true });
    const text = new Promise<string>((resolve, reject) => {
      httpGet(api.url, { agent }, (response) => resolve(textOf(response))).on('error', reject);
    });
    await asked.opened;
    // A deadline beyond the test's own: only a true end of all connections can resolve it.
    const stopped = api.stop(120_000);
    expect(api.stop(1)).toBe(stopped);
    await expect(fetch(api.url)).rejects.toThrow();
    answer.open();
    expect(await text).toBe('whole');
    await stopped;
    agent.destroy();
  });

  it('cuts an answer that does not end by the deadline', async () => {
    const asked = latch();
    const app = new Hono().get('/', async () => {
      asked.open();
      return new Promise<Response>(() => {});
    });
    const api = await startApi(app, ANY);
    const cut = expect(fetch(api.url)).rejects.toThrow();
    await asked.opened;
    await api.stop(50);
    await cut;
  });
});

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OneCConfig } from '../../src/shared/onec/config.ts';

export interface Asked {
  method: string;
  /** Decoded, below `standard.odata`, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export type Reply =
  | { status: number; json?: unknown; html?: string; text?: string; headers?: Record<string, string> }
  /** The connection is cut: `after` sends nothing once the request was read. */
  | 'cut'
  /** Never answered. */
  | 'silence';

/** A web server in 1C's place that says what the test tells it to. */
export interface ScriptedServer {
  config: OneCConfig;
  asked: Asked[];
  /** Resolves once `count` requests have been read. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

export const odataError = (code: number | string, value: string) => ({
  'odata.error': { code: String(code), message: { lang: 'ru', value } },
});

export async function startScripted(answer: (asked: Asked, index: number) => Reply): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const url = new URL(request.url ?? '/', 'http://localhost');
    const one: Asked = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname).replace('/base/odata/standard.odata', '').replace(/^\//, ''),
      query: url.searchParams,
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    asked.push(one);
    for (const wait of waiting) if (asked.length >= wait.count) wait.resolve();
    const reply = answer(one, asked.length - 1);
    if (reply === 'cut') return void request.socket.destroy();
    if (reply === 'silence') return;
    const body = reply.json === undefined ? (reply.html ?? reply.text ?? '') : JSON.stringify(reply.json);
    const type =
      reply.json === undefined ? (reply.html === undefined ? 'text/plain' : 'text/html') : 'application/json';
    response.writeHead(reply.status, { 'content-type': `${type};charset=utf-8`, ...reply.headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    config: { url: `http://127.0.0.1:${port}/base/odata/standard.odata`, user: 'Хаб', password: 'пароль' },
    asked,
    received: (count) =>
      new Promise((resolve) => {
        if (asked.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

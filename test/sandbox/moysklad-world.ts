import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import { Hono as HonoApp } from 'hono';
import type { Dataset, DatasetItem } from '../../sandbox/data/dataset.ts';

export const TOKEN = 'sandbox-token';
export const BASE = 'https://api.moysklad.ru/api/remap/1.2';

export function item(article: string, more: Partial<DatasetItem> = {}): DatasetItem {
  const number = (more.code ?? article).replace(/\D/g, '').padStart(12, '0').slice(-12);
  return {
    key: `00000000-0000-4000-8000-${number}`,
    code: `К-${number.slice(-5)}`,
    article,
    name: `Товар ${article}`,
    unit: 'шт',
    wholeUnits: true,
    priceRoubles: 129.5,
    pack: null,
    moysklad: { matches: 1, as: 'product' },
    ...more,
  };
}

export function dataset(items: DatasetItem[]): Dataset {
  return {
    seed: 7,
    warehouses: [{ key: '11111111-1111-4111-8111-111111111111', name: 'Магазин на Ленина', kind: 'shop' }],
    items,
    stock: [],
  };
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** As sent: compressed or not. */
  raw: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests read many shapes of answers
  body: any;
}

/** Serves `app` at `/api/remap/1.2` on a free port. */
export async function serveApi(app: Hono) {
  const root = new HonoApp().route('/api/remap/1.2', app);
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started: ReturnType<typeof serve> = serve({ fetch: root.fetch, port: 0, hostname: '127.0.0.1' }, () =>
      resolve(started),
    );
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/remap/1.2`;

  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const out = request(`${url}${path}`, {
        method,
        agent: false,
        headers: {
          'Accept-Encoding': 'gzip',
          Authorization: `Bearer ${TOKEN}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
      });
      out.on('error', reject);
      out.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const raw = Buffer.concat(chunks);
          const text = (response.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
          const json = response.headers['content-type']?.startsWith('application/json') && text !== '';
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            raw,
            body: json ? JSON.parse(text) : text,
          });
        });
      });
      out.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });

  return {
    url,
    call,
    get: (path: string, headers?: Record<string, string>) => call('GET', path, undefined, headers),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

export const ref = (path: string, type = path.split('/').at(-2) ?? '') => ({
  meta: { href: `${BASE}${path}`, type, mediaType: 'application/json' },
});

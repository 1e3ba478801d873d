import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Hono } from 'hono';
import { behaviour } from './behaviour.ts';
import { styles } from './styles.ts';

/** Files of the console's pages: htmx from its npm package, the rest the console's own. */
const files: Record<string, { type: string; body: string }> = {
  'htmx.js': {
    type: 'text/javascript; charset=utf-8',
    body: readFileSync(createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js'), 'utf8'),
  },
  'console.js': { type: 'text/javascript; charset=utf-8', body: behaviour },
  'console.css': { type: 'text/css; charset=utf-8', body: styles },
  'icon.svg': {
    type: 'image/svg+xml',
    body: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1f5fbf"/><path d="M3 5h7l-2-2m5 8H6l2 2" fill="none" stroke="#fff" stroke-width="1.6"/></svg>',
  },
};

const digestOf = (body: string) => createHash('sha256').update(body).digest('base64url').slice(0, 12);
const versions = new Map(Object.entries(files).map(([name, { body }]) => [name, digestOf(body)]));

/** The address of an asset: another content has another address, so that it may be kept for ever. */
export const asset = (name: string): string => `/console/assets/${name}?v=${versions.get(name)}`;

export function assetRoutes(): Hono {
  const app = new Hono();
  for (const [name, { type, body }] of Object.entries(files)) {
    app.get(`/${name}`, (c) =>
      c.body(body, 200, { 'Content-Type': type, 'Cache-Control': 'public, max-age=31536000, immutable' }),
    );
  }
  return app;
}

import { createRequire } from 'node:module';
import path from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { html } from 'hono/html';

const files = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const start = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;

/** Swagger UI from node_modules: no asset comes from elsewhere. Its start is a file because the page may run no inline script. */
export function docsRoutes(): Hono {
  const root = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const app = new Hono();
  app.get('/', (c) =>
    c.html(html`<!doctype html>
      <html lang="ru">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Хаб 1С — МойСклад: API</title>
          <link rel="icon" href="docs/favicon-32x32.png" />
          <link rel="stylesheet" href="docs/swagger-ui.css" />
        </head>
        <body>
          <div id="swagger-ui"></div>
          <script src="docs/swagger-ui-bundle.js"></script>
          <script src="docs/start.js"></script>
        </body>
      </html>`),
  );
  app.get('/start.js', (c) => c.body(start, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  for (const file of files) app.get(`/${file}`, serveStatic({ path: path.join(root, file) }));
  return app;
}

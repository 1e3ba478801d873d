import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createRouter } from './api-hono.ts';
import { requireBoardAccess } from './auth/board-access.ts';
import { refuseCrossSite } from './auth/same-origin.ts';
import { type ApiEnv, requireToken } from './auth/token.ts';
import { boardRoutes } from './board.ts';
import { consoleRoutes } from './console/console.tsx';
import { createProblemPage } from './console/problem-page.tsx';
import { isDatabaseDown } from './database-down.ts';
import { TooSlow } from './deadline.ts';
import type { ApiDeps } from './deps.ts';
import { createOnError } from './errors.ts';
import { problemResponse, problems } from './problem.ts';
import { alarmRoutes } from './routes/alarms.ts';
import { differenceRoutes } from './routes/difference.ts';
import { docsRoutes } from './routes/docs.ts';
import { healthRoutes } from './routes/health.ts';
import { linkRoutes } from './routes/links.ts';
import { logRoutes } from './routes/logs.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { outboxRoutes } from './routes/outbox.ts';
import { outboxLineRoutes } from './routes/outbox-lines.ts';
import { runDecisionRoutes } from './routes/run-decisions.ts';
import { runRoutes } from './routes/runs.ts';
import { snoozeRoutes } from './routes/snoozes.ts';
import { triggerRoutes } from './routes/trigger.ts';
import { securityHeaders } from './security-headers.ts';
import { traceActs } from './traced.ts';

/** Requests carry ids and flags only. */
const BODY_LIMIT_BYTES = 64 * 1024;

const BOARD_PATH = '/queues';

/**
 * The HTTP interface as one fetch function; `server.ts` puts it on a port. The console
 * gets its cross-site check, but brings its own headers, errors and authentication.
 */
export function createApp(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { config, log } = deps;
  const { token, people } = config.admin;
  if (token === null && config.environment === 'production') {
    throw new Error('ADMIN_TRIGGER_TOKEN is required in production: without it anyone could order goods.');
  }
  if (people.length === 0 && config.environment === 'production') {
    throw new Error('ADMIN_USERS is required in production: without it nobody could be told from anybody.');
  }
  const app = createRouter();
  const onError = createOnError(log);
  const problemPage = createProblemPage(deps);
  // Whoever looks at the board in a browser gets the console's page, which comes back by itself.
  app.onError((error, c) => (isBoardPage(c) && isAway(error) ? problemPage(error, c) : onError(error, c)));
  app.notFound((c) =>
    problemResponse({ status: 404, code: 'not-found', detail: `Адреса ${c.req.method} ${c.req.path} нет.` }),
  );

  app.use(async (c, next) => {
    const startedMs = performance.now();
    await next();
    const ms = Math.round(performance.now() - startedMs);
    log.debug({ event: 'http.request', method: c.req.method, path: c.req.path, status: c.res.status, ms });
  });
  app.use(traceActs);
  app.use(securityHeaders);
  app.use(refuseCrossSite);
  app.use('/api/*', async (c, next) => {
    await next();
    c.res.headers.set('Cache-Control', 'no-store');
  });
  const bearer = requireToken({ token });
  const browser = requireBoardAccess(deps);
  app.use('/api/*', bearer, bodyLimit({ maxSize: BODY_LIMIT_BYTES }));
  app.use('/metrics', bearer);
  app.use(BOARD_PATH, browser);
  app.use(`${BOARD_PATH}/*`, browser);

  // The pages' own addresses are relative to the path without a slash.
  for (const page of [BOARD_PATH, '/docs', '/console']) app.get(`${page}/`, (c) => c.redirect(page));
  app.get('/', (c) => c.json({ status: 'ok' }));
  app.route('/health', healthRoutes(deps));
  app.route('/api/v1/trigger', triggerRoutes(deps));
  app.route('/api/v1/runs', runRoutes(deps));
  app.route('/api/v1/runs', differenceRoutes(deps));
  app.route('/api/v1/runs', runDecisionRoutes(deps));
  app.route('/api/v1/outbox', outboxRoutes(deps));
  app.route('/api/v1/outbox', outboxLineRoutes(deps));
  app.route('/api/v1/snoozes', snoozeRoutes(deps));
  app.route('/api/v1/alarms', alarmRoutes(deps));
  app.route('/api/v1/links', linkRoutes(deps));
  app.route('/api/v1/logs', logRoutes(deps));
  app.route('/metrics', metricsRoutes(deps));
  app.route('/console', consoleRoutes(deps));
  app.route(BOARD_PATH, boardRoutes(deps, BOARD_PATH));
  app.route('/docs', docsRoutes());

  app.openAPIRegistry.registerPath({
    ...{ method: 'get', path: '/', tags: ['health'], summary: 'The API answers.' },
    responses: {
      200: { description: 'Alive', content: { 'application/json': { schema: z.object({ status: z.literal('ok') }) } } },
    },
  });
  app.openAPIRegistry.registerPath({
    ...{ method: 'get', path: '/metrics', tags: ['health'], security: [{ bearer: [] }] },
    summary: 'Metrics of the whole hub and of this process, for Prometheus.',
    responses: {
      200: { description: 'Text format 0.0.4', content: { 'text/plain': { schema: z.string() } } },
      ...problems(401),
    },
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Хаб 1С — МойСклад',
      version: deps.version,
      description:
        'Finds goods below their minimum in 1C and makes exactly one document for each need. Errors are RFC 9457 problem+json.',
    },
  });
  return app;
}

const isBoardPage = (c: Context): boolean =>
  c.req.method === 'GET' &&
  (c.req.path === BOARD_PATH || c.req.path.startsWith(`${BOARD_PATH}/`)) &&
  c.req.header('Accept')?.includes('text/html') === true;

const isAway = (error: Error): boolean => error instanceof TooSlow || isDatabaseDown(error);

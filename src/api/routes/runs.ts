import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { createRouter } from '../api-hono.ts';
import type { ApiEnv } from '../auth/token.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorField, pageOf, toPage } from '../fields/cursor.ts';
import { anyOfField, limitField, textField, uuidField } from '../fields/query-fields.ts';
import { notFound, problems } from '../problem.ts';
import { LINE_OUTCOMES, listLines } from '../queries/run-lines.ts';
import { findRun, listRuns, RUN_STATUSES } from '../queries/runs.ts';
import { lineSchema, lineView } from './line-view.ts';
import { exportLines } from './lines-export.ts';
import { runSchema, runView } from './run-view.ts';

const idParam = z.object({ id: uuidField });
const secured = { tags: ['runs'], security: [{ bearer: [] }] };

const list = createRoute({
  ...secured,
  method: 'get',
  path: '/',
  summary: 'Runs, newest first.',
  request: {
    query: z.strictObject({
      status: anyOfField(RUN_STATUSES),
      limit: limitField(50, 500),
      cursor: cursorField(z.tuple([z.iso.datetime(), z.uuid()])),
    }),
  },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: pageOf(runSchema) } } },
    ...problems(401, 422, 503),
  },
});

const one = createRoute({
  ...secured,
  method: 'get',
  path: '/{id}',
  summary: 'One run, with its documents counted by present state.',
  request: { params: idParam },
  responses: {
    200: { description: 'The run', content: { 'application/json': { schema: runSchema } } },
    ...problems(401, 404, 422, 503),
  },
});

const lines = createRoute({
  ...secured,
  method: 'get',
  path: '/{id}/lines',
  summary: 'What the run decided for each recipient and item, with the numbers and steps that explain it.',
  description:
    'CSV is a file with every line that the filters let through, in the columns of the JSON, whatever `limit` and `cursor` say. It has a byte order mark and escapes cells that a spreadsheet would run as formulas. `delimiter=semicolon` suits a Russian Excel: numbers then have a comma.',
  request: {
    params: idParam,
    query: z.strictObject({
      format: z.enum(['json', 'csv'], { error: 'json или csv' }).default('json'),
      lang: z.enum(['ru', 'en'], { error: 'ru или en' }).default('ru').openapi({ description: 'Of the explanations.' }),
      delimiter: z.enum(['comma', 'semicolon'], { error: 'comma или semicolon' }).default('comma'),
      recipient: textField('Key or name of the recipient.'),
      outcome: anyOfField(LINE_OUTCOMES),
      q: textField('Part of the article or of the name.'),
      limit: limitField(100, 2000),
      cursor: cursorField(z.tuple([z.string(), z.string(), z.uuid()])),
    }),
  },
  responses: {
    200: {
      description: 'A page, or the file',
      content: { 'application/json': { schema: pageOf(lineSchema) }, 'text/csv': { schema: { type: 'string' } } },
    },
    ...problems(401, 404, 422, 503),
  },
});

/** `/runs`, `/runs/{id}` and `/runs/{id}/lines`. */
export function runRoutes({ db, log }: Pick<ApiDeps, 'db' | 'log'>): OpenAPIHono<ApiEnv> {
  return createRouter()
    .openapi(list, async (c) => {
      const { status, limit, cursor } = c.req.valid('query');
      const found = await listRuns(db, { status, after: cursor, limit: limit + 1 });
      const place = ({ run }: (typeof found)[number]) => [run.createdAt.toISOString(), run.id];
      return c.json(toPage(found, limit, { item: runView, place }), 200);
    })
    .openapi(one, async (c) => {
      const { id } = c.req.valid('param');
      const found = await findRun(db, id);
      if (found === null) throw notFound(`Проверки ${id} нет.`);
      return c.json(runView(found), 200);
    })
    .openapi(lines, async (c) => {
      const { id } = c.req.valid('param');
      const { format, lang, delimiter, limit, cursor, ...filter } = c.req.valid('query');
      if ((await db.prisma.run.count({ where: { id } })) === 0) throw notFound(`Проверки ${id} нет.`);
      if (format === 'csv') {
        const as = { runId: id, filter, lang, delimiter: delimiter === 'comma' ? ',' : ';' } as const;
        return new Response(await exportLines({ db, log }, as), {
          headers: {
            'Content-Type': 'text/csv; charset=utf-8',
            'Content-Disposition': `attachment; filename="run-${id}-lines.csv"`,
            'Cache-Control': 'no-store',
          },
        }) as never;
      }
      const found = await listLines(db, id, { ...filter, after: cursor, limit: limit + 1 });
      const place = (line: (typeof found)[number]) => [line.recipient_name, line.article, line.id];
      return c.json(toPage(found, limit, { item: (line) => lineView(line, lang), place }), 200);
    });
}

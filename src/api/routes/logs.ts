import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { createRouter } from '../api-hono.ts';
import type { ApiEnv } from '../auth/token.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorField, pageOf, toPage } from '../fields/cursor.ts';
import { anyOfField, instantField, limitField, textField, uuidField } from '../fields/query-fields.ts';
import { ownJournal } from '../journal/journal-source.ts';
import { problems } from '../problem.ts';
import { ENTRY_STATUSES, type JournalFilter, LEVELS, listJournal, placeOf, SYSTEMS } from '../queries/journal.ts';
import { entrySchema, entryView } from './entry-view.ts';
import { EXPORTS, exportJournal } from './logs-export.ts';

const filters = {
  from: instantField('Entries from this instant on.'),
  to: instantField('Entries before this instant.'),
  level: anyOfField(LEVELS),
  system: anyOfField(SYSTEMS),
  status: anyOfField(ENTRY_STATUSES),
  step: textField('Exact step, for example create-transfer.'),
  run_id: uuidField.optional(),
  outbox_id: uuidField.optional(),
  q: textField('Part of the message or of the details.'),
};
const secured = { tags: ['logs'], security: [{ bearer: [] }] };

const list = createRoute({
  ...secured,
  method: 'get',
  path: '/',
  summary: 'The journal, newest first.',
  request: {
    query: z.strictObject({
      ...filters,
      limit: limitField(100, 2000),
      cursor: cursorField(z.tuple([z.iso.datetime(), z.string().regex(/^\d{1,18}$/)])),
    }),
  },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: pageOf(entrySchema) } } },
    ...problems(401, 422, 503),
  },
});

const download = createRoute({
  ...secured,
  method: 'get',
  path: '/export',
  summary: 'All entries that the filters let through, newest first, as a file.',
  description:
    'CSV has a byte order mark, escapes cells that a spreadsheet would run as formulas, and gives times in the zone of the schedule with their offset; NDJSON has UTC. `delimiter=semicolon` suits a Russian Excel.',
  request: {
    query: z.strictObject({
      ...filters,
      format: z.enum(['csv', 'ndjson'], { error: 'csv или ndjson' }),
      delimiter: z.enum(['comma', 'semicolon'], { error: 'comma или semicolon' }).default('comma'),
    }),
  },
  responses: {
    200: {
      description: 'The file',
      content: {
        'text/csv': { schema: { type: 'string' } },
        'application/x-ndjson': { schema: { type: 'string' } },
      },
    },
    ...problems(401, 422, 503),
  },
});

/** `/logs` and `/logs/export`. */
export function logRoutes({
  db,
  clock,
  log,
  config,
}: Pick<ApiDeps, 'db' | 'clock' | 'log' | 'config'>): OpenAPIHono<ApiEnv> {
  return createRouter()
    .openapi(list, async (c) => {
      const { limit, cursor, run_id: runId, outbox_id: outboxId, ...rest } = c.req.valid('query');
      const filter: JournalFilter = { ...rest, runId, outboxId };
      const found = await listJournal(db, filter, { after: cursor, limit: limit + 1 });
      return c.json(toPage(found, limit, { item: entryView, place: placeOf }), 200);
    })
    .openapi(download, async (c) => {
      const { format, delimiter, run_id: runId, outbox_id: outboxId, ...rest } = c.req.valid('query');
      const as =
        format === 'csv' ? EXPORTS.csv(delimiter === 'comma' ? ',' : ';', config.schedule.timezone) : EXPORTS.ndjson;
      const filter = { ...rest, runId, outboxId };
      const body = await exportJournal({ journal: ownJournal(db), log }, { filter, format: as, payloads: true });
      const stamp = clock.now().toISOString().slice(0, 19).replaceAll(':', '-');
      return new Response(body, {
        headers: {
          'Content-Type': as.contentType,
          'Content-Disposition': `attachment; filename="integration-logs-${stamp}.${format}"`,
          'Cache-Control': 'no-store',
        },
      }) as never;
    });
}

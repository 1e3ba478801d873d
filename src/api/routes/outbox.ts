import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { approveRow, cancelRow, rejectRow, retryRow } from '../../shared/outbox/operations.ts';
import { createRouter } from '../api-hono.ts';
import type { ApiEnv } from '../auth/token.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorField, pageOf, toPage } from '../fields/cursor.ts';
import { anyOfField, limitField, textField, uuidField } from '../fields/query-fields.ts';
import { notFound, ProblemError, problems } from '../problem.ts';
import { listJournal } from '../queries/journal.ts';
import { findOutbox, listOutbox, OUTBOX_KINDS, OUTBOX_STATUSES } from '../queries/outbox.ts';
import { entryView } from './entry-view.ts';
import { outboxDetailSchema, outboxLineView, outboxSchema, outboxView } from './outbox-view.ts';

/** Entries shown with a row; the rest are at `/logs?outbox_id=`. */
const ENTRIES_SHOWN = 200;

const idParam = z.object({ id: uuidField });
const secured = { tags: ['outbox'], security: [{ bearer: [] }] };

const list = createRoute({
  ...secured,
  method: 'get',
  path: '/',
  summary: 'Documents (and scans) the hub promised to make, newest first.',
  request: {
    query: z.strictObject({
      status: anyOfField(OUTBOX_STATUSES),
      kind: anyOfField(OUTBOX_KINDS),
      run_id: uuidField.optional(),
      donor: textField('Key or name of the warehouse that goods leave.'),
      recipient: textField('Key or name of the warehouse that goods are for.'),
      cause: textField('Error code: everything that failed for one cause.'),
      q: textField('Part of an article, an item name or a document number, or a whole key.'),
      limit: limitField(100, 2000),
      cursor: cursorField(z.tuple([z.uuid()])),
    }),
  },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: pageOf(outboxSchema) } } },
    ...problems(401, 422, 503),
  },
});

const one = createRoute({
  ...secured,
  method: 'get',
  path: '/{id}',
  summary: 'One row with its lines and its journal.',
  request: { params: idParam },
  responses: {
    200: { description: 'The row', content: { 'application/json': { schema: outboxDetailSchema } } },
    ...problems(401, 404, 422, 503),
  },
});

const acts = {
  approve: { act: approveRow, summary: 'Let a held document go.' },
  reject: { act: rejectRow, summary: 'Say no to a held document, for this plan only.' },
  retry: { act: retryRow, summary: 'Put a failed or unknown document back, under the same document key.' },
  cancel: { act: cancelRow, summary: 'Give up a document that was surely not made.' },
} as const;

const doneSchema = z
  .object({ id: z.uuid(), outcome: z.literal('done'), status: z.enum(OUTBOX_STATUSES) })
  .openapi('OutboxAct');

/** `/outbox`, `/outbox/{id}` and what a person may do to a row. */
export function outboxRoutes({ db, log }: Pick<ApiDeps, 'db' | 'log'>): OpenAPIHono<ApiEnv> {
  const router = createRouter()
    .openapi(list, async (c) => {
      const { run_id: runId, limit, cursor, ...filter } = c.req.valid('query');
      const found = await listOutbox(db, { ...filter, runId, after: cursor, limit: limit + 1 });
      return c.json(toPage(found, limit, { item: outboxView, place: ({ id }) => [id] }), 200);
    })
    .openapi(one, async (c) => {
      const { id } = c.req.valid('param');
      const [found, entries] = await Promise.all([
        findOutbox(db, id),
        listJournal(db, { outboxId: id }, { limit: ENTRIES_SHOWN }),
      ]);
      if (found === null) throw notFound(`Документа ${id} нет.`);
      return c.json(
        { ...outboxView(found.row), lines: found.lines.map(outboxLineView), journal: entries.map(entryView) },
        200,
      );
    });
  for (const [name, { act, summary }] of Object.entries(acts)) {
    const route = createRoute({
      ...secured,
      method: 'post',
      path: `/{id}/${name}`,
      summary,
      request: { params: idParam },
      responses: {
        200: { description: 'Done', content: { 'application/json': { schema: doneSchema } } },
        ...problems(401, 403, 404, 409, 422, 503),
      },
    });
    router.openapi(route, async (c) => {
      const { id } = c.req.valid('param' as never) as { id: string };
      const { outcome, status, reason } = await act(db, { outboxId: id, actor: c.get('actor') });
      log.info({ event: 'outbox.act', outboxId: id, act: name, outcome });
      if (outcome === 'not-found') throw notFound(`Документа ${id} нет.`);
      if (outcome === 'skipped') {
        throw new ProblemError({
          status: 409,
          code: `cannot-${name}`,
          detail: reason ?? 'В этом состоянии действие невозможно.',
          extra: { outcome, outbox_status: status },
        });
      }
      return c.json({ id, outcome, status: z.enum(OUTBOX_STATUSES).parse(status) }, 200);
    });
  }
  return router;
}

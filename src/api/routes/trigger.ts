import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { requestRun } from '../../shared/outbox/request-run.ts';
import { createRouter } from '../api-hono.ts';
import type { ApiEnv } from '../auth/token.ts';
import type { ApiDeps } from '../deps.ts';
import { readJsonBody } from '../json-body.ts';
import { problems } from '../problem.ts';
import { checkWarehouse } from '../warehouse-check.ts';

const bodySchema = z.strictObject(
  {
    warehouse_id: z
      .string({ error: 'ключ 1С или название склада, строкой' })
      .trim()
      .min(1, { error: 'пустая строка; чтобы проверить все склады, не передавайте поле' })
      .max(200, { error: 'не длиннее 200 знаков' })
      .nullish(),
    dry_run: z.boolean({ error: 'true или false' }).nullish(),
    force: z.boolean({ error: 'true или false' }).nullish(),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'нужен объект JSON' : undefined) },
);

const acceptedSchema = z
  .object({
    run_id: z.uuid(),
    status: z.literal('queued'),
    status_url: z.string().openapi({ example: '/api/v1/runs/0197…' }),
  })
  .openapi('AcceptedRun');

const route = createRoute({
  method: 'post',
  path: '/internal-replenishment',
  tags: ['runs'],
  summary: 'Ask for a deficit scan.',
  description:
    'Writes the run in one transaction and answers at once; it waits for no queue. `warehouse_id` is a 1C key or a name; without it every recipient is scanned. `dry_run` plans, but makes no documents. `force` plans although 1C told far less than last time, and what is snoozed too.',
  security: [{ bearer: [] }],
  request: {
    // A plain schema, not Zod: the body is optional in ways that the library's own validator does not know.
    body: {
      required: false,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            additionalProperties: false,
            properties: {
              warehouse_id: { type: ['string', 'null'], description: '1C key or name.' },
              dry_run: { type: ['boolean', 'null'], default: false },
              force: { type: ['boolean', 'null'], default: false },
            },
          },
        },
      },
    },
  },
  responses: {
    202: {
      description: 'Recorded',
      headers: { Location: { schema: { type: 'string' }, description: 'Where the run can be watched.' } },
      content: { 'application/json': { schema: acceptedSchema } },
    },
    ...problems(400, 401, 413, 415, 422, 503),
  },
});

/** `POST /internal-replenishment`: accept, record, answer. */
export function triggerRoutes(deps: Pick<ApiDeps, 'db' | 'onec' | 'log'>): OpenAPIHono<ApiEnv> {
  return createRouter().openapi(route, async (c) => {
    const body = await readJsonBody(c, bodySchema);
    const { warehouse_id: warehouse = null } = body;
    const [dryRun, force] = [body.dry_run ?? false, body.force ?? false];
    if (warehouse !== null) await checkWarehouse(deps, warehouse);
    const requestedBy = c.get('actor');
    const { runId } = await requestRun(deps.db, { trigger: 'http', requestedBy, warehouse, dryRun, force });
    deps.log.info({ event: 'run.requested', runId, dryRun, force });
    const statusUrl = `/api/v1/runs/${runId}`;
    c.header('Location', statusUrl);
    return c.json({ run_id: runId, status: 'queued' as const, status_url: statusUrl }, 202);
  });
}

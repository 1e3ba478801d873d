import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { approveRun, type RunResult, rejectRun } from '../../shared/outbox/decide-run.ts';
import { createRouter } from '../api-hono.ts';
import type { ApiEnv } from '../auth/token.ts';
import type { ApiDeps } from '../deps.ts';
import { uuidField } from '../fields/query-fields.ts';
import { readJsonBody } from '../json-body.ts';
import { notFound, ProblemError, problems } from '../problem.ts';
import { OUTBOX_STATUSES } from '../queries/outbox.ts';

/** As many ids as a request of 64 KiB has room for, and then some. */
const MOST_IDS = 1_000;

const body = z.strictObject(
  {
    outbox_ids: z
      .array(
        z.guid({ error: 'ключ документа (UUID)' }).transform((value) => value.toLowerCase()),
        {
          error: 'список ключей документов',
        },
      )
      .min(1, { error: 'пустой список; чтобы решить обо всех документах расчёта, не передавайте поле' })
      .max(MOST_IDS, { error: `не больше ${MOST_IDS} за раз` })
      .nullish(),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'нужен объект JSON' : undefined) },
);

/** The same for OpenAPI; the body is optional in ways that the library's own validator does not know. */
const bodySchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    outbox_ids: {
      type: ['array', 'null'],
      items: { type: 'string', format: 'uuid' },
      maxItems: MOST_IDS,
      description: 'Only these documents of the run: those that were seen. Left out: all that are held now.',
    },
  },
} as const;

const skippedSchema = z.object({ id: z.uuid(), status: z.enum(OUTBOX_STATUSES).nullable(), reason: z.string() });

const answerSchema = z
  .object({
    run_id: z.uuid(),
    outcome: z.literal('done'),
    /** Ids of the documents that were decided; no other was touched. */
    done: z.array(z.uuid()),
    /** Documents asked for by id that were not held, each with the reason. */
    skipped: z.array(skippedSchema),
  })
  .openapi('RunDecision');

const route = <A extends 'approve' | 'reject'>(act: A, summary: string) =>
  createRoute({
    method: 'post',
    path: `/{id}/${act}`,
    tags: ['runs'],
    security: [{ bearer: [] }],
    summary,
    request: {
      params: z.object({ id: uuidField }),
      body: { required: false, content: { 'application/json': { schema: bodySchema as never } } },
    },
    responses: {
      200: { description: 'Done', content: { 'application/json': { schema: answerSchema } } },
      ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
    },
  });

const approve = route('approve', 'Approve the held documents of a run.');
const reject = route('reject', 'Reject the held documents of a run, for this plan only.');

/** `/runs/{id}/approve` and `/runs/{id}/reject`. */
export function runDecisionRoutes({ db, log }: Pick<ApiDeps, 'db' | 'log'>): OpenAPIHono<ApiEnv> {
  return createRouter()
    .openapi(approve, async (c) => {
      const { id } = c.req.valid('param');
      const outboxIds = await idsOf(c);
      return answer(c, log, {
        id,
        act: 'approve',
        result: await approveRun(db, { runId: id, actor: c.get('actor'), ...outboxIds }),
      });
    })
    .openapi(reject, async (c) => {
      const { id } = c.req.valid('param');
      const outboxIds = await idsOf(c);
      return answer(c, log, {
        id,
        act: 'reject',
        result: await rejectRun(db, { runId: id, actor: c.get('actor'), ...outboxIds }),
      });
    });
}

async function idsOf(c: Context): Promise<{ outboxIds?: string[] }> {
  const { outbox_ids: outboxIds } = await readJsonBody(c, body);
  return outboxIds ? { outboxIds } : {};
}

function answer(c: Context, log: ApiDeps['log'], told: { id: string; act: 'approve' | 'reject'; result: RunResult }) {
  const { id, act, result } = told;
  const { outcome, done, reason } = result;
  const skipped = result.skipped.map((one) => ({
    ...one,
    status: z.enum(OUTBOX_STATUSES).nullable().parse(one.status),
  }));
  log.info({ event: 'run.act', runId: id, act, outcome, documents: done.length });
  if (outcome === 'not-found') throw notFound(`Проверки ${id} нет.`);
  if (outcome === 'skipped') {
    throw new ProblemError({
      status: 409,
      code: `cannot-${act}`,
      detail: `${reason ?? 'В этом состоянии действие невозможно'}.`,
      extra: { outcome, skipped },
    });
  }
  return c.json({ run_id: id, outcome, done, skipped }, 200);
}

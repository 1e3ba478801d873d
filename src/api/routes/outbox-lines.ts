import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { approveLine, rejectLine } from '../../shared/outbox/decide-line.ts';
import { editLine } from '../../shared/outbox/edit-line.ts';
import type { LineResult } from '../../shared/outbox/line-act.ts';
import { createRouter } from '../api-hono.ts';
import type { ApiEnv } from '../auth/token.ts';
import type { ApiDeps } from '../deps.ts';
import { uuidField } from '../fields/query-fields.ts';
import { readJsonBody } from '../json-body.ts';
import { notFound, ProblemError, problems } from '../problem.ts';
import { OUTBOX_STATUSES } from '../queries/outbox.ts';

const params = z.object({
  id: uuidField,
  line: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, { error: 'номер строки документа (line_number), целое число от 1' })
    .transform(Number)
    .openapi({ type: 'integer', minimum: 1, description: "The line's `line_number`." }),
});

const editBody = z.strictObject(
  {
    quantity: z.union([z.number(), z.string().max(40)], { error: 'число или строка с десятичным числом' }),
    reason: z.string({ error: 'почему изменено, строкой' }),
    force: z.boolean({ error: 'true или false' }).nullish(),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'нужен объект JSON' : undefined) },
);

/** The same for OpenAPI: the library's own validator would answer in another shape. */
const editBodySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['quantity', 'reason'],
  properties: {
    quantity: {
      type: ['number', 'string'],
      description:
        "In the item's base unit: above zero, at most three decimals, whole packs (or units), at most ten times what was planned; of a transfer, no more than the donor has above its minimum.",
    },
    reason: { type: 'string', maxLength: 500 },
    force: {
      type: ['boolean', 'null'],
      default: false,
      description: 'Lets a broken pack or unit pass, and more than the donor has to spare.',
    },
  },
} as const;

const answerSchema = z
  .object({
    id: z.uuid(),
    line_number: z.int(),
    outcome: z.literal('done'),
    /** The document's: `pending` when this line was the last to be decided, `cancelled` when none is left. */
    status: z.enum(OUTBOX_STATUSES),
  })
  .openapi('OutboxLineAct');

const secured = { tags: ['outbox'], security: [{ bearer: [] }] };
const done = { description: 'Done', content: { 'application/json': { schema: answerSchema } } };

const approve = createRoute({
  ...secured,
  method: 'post',
  path: '/{id}/lines/{line}/approve',
  summary: 'Approve one line of a held document; it goes once every line is decided.',
  request: { params },
  responses: { 200: done, ...problems(401, 403, 404, 409, 422, 503) },
});

const reject = createRoute({
  ...secured,
  method: 'post',
  path: '/{id}/lines/{line}/reject',
  summary: 'Reject one line of a held document, for this plan only.',
  request: { params },
  responses: { 200: done, ...problems(401, 403, 404, 409, 422, 503) },
});

const edit = createRoute({
  ...secured,
  method: 'post',
  path: '/{id}/lines/{line}/edit',
  summary: 'Set the quantity of a line of a held document; later scans keep it while the need is there.',
  request: {
    params,
    body: { required: true, content: { 'application/json': { schema: editBodySchema as never } } },
  },
  responses: { 200: done, ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503) },
});

/** `/outbox/{id}/lines/{line}/…`: what a person may do to a line of a held document. */
export function outboxLineRoutes({ db, log }: Pick<ApiDeps, 'db' | 'log'>): OpenAPIHono<ApiEnv> {
  return createRouter()
    .openapi(approve, async (c) => {
      const { id, line } = c.req.valid('param');
      const result = await approveLine(db, { outboxId: id, lineNumber: line, actor: c.get('actor') });
      log.info({ event: 'outbox.line-act', outboxId: id, line, act: 'approve', outcome: result.outcome });
      return answer(c, { id, line, act: 'approve', result });
    })
    .openapi(reject, async (c) => {
      const { id, line } = c.req.valid('param');
      const result = await rejectLine(db, { outboxId: id, lineNumber: line, actor: c.get('actor') });
      log.info({ event: 'outbox.line-act', outboxId: id, line, act: 'reject', outcome: result.outcome });
      return answer(c, { id, line, act: 'reject', result });
    })
    .openapi(edit, async (c) => {
      const { id, line } = c.req.valid('param');
      const { quantity, reason, force } = await readJsonBody(c, editBody);
      const operation = {
        outboxId: id,
        lineNumber: line,
        actor: c.get('actor'),
        quantity,
        reason,
        force: force ?? false,
      };
      const result = await editLine(db, operation);
      log.info({ event: 'outbox.line-act', outboxId: id, line, act: 'edit', outcome: result.outcome });
      return answer(c, { id, line, act: 'edit', result });
    });
}

/** 404 and 409 as for documents; a value that cannot be is 422 and names its field. */
function answer(c: Context, told: { id: string; line: number; act: string; result: LineResult }) {
  const { id, line, act, result } = told;
  const { outcome, status, reason, field } = result;
  if (outcome === 'not-found') throw notFound(`В документе ${id} нет строки ${line}, или нет самого документа.`);
  if (outcome === 'skipped') {
    const detail = reason ?? 'В этом состоянии действие невозможно.';
    if (field !== null) {
      throw new ProblemError({
        status: 422,
        code: 'validation',
        detail,
        errors: [{ in: 'body', name: field, message: detail }],
      });
    }
    throw new ProblemError({ status: 409, code: `cannot-${act}`, detail, extra: { outcome, outbox_status: status } });
  }
  return c.json({ id, line_number: line, outcome, status: z.enum(OUTBOX_STATUSES).parse(status) }, 200);
}

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { sendTest } from '../alarm-test.ts';
import { createRouter } from '../api-hono.ts';
import type { ApiEnv } from '../auth/token.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorField, pageOf, toPage } from '../fields/cursor.ts';
import { limitField } from '../fields/query-fields.ts';
import { problems } from '../problem.ts';
import { type AlarmRecord, listAlarms } from '../queries/alarms.ts';

const alarmSchema = z
  .object({
    id: z.uuid(),
    code: z.string(),
    /** What it is about: a queue, a system, a cause. */
    subject: z.string(),
    message: z.string(),
    since: z.string(),
    /** NULL: nobody has been told yet, for example in quiet hours. */
    told_at: z.string().nullable(),
    resolved_at: z.string().nullable(),
    /** How many documents it is about; NULL: it is not about a number of them. */
    size: z.int().nullable(),
  })
  .openapi('Alarm');

const deliverySchema = z
  .object({ channel: z.enum(['telegram', 'webhook', 'mail']), error: z.string().nullable() })
  .openapi('AlarmDelivery');

const secured = { tags: ['alarms'], security: [{ bearer: [] }] };

const list = createRoute({
  ...secured,
  method: 'get',
  path: '/',
  summary: 'What is wrong, or was, newest first.',
  request: {
    query: z.strictObject({
      state: z.enum(['open', 'all'], { error: 'open или all' }).default('all'),
      limit: limitField(100, 2000),
      cursor: cursorField(z.tuple([z.uuid()])),
    }),
  },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: pageOf(alarmSchema) } } },
    ...problems(401, 422, 503),
  },
});

const test = createRoute({
  ...secured,
  method: 'post',
  path: '/test',
  summary: 'Send a test message to every channel that is configured, and say how each fared.',
  responses: {
    200: {
      description: 'How each channel fared',
      content: { 'application/json': { schema: z.object({ deliveries: z.array(deliverySchema) }) } },
    },
    ...problems(401, 403, 409, 503),
  },
});

/** `/alarms` and `/alarms/test`. */
export function alarmRoutes(deps: Pick<ApiDeps, 'db' | 'notifier'>): OpenAPIHono<ApiEnv> {
  return createRouter()
    .openapi(list, async (c) => {
      const { state, limit, cursor } = c.req.valid('query');
      const found = await listAlarms(deps.db, { open: state === 'open', after: cursor, limit: limit + 1 });
      return c.json(toPage(found, limit, { item: alarmView, place: ({ id }) => [id] }), 200);
    })
    .openapi(test, async (c) => c.json({ deliveries: await sendTest(deps, c.get('actor')) }, 200));
}

function alarmView({ since, told_at, resolved_at, ...rest }: AlarmRecord): z.output<typeof alarmSchema> {
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return { ...rest, since: since.toISOString(), told_at: iso(told_at), resolved_at: iso(resolved_at) };
}

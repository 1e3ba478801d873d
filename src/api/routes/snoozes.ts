import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { createSnooze, endSnooze, type NewSnooze } from '../../shared/snooze/operations.ts';
import { scopeText } from '../../shared/snooze/record.ts';
import { createRouter } from '../api-hono.ts';
import type { ApiEnv } from '../auth/token.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorField, pageOf, toPage } from '../fields/cursor.ts';
import { limitField, textField, uuidField } from '../fields/query-fields.ts';
import { readJsonBody } from '../json-body.ts';
import { notFound, ProblemError, problems } from '../problem.ts';
import { findItem, itemsByArticle, listSnoozes } from '../queries/snoozes.ts';
import { checkWarehouse } from '../warehouse-check.ts';
import { snoozeBody, snoozeBodySchema } from './snooze-body.ts';
import { snoozeSchema, snoozeView } from './snooze-view.ts';

type Deps = Pick<ApiDeps, 'db' | 'onec' | 'log' | 'config'>;
type Body = z.output<typeof snoozeBody>;

const secured = { tags: ['snoozes'], security: [{ bearer: [] }] };
const answer = { content: { 'application/json': { schema: snoozeSchema } } };

const list = createRoute({
  ...secured,
  method: 'get',
  path: '/',
  summary: 'What people told the hub not to order, newest first.',
  request: {
    query: z.strictObject({
      state: z.enum(['active', 'ended'], { error: 'active или ended' }).optional(),
      q: textField('Part of an article, a name or the reason, or a whole key.'),
      limit: limitField(100, 2000),
      cursor: cursorField(z.tuple([z.uuid()])),
    }),
  },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: pageOf(snoozeSchema) } } },
    ...problems(401, 422, 503),
  },
});

const create = createRoute({
  ...secured,
  method: 'post',
  path: '/',
  summary: 'Snooze (until a day) or exclude (for good) an item on a warehouse, an item, or a warehouse.',
  description:
    'Automatic and manual runs alike leave such needs out, with the reason in the run line, and leave donors to others. Documents that are on their way already are not touched. Ends by itself on the day named.',
  request: { body: { required: true, content: { 'application/json': { schema: snoozeBodySchema as never } } } },
  responses: { 201: { description: 'Recorded', ...answer }, ...problems(400, 401, 403, 409, 413, 415, 422, 503) },
});

const end = createRoute({
  ...secured,
  method: 'post',
  path: '/{id}/end',
  summary: 'End a snooze or an exclusion now.',
  request: { params: z.object({ id: uuidField }) },
  responses: { 200: { description: 'Ended', ...answer }, ...problems(401, 403, 404, 409, 422, 503) },
});

/** `/snoozes` and `/snoozes/{id}/end`. */
export function snoozeRoutes(deps: Deps): OpenAPIHono<ApiEnv> {
  const { db, log } = deps;
  return createRouter()
    .openapi(list, async (c) => {
      const { limit, cursor, ...filter } = c.req.valid('query');
      const found = await listSnoozes(db, { ...filter, after: cursor, limit: limit + 1 });
      return c.json(toPage(found, limit, { item: snoozeView, place: ({ id }) => [id] }), 200);
    })
    .openapi(create, async (c) => {
      const body = await readJsonBody(c, snoozeBody);
      const [recipient, item] = [await recipientOf(deps, body), await itemOf(deps, body)];
      const { timezone } = deps.config.schedule;
      const { reason, until = null } = body;
      const made = await createSnooze(db, { recipient, item, reason, until, actor: c.get('actor'), timezone });
      log.info({ event: 'snooze.create', outcome: made.outcome });
      if (made.outcome === 'past') throw pastDay(until, made.today, timezone);
      if (made.outcome === 'exists') {
        throw new ProblemError({
          status: 409,
          code: 'already-snoozed',
          detail: `Уже не заказывается: ${scopeText(made.snooze)}. Сначала снимите прежнюю отметку (${made.snooze.id}).`,
          extra: { snooze: snoozeView(made.snooze) },
        });
      }
      c.header('Location', `/api/v1/snoozes?q=${made.snooze.id}`);
      return c.json(snoozeView(made.snooze), 201);
    })
    .openapi(end, async (c) => {
      const { id } = c.req.valid('param');
      const { outcome, snooze } = await endSnooze(db, { id, actor: c.get('actor') });
      log.info({ event: 'snooze.end', id, outcome });
      if (outcome === 'not-found') throw notFound(`Отметки ${id} нет.`);
      if (outcome === 'skipped') {
        throw new ProblemError({
          status: 409,
          code: 'already-ended',
          detail: `Отметка уже снята: ${scopeText(snooze)}.`,
          extra: { snooze: snoozeView(snooze) },
        });
      }
      return c.json(snoozeView(snooze), 200);
    });
}

async function recipientOf(deps: Deps, { warehouse_id: asked }: Body): Promise<NewSnooze['recipient']> {
  if (!asked) return null;
  const found = await checkWarehouse(deps, asked);
  if (found !== null) return found;
  throw new ProblemError({
    status: 503,
    code: 'warehouse-unchecked',
    detail: `1С не отвечает, и склад «${asked}» хабу ещё не известен. Повторите, когда 1С заработает.`,
    headers: { 'Retry-After': '60' },
  });
}

async function itemOf({ db }: Deps, body: Body): Promise<NewSnooze['item']> {
  const characteristicKey = body.characteristic_key ?? null;
  if (body.item_key) {
    const known = await findItem(db, body.item_key);
    return { key: body.item_key, name: known?.name ?? null, article: known?.article ?? null, characteristicKey };
  }
  if (!body.article) return null;
  const [found, ...others] = await itemsByArticle(db, body.article);
  const refuse = (code: string, detail: string) =>
    new ProblemError({ status: 422, code, detail, errors: [{ in: 'body', name: 'article', message: detail }] });
  if (found === undefined) {
    throw refuse(
      'unknown-article',
      `Артикула «${body.article}» не было ни в одном расчёте. Передайте item_key — ключ 1С.`,
    );
  }
  if (others.length > 0) {
    throw refuse('ambiguous-article', `Товаров с артикулом «${body.article}» несколько. Передайте item_key — ключ 1С.`);
  }
  return { ...found, article: body.article, characteristicKey };
}

function pastDay(until: string | null, today: string, timezone: string): ProblemError {
  const detail = `until — день, с которого снова заказывать; ${until} уже наступил (сегодня ${today}, ${timezone}).`;
  const errors = [{ in: 'body' as const, name: 'until', message: 'нужен день позже сегодняшнего' }];
  return new ProblemError({ status: 422, code: 'validation', detail, errors });
}

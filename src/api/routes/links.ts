import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type BlockedLink, LINK_PROBLEMS, listBlocked } from '../../shared/moysklad/blocked-links.ts';
import { createRouter } from '../api-hono.ts';
import type { ApiEnv } from '../auth/token.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorField, pageOf, toPage } from '../fields/cursor.ts';
import { anyOfField, limitField } from '../fields/query-fields.ts';
import { problems } from '../problem.ts';

const linkSchema = z
  .object({
    item_key: z.uuid(),
    characteristic_key: z.uuid(),
    item_name: z.string(),
    article: z.string(),
    code: z.string(),
    problem: z.enum(LINK_PROBLEMS),
    match_by: z.string(),
    match_value: z.string(),
    matches: z.int(),
    archived: z.int(),
    unit_1c: z.string(),
    unit_moysklad: z.string().nullable(),
    pack_1c: z.number().nullable(),
    packs_moysklad: z.array(z.number()),
    entity_name: z.string().nullable(),
    price_roubles: z.number().nullable(),
    waiting_quantity: z.number(),
    waiting_lines: z.int(),
    blocked_roubles: z.number().nullable(),
    checked_at: z.iso.datetime(),
  })
  .openapi('BlockedLink');

const list = createRoute({
  tags: ['links'],
  security: [{ bearer: [] }],
  method: 'get',
  path: '/',
  summary: 'Items of 1C that cannot be ordered in МойСклад, and the money that waits for them; the most first.',
  description:
    '`blocked_roubles` is what waits in orders that are not made, at the last known price; null where none is known. `unit` does not stop an order: the units of 1C and МойСклад differ, and a person should look.',
  request: {
    query: z.strictObject({
      problem: anyOfField(LINK_PROBLEMS),
      waiting: z.enum(['true', 'false'], { error: 'true или false' }).optional(),
      limit: limitField(100, 2000),
      cursor: cursorField(z.tuple([z.int().nonnegative()])),
    }),
  },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: pageOf(linkSchema) } } },
    ...problems(401, 422, 503),
  },
});

/** `/links`: what blocks ordering. */
export function linkRoutes({ db }: Pick<ApiDeps, 'db'>): OpenAPIHono<ApiEnv> {
  return createRouter().openapi(list, async (c) => {
    const { problem, waiting, limit, cursor } = c.req.valid('query');
    const offset = cursor?.[0] ?? 0;
    const found = await listBlocked(db.prisma, {
      ...(problem === undefined ? {} : { problems: problem }),
      waiting: waiting === 'true',
      limit: limit + 1,
      offset,
    });
    return c.json(toPage(found, limit, { item: linkView, place: () => [offset + limit] }), 200);
  });
}

/** One of them as the interface tells it. */
export function linkView(link: BlockedLink): z.output<typeof linkSchema> {
  const { item_unit, unit, pack, packs, price, blocked, checked_at, ...rest } = link;
  return {
    ...rest,
    unit_1c: item_unit,
    unit_moysklad: unit,
    pack_1c: pack,
    packs_moysklad: packs ?? [],
    price_roubles: price === null ? null : price / 100,
    blocked_roubles: blocked === null ? null : blocked / 100,
    checked_at: checked_at.toISOString(),
  };
}

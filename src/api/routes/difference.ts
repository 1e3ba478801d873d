import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Database } from '../../shared/db/database.ts';
import { type ComparedRun, compareRuns, findComparedRun, findRunBefore } from '../../shared/runs/compare-runs.ts';
import { createRouter } from '../api-hono.ts';
import type { ApiEnv } from '../auth/token.ts';
import type { ApiDeps } from '../deps.ts';
import { limitField, uuidField } from '../fields/query-fields.ts';
import { notFound, ProblemError, problems } from '../problem.ts';
import { differenceSchema, differenceView } from './difference-view.ts';

const route = createRoute({
  tags: ['runs'],
  security: [{ bearer: [] }],
  method: 'get',
  path: '/{id}/difference',
  summary: 'What this run decides otherwise than an earlier one: lines that are new, gone or changed, and why.',
  request: {
    params: z.object({ id: uuidField }),
    query: z.strictObject({
      to: uuidField
        .optional()
        .openapi({ description: 'Run to compare with. Default: the last completed run before it of the same scope.' }),
      limit: limitField(1000, 10_000),
    }),
  },
  responses: {
    200: { description: 'The difference', content: { 'application/json': { schema: differenceSchema } } },
    ...problems(401, 404, 409, 422, 503),
  },
});

/** `/runs/{id}/difference`. */
export function differenceRoutes({ db }: Pick<ApiDeps, 'db'>): OpenAPIHono<ApiEnv> {
  return createRouter().openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { to, limit } = c.req.valid('query');
    const run = await planned(db, id);
    const before = to === undefined ? await findRunBefore(db, run) : await planned(db, to);
    return c.json(differenceView(run, await compareRuns(db, run, before), limit), 200);
  });
}

async function planned(db: Database, id: string): Promise<ComparedRun> {
  const run = await findComparedRun(db, id);
  if (run !== null) return run;
  const unplanned = await db.prisma.run.findUnique({ where: { id } });
  if (unplanned === null) throw notFound(`Проверки ${id} нет.`);
  throw new ProblemError({
    status: 409,
    code: 'run-without-plan',
    detail: `У проверки ${id} нет готового плана (${STATES[unplanned.status]}), сравнивать нечего.`,
  });
}

const STATES = {
  queued: 'она в очереди',
  running: 'она ещё идёт',
  completed: 'план не сохранён',
  failed: 'она не удалась',
};

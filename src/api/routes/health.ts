import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { runSteps } from '../../shared/check/run-steps.ts';
import type { CheckedStep, SystemCheck } from '../../shared/check/step.ts';
import { describeDiagnosis } from '../../shared/db/migrations.ts';
import { findOutcome } from '../../shared/errors/outcome.ts';
import { createRouter } from '../api-hono.ts';
import type { ApiEnv } from '../auth/token.ts';
import { TooSlow, within } from '../deadline.ts';
import type { ApiDeps } from '../deps.ts';
import { ProblemError, problems } from '../problem.ts';
import { shareAnswer } from '../shared-answer.ts';

/** How long a check may take before it counts as failed. Those of the hub's own parts answer together within three seconds. */
const DATABASE_CHECK_MS = 2_500;
const QUEUE_CHECK_MS = 3_000;
const DIAGNOSIS_MS = 10_000;
const OUTSIDE_CHECK_MS = 5_000;
/** How long an answer is shared. */
const LOCAL_KEEP_MS = 1_000;
const OUTSIDE_KEEP_MS = 5_000;
/** The migration engine is started for every diagnosis, and histories change at deployments only. */
const DIAGNOSIS_KEEP_MS = 15_000;

interface Check {
  ok: boolean;
  latency_ms: number;
  /** Set when not ok. */
  code?: string;
  detail?: string;
  [fact: string]: unknown;
}

type HealthDeps = Pick<ApiDeps, 'db' | 'queueHealth' | 'diagnose' | 'onec' | 'moysklad' | 'clock' | 'version'>;

/** Liveness, readiness, and one check per thing the hub leans on. Open to all: answers are shared between callers. */
export function healthRoutes({
  db,
  queueHealth,
  diagnose,
  onec,
  moysklad,
  clock,
  version,
}: HealthDeps): OpenAPIHono<ApiEnv> {
  const database = shareAnswer(clock, LOCAL_KEEP_MS, () =>
    check(DATABASE_CHECK_MS, 'database-unavailable', () => db.prisma.$queryRaw`select 1`.then(() => ({ ok: true }))),
  );
  const migrations = shareAnswer(clock, DIAGNOSIS_KEEP_MS, () =>
    check(DIAGNOSIS_MS, 'migrations-unknown', async () => {
      const diagnosis = await diagnose();
      const problems = describeDiagnosis(diagnosis);
      const wrong = { ok: false, code: 'migrations-wrong', detail: problems.join(' ') };
      return { ...(problems.length === 0 ? { ok: true } : wrong), ...diagnosis };
    }),
  );
  const queue = shareAnswer(clock, LOCAL_KEEP_MS, () =>
    check(QUEUE_CHECK_MS, 'queue-unavailable', async () => {
      const { ok, backend, detail } = await queueHealth();
      return {
        ok,
        backend,
        ...(ok ? {} : { code: 'queue-unavailable', detail: detail ?? 'Хранилище очередей не отвечает.' }),
      };
    }),
  );
  let diagnosed: Check | null = null;
  /** A database that is silent has no history to be read. One that reads slowly has the one that was read last. */
  const databaseWithMigrations = async (): Promise<Record<string, Check>> => {
    const startedMs = performance.now();
    const found = await database();
    if (!found.ok) return { database: found, migrations: { ...UNKNOWN_HISTORY, latency_ms: 0 } };
    const leftMs = diagnosed === null ? DIAGNOSIS_MS : DATABASE_CHECK_MS - (performance.now() - startedMs);
    const history = await within(Math.max(0, leftMs), migrations()).catch(() => diagnosed);
    diagnosed = history;
    return { database: found, migrations: history ?? { ...UNKNOWN_HISTORY, latency_ms: DIAGNOSIS_MS } };
  };
  const outside = (system: () => SystemCheck) =>
    shareAnswer(clock, OUTSIDE_KEEP_MS, () =>
      check(OUTSIDE_CHECK_MS, 'unreachable', () => quickSteps(system(), OUTSIDE_CHECK_MS)),
    );
  const checks: Record<string, () => Promise<Record<string, Check>>> = {
    ready: async () => {
      const [own, store] = await Promise.all([databaseWithMigrations(), queue()]);
      return { ...own, queue: store };
    },
    db: databaseWithMigrations,
    queue: async () => ({ queue: await queue() }),
  };
  const check1c = outside(() => onec.check());
  const checkMoysklad = outside(() => moysklad.check());
  checks['1c'] = async () => ({ '1c': await check1c() });
  checks.moysklad = async () => ({ moysklad: await checkMoysklad() });

  const router = createRouter();
  router.openapi(
    createRoute({
      method: 'get',
      path: '/live',
      tags: ['health'],
      summary: 'The process answers.',
      responses: { 200: { description: 'Alive', content: { 'application/json': { schema: liveSchema } } } },
    }),
    (c) => c.json({ status: 'ok' as const, version }, 200),
  );
  for (const [name, run] of Object.entries(checks)) {
    router.openapi(
      createRoute({
        method: 'get',
        path: `/${name}`,
        tags: ['health'],
        summary: summaries[name] ?? name,
        responses: {
          200: { description: 'All checks passed', content: { 'application/json': { schema: healthSchema } } },
          ...problems(503),
        },
      }),
      async (c) => {
        const results = await run();
        const failed = Object.entries(results).filter(([, { ok }]) => !ok);
        if (failed.length > 0) {
          throw new ProblemError({
            status: 503,
            code: failed[0]?.[1].code ?? 'unhealthy',
            detail: failed.map(([which, { detail }]) => `${which}: ${detail}`).join('; '),
            extra: { checks: results },
          });
        }
        c.header('Cache-Control', 'no-store');
        return c.json({ status: 'ok' as const, checks: results }, 200);
      },
    );
  }
  return router;
}

const UNKNOWN_HISTORY = {
  ok: false,
  code: 'migrations-unknown',
  detail: 'история миграций не прочитана: база не ответила вовремя',
};

const summaries: Record<string, string> = {
  ready: 'Database, migrations and queue store are in order.',
  db: 'The database answers, and its migration history fits this release.',
  queue: 'The queue store answers.',
  '1c': '1C answers within 5 s, accepts the credentials and publishes what the hub needs: the cheap steps of `hub check 1c`.',
  moysklad: 'МойСклад answers within 5 s and accepts the credentials: the cheap steps of `hub check moysklad`.',
};

const liveSchema = z.object({ status: z.literal('ok'), version: z.string() });
const stepSchema = z.object({
  id: z.string(),
  name: z.string(),
  result: z.enum(['ok', 'warn', 'fail', 'skipped']),
  detail: z.string(),
  latency_ms: z.number(),
  cure: z.string().optional(),
  code: z.string().optional(),
});
const checkSchema = z.looseObject({
  ok: z.boolean(),
  latency_ms: z.number(),
  code: z.string().optional(),
  detail: z.string().optional(),
  steps: z.array(stepSchema).optional(),
});
const healthSchema = z.object({ status: z.literal('ok'), checks: z.record(z.string(), checkSchema) });

/** The steps that cost no more than a ping. What failed first is what the check says. */
async function quickSteps(system: SystemCheck, deadlineMs: number): Promise<Omit<Check, 'latency_ms'>> {
  const limits = { signal: AbortSignal.timeout(deadlineMs), timeoutMs: deadlineMs };
  const steps = (await runSteps(system, { ...limits, quickOnly: true })).map(viewStep);
  const failed = steps.find(({ result }) => result === 'fail');
  if (failed === undefined) return { ok: true, steps };
  return { ok: false, code: failed.code ?? 'unhealthy', detail: failed.detail, steps };
}

const viewStep = ({ id, name, result, detail, cure, code, ms }: CheckedStep) => ({
  ...{ id, name, result, detail, latency_ms: ms },
  ...(cure === null ? {} : { cure }),
  ...(code === null ? {} : { code }),
});

/** Runs one check against the clock on the wall; whatever it throws is its answer. */
async function check(deadlineMs: number, code: string, ask: () => Promise<Omit<Check, 'latency_ms'>>): Promise<Check> {
  const startedMs = performance.now();
  const latency = () => Math.round(performance.now() - startedMs);
  try {
    const answer = await within(deadlineMs, ask());
    return { ...answer, ok: answer.ok === true, latency_ms: latency() };
  } catch (error) {
    const outcome = findOutcome(error);
    if (outcome !== undefined) return { ok: false, latency_ms: latency(), code: outcome.code, detail: outcome.message };
    const slow = error instanceof TooSlow || (error instanceof Error && error.name === 'TimeoutError');
    return {
      ok: false,
      latency_ms: latency(),
      code: slow ? 'timeout' : code,
      detail: slow ? `нет ответа за ${deadlineMs / 1000} с` : 'проверка не прошла: нет связи',
    };
  }
}

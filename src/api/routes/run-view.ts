import { z } from '@hono/zod-openapi';
import { RUN_STATUSES, type RunWithStates } from '../queries/runs.ts';

const count = z.int().nonnegative();

/** Planning counts, as the run wrote them, and the present states of the run's own documents. */
const countsSchema = z.object({
  needs: count,
  transfers: count,
  orders: count,
  covered: count,
  unmet: count,
  documents: count,
  /** Older documents that this run replaced. */
  supersedes: count,
  held: count,
  waiting: count,
  sending: count,
  unknown: count,
  done: count,
  failed: count,
  cancelled: count,
  /** Documents of this run that a newer one replaced. */
  superseded: count,
});

export const runSchema = z
  .object({
    id: z.uuid(),
    status: z.enum(RUN_STATUSES),
    trigger: z.string(),
    requested_by: z.string().nullable(),
    dry_run: z.boolean(),
    /** A person overrode the check of the snapshot and what is snoozed. */
    force: z.boolean(),
    warehouse: z.string().nullable(),
    phase: z.string().nullable(),
    progress: z.record(z.string(), z.unknown()),
    counts: countsSchema,
    /** sha256 over the plan's canonical JSON: equal for equal decisions from equal numbers; NULL before the plan is made. */
    plan_digest: z.string().nullable(),
    warnings: z.array(z.unknown()),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    created_at: z.string(),
    started_at: z.string().nullable(),
    finished_at: z.string().nullable(),
  })
  .openapi('Run');

const numbers = z.record(z.string(), z.number()).catch({});

export function runView({ run, states }: RunWithStates): z.output<typeof runSchema> {
  const planned = numbers.parse(run.counts);
  const state = (...names: string[]) => names.reduce((sum, name) => sum + (states[name] ?? 0), 0);
  const documents = Object.values(states).reduce((sum, one) => sum + one, 0);
  return {
    id: run.id,
    status: run.status,
    trigger: run.trigger,
    requested_by: run.requestedBy,
    dry_run: run.dryRun,
    force: run.force,
    warehouse: run.warehouse,
    phase: run.phase,
    progress: z.record(z.string(), z.unknown()).catch({}).parse(run.progress),
    counts: {
      needs: planned.needs ?? 0,
      transfers: planned.transfers ?? 0,
      orders: planned.orders ?? 0,
      covered: planned.covered ?? 0,
      unmet: planned.unmet ?? 0,
      documents,
      supersedes: planned.superseded ?? 0,
      held: state('held'),
      waiting: state('pending', 'queued'),
      sending: state('sending'),
      unknown: state('unknown'),
      done: state('done'),
      failed: state('failed'),
      cancelled: state('cancelled'),
      superseded: state('superseded'),
    },
    plan_digest: run.planDigest,
    warnings: z.array(z.unknown()).catch([]).parse(run.warnings),
    error: run.errorCode === null ? null : { code: run.errorCode, message: run.errorMessage ?? '' },
    created_at: run.createdAt.toISOString(),
    started_at: run.startedAt?.toISOString() ?? null,
    finished_at: run.finishedAt?.toISOString() ?? null,
  };
}

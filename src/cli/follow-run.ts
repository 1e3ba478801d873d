import { z } from 'zod';
import type { Clock } from '../shared/clock/clock.ts';
import type { Database } from '../shared/db/database.ts';

export interface RunState {
  status: 'queued' | 'running' | 'completed' | 'failed';
  phase: string | null;
  /** Of the snapshot while it is read. */
  progress: { phase?: string; done?: number; total?: number };
  counts: Record<string, number>;
  /** Documents by kind and state. */
  transfers: Record<string, number>;
  orders: Record<string, number>;
  /** Why it waits or failed. */
  error: string | null;
  /** Systems that are down, as told to people. */
  down: string[];
}

export interface RunEnd extends RunState {
  failures: { code: string; message: string; count: number }[];
}

const LOOK_EVERY_MS = 200;

/** Watches a run until it failed, or completed with every document at rest (done, failed, held, cancelled, superseded). */
export async function followRun(
  db: Database,
  runId: string,
  { clock, signal, everyMs = LOOK_EVERY_MS }: { clock: Clock; signal?: AbortSignal; everyMs?: number },
  onState: (state: RunState) => void,
): Promise<RunEnd> {
  for (;;) {
    const { state, moving } = await readState(db, runId);
    onState(state);
    if (state.status === 'failed' || (state.status === 'completed' && moving === 0)) {
      return { ...state, failures: await failuresOf(db, runId) };
    }
    await clock.sleep(everyMs, signal);
  }
}

const documentCounts = z.array(
  z.object({ kind: z.string(), status: z.string(), count: z.number(), moving: z.number() }),
);

/** `moving` counts the documents that the hub has yet to do something about: of unknown outcome, those it will look at again. */
async function readState(db: Database, runId: string): Promise<{ state: RunState; moving: number }> {
  // The run first: one that has completed has all its documents written. Read at the same time, a run just completed could
  // be seen beside its documents of a moment before, which are none.
  const run = await db.prisma.run.findUniqueOrThrow({ where: { id: runId } });
  // All that is said of documents comes from one statement: between two, one may go from unknown to sending, unseen by both.
  const [counted, down] = await Promise.all([
    db.prisma.$queryRaw`
      select kind::text, status::text, count(*)::int as count,
        (count(*) filter (
          where status in ('pending', 'queued', 'sending') or (status = 'unknown' and rested_under is null)
        ))::int as moving
      from outbox where run_id = ${runId}::uuid and kind in ('transfer', 'order') group by 1, 2`,
    db.prisma.systemState.findMany({ where: { state: 'down' } }),
  ]);
  const documents = documentCounts.parse(counted);
  const of = (kind: string) =>
    Object.fromEntries(documents.filter((one) => one.kind === kind).map((one) => [one.status, one.count]));
  const state: RunState = {
    status: run.status,
    phase: run.phase,
    progress: run.progress as RunState['progress'],
    counts: run.counts as Record<string, number>,
    transfers: of('transfer'),
    orders: of('order'),
    error: run.errorMessage,
    down: down.map((one) => one.reason ?? one.system),
  };
  return { state, moving: documents.reduce((sum, one) => sum + one.moving, 0) };
}

async function failuresOf(db: Database, runId: string) {
  return z.array(z.object({ code: z.string(), message: z.string(), count: z.coerce.number() })).parse(
    await db.prisma.$queryRaw`
      select coalesce(error_code, 'unknown') as code, min(coalesce(error_message, '')) as message, count(*) as count
      from outbox where run_id = ${runId}::uuid and kind <> 'scan' and status in ('failed', 'unknown')
      group by 1 order by 3 desc, 1`,
  );
}

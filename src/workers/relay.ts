import { jobOfKind } from '../jobs/contracts.ts';
import type { Clock } from '../shared/clock/clock.ts';
import type { QueueName } from '../shared/config/config.ts';
import type { Database } from '../shared/db/database.ts';
import type { Log } from '../shared/log/log.ts';
import {
  claimPending,
  type Deliverable,
  findSuspects,
  markJobsSeen,
  raiseGeneration,
  releaseClaims,
} from '../shared/outbox/delivery-store.ts';
import { jobId } from '../shared/outbox/ids.ts';
import type { QueueStore } from '../shared/queue/store.ts';
import { inSpanEach, type Together } from '../shared/telemetry/span-each.ts';
import { BULLMQ_ATTEMPTS } from './outcomes.ts';

export interface RelayOptions {
  /** Rows in one claim. */
  batch?: number;
  /** What a relay claimed is not looked at by the sweep for so long. Default: `quietMs`, but never less than what a queue store may take. */
  leaseMs?: number;
  /** A row whose job was not seen for this long is looked at by the sweep. */
  quietMs?: number;
  /** The periodic pass. */
  pollMs: number;
}

export interface RelayDeps {
  db: Database;
  store: QueueStore;
  clock: Clock;
  log: Log;
  checkpoint?: (name: string) => Promise<void> | void;
}

export interface Pass {
  enqueued: number;
  revived: number;
}

/** Moves outbox rows into queues. NOTIFY wakes it, the sweep makes it true. */
export interface Relay {
  start(): void;
  /** Runs a pass soon; many calls during a pass give one more pass. */
  wake(): void;
  runOnce(): Promise<Pass>;
  stop(): Promise<void>;
}

const SHORTEST_LEASE_MS = 5_000;
/** Rows that the sweep looks at together. */
const SUSPECTS = 1_000;

const jobOptions = { attempts: BULLMQ_ATTEMPTS, backoff: { type: 'custom' } };

export function createRelay(options: RelayOptions, deps: RelayDeps): Relay {
  const { db, store, clock, log, checkpoint } = deps;
  const { batch = 500, quietMs = options.pollMs, pollMs } = options;
  const { leaseMs = Math.max(quietMs, SHORTEST_LEASE_MS) } = options;
  let loop: Promise<void> | undefined;
  let wakeUp: (() => void) | undefined;
  let awake = true;
  const stopping = new AbortController();

  async function enqueue(rows: Deliverable[]): Promise<void> {
    const byQueue = group(rows);
    for (const [queue, members] of byQueue) {
      await inSpanEach(members.map(spanOf), (carried) =>
        store.queue(queue).addBulk(
          members.map((row, at) => ({
            name: jobOfKind[row.kind].name,
            data: { outboxId: row.id },
            opts: { ...jobOptions, jobId: jobId(row.id, row.generation), ...telemetryOf(carried[at] ?? null) },
          })),
        ),
      );
    }
  }

  async function relayPending(): Promise<number> {
    let enqueued = 0;
    while (!stopping.signal.aborted) {
      const rows = await claimPending(db.prisma, batch, leaseMs);
      if (rows.length === 0) break;
      await checkpoint?.('relay.claimed');
      try {
        await enqueue(rows);
      } catch (error) {
        await releaseClaims(
          db.prisma,
          rows.map((row) => row.id),
        );
        throw error;
      }
      await checkpoint?.('relay.enqueued');
      enqueued += rows.length;
      if (rows.length < batch) break;
    }
    return enqueued;
  }

  async function sweep(): Promise<number> {
    let revived = 0;
    // An emptied queue store leaves thousands of rows without a job; all of them are brought back in one pass.
    while (!stopping.signal.aborted) {
      const suspects = await findSuspects(db.prisma, SUSPECTS, quietMs);
      if (suspects.length > 0) revived += await look(suspects);
      if (suspects.length < SUSPECTS) break;
    }
    return revived;
  }

  /** Looks at the job of every row that went quiet, and brings back those that vanished or ended without their row. */
  async function look(suspects: Deliverable[]): Promise<number> {
    const alive: string[] = [];
    const vanished: Deliverable[] = [];
    const ended: string[] = [];
    await inChunks(suspects, 50, async (row) => {
      const state = await store.queue(row.queue).getJobState(jobId(row.id, row.generation));
      if (state === 'unknown') vanished.push(row);
      else if (state === 'completed' || state === 'failed') ended.push(row.id);
      else alive.push(row.id);
    });
    await enqueue([...vanished, ...(await raiseGeneration(db.prisma, ended))]);
    await markJobsSeen(
      db.prisma,
      suspects.map((row) => row.id),
    );
    const revived = vanished.length + ended.length;
    if (revived > 0)
      log.warn({ event: 'sweep.revived', vanished: vanished.length, ended: ended.length, alive: alive.length });
    return revived;
  }

  async function runOnce(): Promise<Pass> {
    const enqueued = await relayPending();
    return { enqueued, revived: await sweep() };
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      awake = false;
      try {
        const pass = await runOnce();
        if (pass.enqueued + pass.revived > 0) log.info({ event: 'relay.pass', ...pass });
      } catch (error) {
        // The rows are safe where they are; the next pass tries again.
        log.warn({ event: 'relay.failed', error: error instanceof Error ? error.message : String(error) });
      }
      if (awake || stopping.signal.aborted) continue;
      const nap = new AbortController();
      wakeUp = () => nap.abort();
      await clock.sleep(pollMs, nap.signal).catch(() => undefined);
      wakeUp = undefined;
    }
  }

  return {
    start() {
      loop ??= run();
    },
    wake() {
      awake = true;
      wakeUp?.();
    },
    runOnce,
    async stop() {
      stopping.abort();
      wakeUp?.();
      await loop;
    },
  };
}

/** A job that goes on with its row's trace. */
const telemetryOf = (traceparent: string | null) =>
  traceparent === null ? {} : { telemetry: { metadata: JSON.stringify({ traceparent }) } };

const spanOf = (row: Deliverable): Together => ({
  name: `relay ${row.queue}`,
  kind: 'producer',
  facts: { 'hub.outbox_id': row.id, 'hub.kind': row.kind, 'hub.generation': row.generation },
  from: row.traceparent,
});

function group(rows: Deliverable[]): Map<QueueName, Deliverable[]> {
  const groups = new Map<QueueName, Deliverable[]>();
  for (const row of rows) {
    const members = groups.get(row.queue) ?? [];
    members.push(row);
    groups.set(row.queue, members);
  }
  return groups;
}

async function inChunks<T>(items: T[], size: number, work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += size) await Promise.all(items.slice(at, at + size).map(work));
}

import { z } from 'zod';
import type { Clock } from '../../shared/clock/clock.ts';
import type { Database } from '../../shared/db/database.ts';
import { OUTBOX_KINDS, OUTBOX_STATUSES } from '../queries/outbox.ts';
import type { Family, Sample } from './family.ts';

type Db = Pick<Database, 'prisma'>;

const countRow = z.object({ kind: z.string(), status: z.string(), count: z.number(), oldest: z.number().nullable() });
type CountRow = z.output<typeof countRow>;

/** Rows that ended grow without end and are of no urgency: they are counted at most this often. */
const ENDED_KEEP_MS = 60_000;
/** Nothing more is expected of these. */
const ENDED = new Set<string>(['done', 'cancelled', 'superseded']);
const MOVING = new Set<string>(['pending', 'queued', 'sending', 'unknown']);
/** Whose age says something: what moves, and what waits for a person. */
const AGEING = OUTBOX_STATUSES.filter((status) => status === 'held' || MOVING.has(status));

/** How the outbox stands. What is not at an end is read by index at every scrape, however much has ended. */
export function createOutboxFamilies({ db, clock }: { db: Db; clock: Pick<Clock, 'now'> }): () => Promise<Family[]> {
  let kept: { untilMs: number; rows: CountRow[] } | undefined;
  async function ended(): Promise<CountRow[]> {
    const nowMs = clock.now().getTime();
    if (kept === undefined || nowMs >= kept.untilMs) {
      kept = { untilMs: nowMs + ENDED_KEEP_MS, rows: await readEnded(db) };
    }
    return kept.rows;
  }
  return async () => {
    const found = [...(await readLiving(db)), ...(await ended())];
    const of = (kind: string, status: string) => found.find((one) => one.kind === kind && one.status === status);
    const each = (statuses: readonly string[], value: (row: CountRow | undefined) => number) =>
      OUTBOX_KINDS.flatMap((kind) => statuses.map((status): Sample => [{ kind, status }, value(of(kind, status))]));
    return [
      {
        name: 'hub_outbox_rows',
        help: `Outbox rows by kind and status; ${[...ENDED].join(', ')}: as of a minute ago at most.`,
        samples: each(OUTBOX_STATUSES, (row) => row?.count ?? 0),
      },
      {
        name: 'hub_outbox_oldest_seconds',
        help: 'Age of the oldest row in each status that is no end, since a person last let it go; 0 where there is none.',
        samples: each(AGEING, (row) => row?.oldest ?? 0),
      },
      {
        name: 'hub_outbox_oldest_waiting_seconds',
        help: 'Age of the oldest row that is pending, queued, sending or unknown; 0 where there is none.',
        samples: OUTBOX_KINDS.map((kind): Sample => {
          const ages = found.filter((one) => one.kind === kind && MOVING.has(one.status)).map((one) => one.oldest ?? 0);
          return [{ kind }, Math.max(0, ...ages)];
        }),
      },
    ];
  };
}

async function readLiving({ prisma }: Db): Promise<CountRow[]> {
  return z.array(countRow).parse(
    await prisma.$queryRaw`
      select kind::text, status::text, count(*)::float8 as count,
        extract(epoch from clock_timestamp() - min(coalesce(released_at, created_at)))::float8 as oldest
      from outbox where status in ('held', 'pending', 'queued', 'sending', 'unknown', 'failed') group by kind, status`,
  );
}

async function readEnded({ prisma }: Db): Promise<CountRow[]> {
  return z.array(countRow).parse(
    await prisma.$queryRaw`
      select kind::text, status::text, count(*)::float8 as count, null::float8 as oldest
      from outbox where status in ('done', 'cancelled', 'superseded') group by kind, status`,
  );
}

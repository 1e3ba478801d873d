import { z } from '@hono/zod-openapi';
import { type Database, Prisma, type Tx } from '../../shared/db/database.ts';
import { findRoute, newestOfRoutes, onRoute } from './outbox-route.ts';
import { searchOutbox } from './outbox-search.ts';
import { allOf, isAnyOf } from './search.ts';

export const OUTBOX_STATUSES = [
  'held',
  'pending',
  'queued',
  'sending',
  'unknown',
  'done',
  'failed',
  'cancelled',
  'superseded',
] as const;
export const OUTBOX_KINDS = ['scan', 'transfer', 'order'] as const;

const outboxRow = z.object({
  id: z.string(),
  kind: z.enum(OUTBOX_KINDS),
  status: z.enum(OUTBOX_STATUSES),
  run_id: z.string(),
  queue: z.string(),
  generation: z.number(),
  document_generation: z.number(),
  document_key: z.string(),
  sender_key: z.string().nullable(),
  sender_name: z.string().nullable(),
  recipient_key: z.string().nullable(),
  recipient_name: z.string().nullable(),
  attempts: z.number(),
  starts: z.number(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  hold_reason: z.string().nullable(),
  external_key: z.string().nullable(),
  external_number: z.string().nullable(),
  external_url: z.string().nullable(),
  posted: z.boolean().nullable(),
  created_at: z.date(),
  updated_at: z.date(),
  confirmed_at: z.date().nullable(),
  /** An earlier start may have made the document, and no look since has shown that it is not there. */
  maybe_made: z.boolean(),
  /** Left to a person: the hub itself tries no more. */
  rests: z.boolean(),
  question_code: z.string().nullable(),
  question: z.string().nullable(),
  asked_at: z.date().nullable(),
});
export type OutboxRowView = z.output<typeof outboxRow>;

const outboxLine = z.object({
  id: z.string(),
  run_line_id: z.string(),
  line_number: z.number(),
  item_key: z.string(),
  item_name: z.string(),
  article: z.string(),
  characteristic_key: z.string(),
  quantity: z.number(),
  planned_quantity: z.number().nullable(),
  edited_by: z.string().nullable(),
  edited_at: z.date().nullable(),
  edit_reason: z.string().nullable(),
  approved_by: z.string().nullable(),
  approved_at: z.date().nullable(),
  received: z.number(),
  closed_at: z.date().nullable(),
  closed_reason: z.string().nullable(),
});

const columns = Prisma.sql`
  id, kind::text, status::text, run_id, queue, generation, document_generation, document_key, sender_key, sender_name,
  recipient_key, recipient_name, attempts, starts, error_code, error_message, hold_reason, external_key, external_number,
  external_url, posted, created_at, updated_at, confirmed_at, maybe_made, rested_under is not null as rests, question_code,
  question, asked_at`;

export interface OutboxFilter {
  status?: readonly string[];
  kind?: readonly string[];
  runId?: string;
  /** Only documents about which the hub asks a person something. */
  asks?: boolean;
  /** When it was made, else last changed: from, inclusive, and to, exclusive. */
  from?: Date | undefined;
  to?: Date | undefined;
  /** Error code: failures with one cause. */
  cause?: string;
  /** Key or present name of the warehouse that goods leave, and of the one they are for. */
  donor?: string;
  recipient?: string;
  /** Part of an article, an item's or a warehouse's name or the document's number, or a whole key; below three letters a whole article or number. */
  q?: string;
  /** Id of the row before. */
  after?: readonly [string];
  limit: number;
}

/** Newest first: ids are UUIDv7, so their order is the order of making. */
export async function listOutbox(db: Database, filter: OutboxFilter): Promise<OutboxRowView[]> {
  const { status, kind, runId, cause, asks, from, to, q, after, limit } = filter;
  // Of what was made the column alone, so that its index serves.
  const at =
    status?.length === 1 && status[0] === 'done'
      ? Prisma.sql`confirmed_at`
      : Prisma.sql`coalesce(confirmed_at, updated_at)`;
  const route = await findRoute(db, filter);
  const rest = [
    runId === undefined ? null : Prisma.sql`run_id = ${runId}::uuid`,
    asks === true ? Prisma.sql`question_code is not null` : null,
    cause === undefined ? null : Prisma.sql`error_code = ${cause}`,
    from === undefined ? null : Prisma.sql`${at} >= ${from}`,
    to === undefined ? null : Prisma.sql`${at} < ${to}`,
  ];
  const page = after === undefined ? null : Prisma.sql`outbox.id < ${after[0]}::uuid`;
  const order = Prisma.sql`order by id desc limit ${limit}`;
  const facets = [isAnyOf(Prisma.sql`status`, status, 'outbox_status'), isAnyOf(Prisma.sql`kind`, kind, 'outbox_kind')];
  const plain = rest.every((one) => one === null);
  if (q !== undefined) {
    const routed = route === null ? null : onRoute(route);
    return searchOutbox(db, q, {
      limit,
      page: allOf([page]),
      rest: allOf([...facets, ...rest, routed]),
      ...(plain && { facets: allOf([...facets, routed]) }),
      read: (tx, from) => read(tx, Prisma.sql`select ${columns} from ${from} ${order}`),
    });
  }
  if (route !== null && plain) {
    const ids = newestOfRoutes({ routes: allOf([onRoute(route), ...facets]), page: allOf([page]), limit });
    return read(db.prisma, Prisma.sql`select ${columns} from outbox where id = any(array(${ids})) ${order}`);
  }
  if (plain && (status ?? kind) !== undefined) {
    // The newest of each chosen state and kind, merged: as quick for a rare state as for a common one. Each part is written
    // out and ordered as its index is, for else the planner reads the newest of all until it has found enough.
    const parts = (status ?? OUTBOX_STATUSES).flatMap((one) =>
      (kind ?? OUTBOX_KINDS).map(
        (other) => Prisma.sql`(
          select ${columns} from outbox
          where outbox.status = ${one}::text::outbox_status and outbox.kind = ${other}::text::outbox_kind and ${allOf([page])}
          order by outbox.status, outbox.kind, outbox.id desc limit ${limit})`,
      ),
    );
    return read(db.prisma, Prisma.sql`select * from (${Prisma.join(parts, ' union all ')}) newest ${order}`);
  }
  const where = allOf([...facets, ...rest, route === null ? null : onRoute(route), page]);
  return read(db.prisma, Prisma.sql`select ${columns} from outbox where ${where} ${order}`);
}

const read = async (tx: Tx, sql: Prisma.Sql): Promise<OutboxRowView[]> =>
  z.array(outboxRow).parse(await tx.$queryRaw(sql));

/** A row with its document's lines, or NULL. */
export async function findOutbox({ prisma }: Database, id: string) {
  const [row] = z.array(outboxRow).parse(await prisma.$queryRaw`select ${columns} from outbox where id = ${id}::uuid`);
  if (row === undefined) return null;
  const lines = z.array(outboxLine).parse(
    await prisma.$queryRaw`
      select id, run_line_id, line_number, item_key, item_name, article, characteristic_key, quantity::float8,
        planned_quantity::float8, edited_by, edited_at, edit_reason, approved_by, approved_at, received::float8, closed_at, closed_reason
      from outbox_lines where outbox_id = ${id}::uuid order by line_number`,
  );
  return { row, lines };
}

import { z } from '@hono/zod-openapi';
import { type Database, Prisma } from '../../shared/db/database.ts';
import { isUuid } from '../fields/query-fields.ts';
import { isText } from './search.ts';

/** Keys of warehouses; what is not given is any. No key at all: nothing fits. */
export interface Route {
  donors?: string[];
  recipients?: string[];
}

const NIL = Prisma.sql`'00000000-0000-0000-0000-000000000000'::uuid`;
/** Written as in their index. */
const recipient = Prisma.sql`coalesce(recipient_key, ${NIL})`;
const donor = Prisma.sql`coalesce(sender_key, ${NIL})`;

/** The route that was asked for by keys or by the present names of warehouses; NULL: none was. */
export async function findRoute(
  { prisma }: Pick<Database, 'prisma'>,
  asked: { donor?: string | undefined; recipient?: string | undefined },
): Promise<Route | null> {
  if (asked.donor === undefined && asked.recipient === undefined) return null;
  const keysOf = async (keyOrName: string) => {
    if (isUuid(keyOrName)) return [keyOrName.toLowerCase()];
    const known = await prisma.$queryRaw`select key from known_warehouses where ${isText(Prisma.sql`name`, keyOrName)}`;
    return z
      .array(z.object({ key: z.string() }))
      .parse(known)
      .map(({ key }) => key);
  };
  return {
    ...(asked.donor !== undefined && { donors: await keysOf(asked.donor) }),
    ...(asked.recipient !== undefined && { recipients: await keysOf(asked.recipient) }),
  };
}

/** True for a document on the route. */
export function onRoute({ donors, recipients }: Route): Prisma.Sql {
  const parts = [
    ...(donors === undefined ? [] : [atDonor(donors)]),
    ...(recipients === undefined ? [] : [atRecipient(recipients)]),
  ];
  return Prisma.join(parts, ' and ');
}

/** True for a document that leaves or is for one of the warehouses. */
export const touches = (keys: string[]): Prisma.Sql => Prisma.sql`(${atDonor(keys)} or ${atRecipient(keys)})`;

const atDonor = (keys: string[]) => Prisma.sql`sender_key = any(${keys}::uuid[])`;
const atRecipient = (keys: string[]) => Prisma.sql`recipient_key = any(${keys}::uuid[])`;

/**
 * Ids of the newest documents of the `routes` chosen: a condition on keys, state and kind. The routes there are, found by
 * skipping through their index; then the newest of each that is chosen, merged. So a rare route is as quick as a common one.
 */
export const newestOfRoutes = ({ routes, page, limit }: { routes: Prisma.Sql; page: Prisma.Sql; limit: number }) =>
  Prisma.sql`
    with recursive routes as (
      (select ${recipient} as recipient_key, ${donor} as sender_key, status, kind
        from outbox order by ${recipient}, ${donor}, status, kind limit 1)
      union all
      select next.* from routes cross join lateral (
        select ${recipient}, ${donor}, outbox.status, outbox.kind from outbox
        where (${recipient}, ${donor}, outbox.status, outbox.kind) >
          (routes.recipient_key, routes.sender_key, routes.status, routes.kind)
        order by ${recipient}, ${donor}, outbox.status, outbox.kind limit 1
      ) next
    )
    select newest.id from (select * from routes where ${routes}) route cross join lateral (
      select outbox.id from outbox
      where ${recipient} = route.recipient_key and ${donor} = route.sender_key
        and outbox.status = route.status and outbox.kind = route.kind and ${page}
      order by outbox.id desc limit ${limit}
    ) newest order by newest.id desc limit ${limit}`;

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Database } from '../../shared/db/database.ts';
import { findPerson, type Person, type Role } from '../../shared/people/people.ts';

/** Somebody who is logged in. */
export interface Session {
  name: string;
  role: Role;
  /** What each of this session's forms must carry. */
  csrf: string;
}

/** A session that is not used for so long is over, and any session after `LONGEST_HOURS`. */
const IDLE_HOURS = 12;
const LONGEST_HOURS = 7 * 24;

const digest = (text: string) => createHash('sha256').update(text).digest();

const row = z.object({ person: z.string(), hash_digest: z.instanceof(Uint8Array), csrf: z.string() });

/** Opens a session and forgets those that are over. The token goes into the cookie and nowhere else. */
export async function openSession({ prisma }: Pick<Database, 'prisma'>, person: Person): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await prisma.$executeRaw`
    delete from console_sessions
    where seen_at < clock_timestamp() - ${IDLE_HOURS} * interval '1 hour'
       or created_at < clock_timestamp() - ${LONGEST_HOURS} * interval '1 hour'`;
  await prisma.$executeRaw`
    insert into console_sessions (token_digest, person, hash_digest, csrf)
    values (${digest(token)}, ${person.name}, ${digest(person.hash)}, ${randomBytes(24).toString('base64url')})`;
  return token;
}

/**
 * Who a token belongs to; NULL where it is over or unknown, where the person is no longer among `people`, or has
 * another password. The role is the one the person has now.
 */
export async function findSession(
  { prisma }: Pick<Database, 'prisma'>,
  people: readonly Person[],
  token: string,
): Promise<Session | null> {
  const [found] = z.array(row).parse(
    await prisma.$queryRaw`
      with found as (
        select token_digest, person, hash_digest, csrf, seen_at from console_sessions
        where token_digest = ${digest(token)}
          and seen_at >= clock_timestamp() - ${IDLE_HOURS} * interval '1 hour'
          and created_at >= clock_timestamp() - ${LONGEST_HOURS} * interval '1 hour'
      ), seen as (
        update console_sessions s set seen_at = clock_timestamp() from found f
        where s.token_digest = f.token_digest and f.seen_at < clock_timestamp() - interval '1 minute'
      )
      select person, hash_digest, csrf from found`,
  );
  const person = found === undefined ? undefined : findPerson(people, found.person);
  if (found === undefined || person === undefined) return null;
  if (!timingSafeEqual(digest(person.hash), found.hash_digest)) return null;
  return { name: person.name, role: person.role, csrf: found.csrf };
}

/** Ends one session, for good. */
export async function endSession({ prisma }: Pick<Database, 'prisma'>, token: string): Promise<void> {
  await prisma.$executeRaw`delete from console_sessions where token_digest = ${digest(token)}`;
}

/** Compares a form's token with the session's in constant time. */
export const isCsrfToken = (given: unknown, { csrf }: Session): boolean =>
  typeof given === 'string' && timingSafeEqual(digest(given), digest(csrf));

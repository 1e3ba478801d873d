import { z } from 'zod';
import type { Database, Tx } from '../../shared/db/database.ts';
import { hashPassword, isPassword } from '../../shared/people/password.ts';
import { findPerson, type Person } from '../../shared/people/people.ts';
import { openSession } from './sessions.ts';

/** Within this time so many tries may fail: for one name from one address, from one address, and for one name. */
const WINDOW_MINUTES = 15;
const MOST = { pair: 5, address: 30, name: 50 };

export type LoginResult =
  | { outcome: 'done'; token: string; person: Person }
  | { outcome: 'wrong' }
  /** No password is looked at until then. */
  | { outcome: 'too-many'; retryAfterSeconds: number };

export interface LoginTry {
  name: string;
  password: string;
  /** Where the request came from. */
  address: string;
}

/**
 * Checks a password, at the same price whether the name is known or not. A try is counted before the password is looked
 * at, so that tries at the same time count too; success takes it back. Both ends are kept in `operator_actions`.
 */
export async function logIn(db: Database, people: readonly Person[], given: LoginTry): Promise<LoginResult> {
  const name = given.name.trim().slice(0, 100);
  const folded = name.normalize('NFKC').toLocaleLowerCase('ru');
  const wait = await countTry(db, given.address, folded);
  if (wait !== null) return { outcome: 'too-many', retryAfterSeconds: wait };
  const person = findPerson(people, name);
  const right = await isPassword(given.password, person?.hash ?? (await noHash()));
  if (person === undefined || !right) {
    await keep(db.prisma, name, 'login', 'refused', given.address);
    return { outcome: 'wrong' };
  }
  const token = await openSession(db, person);
  await db.transaction(async (tx) => {
    await tx.$executeRaw`delete from login_attempts where address = ${given.address} and name = ${folded}`;
    await keep(tx, person.name, 'login', 'done', given.address);
  });
  return { outcome: 'done', token, person };
}

/** Seconds to wait, or NULL where the try was counted. One at a time for each address, so that none slips by. */
function countTry(db: Database, address: string, name: string): Promise<number | null> {
  return db.transaction(async (tx) => {
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtext('login'), hashtext(${address}))`;
    await tx.$executeRaw`delete from login_attempts where at < clock_timestamp() - ${WINDOW_MINUTES} * interval '1 minute'`;
    const [counted] = z.array(z.object({ full: z.boolean(), wait: z.number() })).parse(
      await tx.$queryRaw`
        select count(*) filter (where address = ${address} and name = ${name}) >= ${MOST.pair}
            or count(*) filter (where address = ${address}) >= ${MOST.address}
            or count(*) filter (where name = ${name}) >= ${MOST.name} as full,
          coalesce(ceil(extract(epoch from min(at) + ${WINDOW_MINUTES} * interval '1 minute' - clock_timestamp())), 1)::float8 as wait
        from login_attempts where address = ${address} or name = ${name}`,
    );
    if (counted?.full) return Math.max(1, counted.wait);
    await tx.loginAttempt.create({ data: { address, name } });
    return null;
  });
}

/** Keeps who came, went or was turned away. */
export async function keep(tx: Tx, actor: string, action: string, outcome: string, address: string): Promise<void> {
  await tx.operatorAction.create({ data: { actor: actor || '—', action, outcome, details: { address } } });
}

let drawn: Promise<string> | undefined;
/** A hash that no password fits, so that an unknown name takes as long as a known one. */
const noHash = () => {
  drawn ??= hashPassword(crypto.randomUUID());
  return drawn;
};

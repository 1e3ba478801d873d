import { isPasswordHash } from './password.ts';

/** What people may do, each including what stands before it. A viewer sees no payloads. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Somebody who may log in to the console. */
export interface Person {
  name: string;
  role: Role;
  /** See `hashPassword`. */
  hash: string;
}

/** Letters of any script, digits and a few signs between them; nothing that ADMIN_USERS divides by. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@ -]{0,63}$/u;

export const isPersonName = (name: string): boolean => NAME.test(name) && name === name.trim();

export const mayAct = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** `name:role:hash`, as `hub user add` prints it. */
export const writePerson = ({ name, role, hash }: Person): string => `${name}:${role}:${hash}`;

/** Reads ADMIN_USERS: entries divided by commas. `wrong` tells each bad entry by its place, never by its value. */
export function readPeople(text: string): { people: Person[]; wrong: string[] } {
  const people: Person[] = [];
  const wrong: string[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    if (entry.trim() === '') continue;
    const [name = '', role = '', hash = '', ...more] = entry.trim().split(':');
    const known = ROLES.find((one) => one === role);
    const tell = (problem: string) => wrong.push(`entry ${index + 1} ${problem}`);
    if (more.length > 0 || hash === '') tell('is not name:role:hash');
    else if (!isPersonName(name)) tell('has a name with other signs than letters, digits, space and . _ @ -');
    else if (known === undefined) tell(`has none of the roles ${ROLES.join(', ')}`);
    else if (!isPasswordHash(hash)) tell('has no scrypt hash: make the entry with `npm run hub -- user add`');
    else if (people.some((one) => sameName(one.name, name))) tell('names somebody again');
    else people.push({ name, role: known, hash });
  }
  return { people, wrong };
}

/** The person that is meant, whatever the case of the letters. */
export const findPerson = (people: readonly Person[], name: string): Person | undefined =>
  people.find((one) => sameName(one.name, name));

const sameName = (one: string, other: string) =>
  one.normalize('NFKC').toLocaleLowerCase('ru') === other.trim().normalize('NFKC').toLocaleLowerCase('ru');

import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { environment } from '../shared/config/environment.ts';
import { hashPassword } from '../shared/people/password.ts';
import { findPerson, isPersonName, type Person, type Role, readPeople, writePerson } from '../shared/people/people.ts';

const SHORTEST_PASSWORD = 10;

/** What was given is not acceptable; the message says what is. */
export class UserRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UserRefused';
  }
}

/**
 * `hub user add`: asks for a password (or reads one line from a pipe) and prints ADMIN_USERS with this person added or
 * replaced. It changes nothing by itself.
 */
export async function addUser(name: string, { role }: { role: Role }): Promise<void> {
  if (!isPersonName(name)) {
    throw new UserRefused(`"${name}" is no name: letters, digits, space and . _ @ - are allowed, at most 64 of them.`);
  }
  const { people, wrong } = readPeople(environment().ADMIN_USERS ?? '');
  if (wrong.length > 0) throw new UserRefused(`ADMIN_USERS as it is: ${wrong.join('; ')}.`);
  const password = stdin.isTTY ? await askTwice() : await readLine();
  if (password.length < SHORTEST_PASSWORD) {
    throw new UserRefused(`The password has ${password.length} characters; at least ${SHORTEST_PASSWORD} are needed.`);
  }
  const person: Person = { name, role, hash: await hashPassword(password) };
  const others = people.filter((one) => findPerson([one], name) === undefined);
  console.error(
    `${others.length < people.length ? 'Replaced' : 'Added'}: ${name} (${role}). Put this line into .env and start the API anew:`,
  );
  console.log(`ADMIN_USERS=${[...others, person].map(writePerson).join(',')}`);
}

async function askTwice(): Promise<string> {
  const first = await ask('Password: ');
  if (first !== (await ask('Again: '))) throw new UserRefused('The two passwords differ.');
  return first;
}

/** Nothing of what is typed is shown. */
async function ask(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: stdin, output: silent, terminal: true });
  stdout.write(question);
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    stdout.write('\n');
  }
}

async function readLine(): Promise<string> {
  const lines = createInterface({ input: stdin });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  return '';
}

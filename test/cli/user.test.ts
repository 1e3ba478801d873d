import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isPassword } from '../../src/shared/people/password.ts';
import { readPeople } from '../../src/shared/people/people.ts';
import { somebody } from '../support/somebody.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `hub user add …` with a password from a pipe. */
async function addUser(args: string[], password: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/hub.ts', 'user', 'add', ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });
  const printed = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => {
    printed.out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    printed.err += data.toString();
  });
  child.stdin.end(`${password}\n`);
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...printed };
}

describe('hub user add', () => {
  it('prints ADMIN_USERS with the person beside those who are there, and the password fits', async () => {
    const { code, out } = await addUser(['Олег', '--role', 'operator'], 'длинный пароль', { ADMIN_USERS: somebody });
    expect(code).toBe(0);
    const { people, wrong } = readPeople(out.trim().replace('ADMIN_USERS=', ''));
    expect(wrong).toEqual([]);
    expect(people.map(({ name, role }) => [name, role])).toEqual([
      ['anna', 'admin'],
      ['Олег', 'operator'],
    ]);
    expect(await isPassword('длинный пароль', people[1]?.hash ?? '')).toBe(true);
    expect(await isPassword('другой пароль', people[1]?.hash ?? '')).toBe(false);
    expect(out).not.toMatch(/\$/);
  });

  it('refuses a short password and a name that ADMIN_USERS cannot carry, and says what is allowed', async () => {
    const short = await addUser(['Олег'], 'короткий');
    expect([short.code, short.out]).toEqual([1, '']);
    expect(short.err).toMatch(/has 8 characters; at least 10/);
    const name = await addUser(['a:b'], 'длинный пароль');
    expect(name.code).toBe(1);
    expect(name.err).toMatch(/letters, digits/);
  });
});

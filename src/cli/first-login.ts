import { randomBytes } from 'node:crypto';
import type { Config } from '../shared/config/config.ts';
import { hashPassword } from '../shared/people/password.ts';

/** Somebody who may log in until this process ends. */
export interface FirstLogin {
  name: string;
  password: string;
}

/**
 * In development without ADMIN_USERS: settings with one admin whose password is drawn at random, to be told on the
 * terminal. Everywhere else the settings as they are, and NULL.
 */
export async function drawFirstLogin(config: Config): Promise<{ config: Config; login: FirstLogin | null }> {
  if (config.environment !== 'development' || config.admin.people.length > 0) return { config, login: null };
  const login = { name: 'admin', password: randomBytes(9).toString('base64url') };
  const person = { name: login.name, role: 'admin' as const, hash: await hashPassword(login.password) };
  return { config: { ...config, admin: { ...config.admin, people: [person] } }, login };
}

/** Tells the login to whoever looks at the terminal: not through the log, which is kept. */
export function tellFirstLogin(url: string, { name, password }: FirstLogin, print: (line: string) => void): void {
  print(`Консоль: ${url}/console — имя ${name}, пароль ${password} (до остановки; свои люди: npm run hub -- user add)`);
}

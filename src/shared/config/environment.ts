import { existsSync } from 'node:fs';

/** The process's environment, with `.env` of the current folder under it. The only reader of `process.env` in `src/`. */
export function environment(): Record<string, string | undefined> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

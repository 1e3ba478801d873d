import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

/** Cost of new hashes: N = 2^15, r = 8, p = 3 (OWASP Password Storage Cheat Sheet), some 32 MiB for each of three passes. */
const COST = { log2N: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** Dots, because `$` of the usual notation is a variable to Docker Compose's `.env`. */
const SHAPE = /^scrypt\.(\d{1,2})\.(\d{1,2})\.(\d{1,2})\.([\w-]{16,})\.([\w-]{32,})$/;

export interface PasswordCost {
  log2N: number;
  r: number;
  p: number;
}

/** `scrypt.<log2 N>.<r>.<p>.<salt>.<key>`, the last two in base64url. The password is normalized to NFKC first. */
export async function hashPassword(password: string, cost: PasswordCost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await keyOf(password, salt, cost, KEY_BYTES);
  return `scrypt.${cost.log2N}.${cost.r}.${cost.p}.${salt.toString('base64url')}.${key.toString('base64url')}`;
}

/** Whether the text has the form of a hash that this release can check, at a price it is willing to pay. */
export function isPasswordHash(hash: string): boolean {
  const read = readHash(hash);
  return read !== null && read.cost.log2N >= 10 && read.cost.log2N <= 17 && read.cost.r <= 16 && read.cost.p <= 8;
}

/** Compares in constant time. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const read = readHash(hash);
  if (read === null) return false;
  return timingSafeEqual(await keyOf(password, read.salt, read.cost, read.key.length), read.key);
}

function readHash(hash: string): { cost: PasswordCost; salt: Buffer; key: Buffer } | null {
  const [, log2N, r, p, salt, key] = SHAPE.exec(hash) ?? [];
  if (salt === undefined || key === undefined) return null;
  return {
    cost: { log2N: Number(log2N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  };
}

const keyOf = (password: string, salt: Buffer, { log2N, r, p }: PasswordCost, length: number): Promise<Buffer> =>
  derive(password.normalize('NFKC'), salt, length, { N: 2 ** log2N, r, p, maxmem: 256 * 2 ** log2N * r });

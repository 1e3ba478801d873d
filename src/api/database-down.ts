import { z } from 'zod';

/** What Prisma's driver adapter calls a database that cannot be reached, or will take nobody. */
const kinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
  'AuthenticationFailed',
  'DatabaseAccessDenied',
  'DatabaseDoesNotExist',
]);

/** Prisma's own codes for the same, sockets' errors, and PostgreSQL's while it starts or stops. */
const codes = new Set([
  ...['P1000', 'P1001', 'P1002', 'P1003', 'P1008', 'P1010', 'P1011', 'P1017', 'P2024', 'P2028', 'P2037'],
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE'],
  ...['57P01', '57P02', '57P03', '53300'],
]);

/** `pg` gives these no code. */
const messages = /^(timeout exceeded when trying to connect|Connection terminated)/;

const shape = z.looseObject({
  code: z.string().optional().catch(undefined),
  message: z.string().catch(''),
  cause: z.unknown().optional(),
  meta: z
    .looseObject({
      driverAdapterError: z.looseObject({
        cause: z.looseObject({ kind: z.string().optional(), originalCode: z.string().optional() }),
      }),
    })
    .optional()
    .catch(undefined),
});

/** True when the error, or a cause of it, says that the database is away, and not that a statement is wrong. */
export function isDatabaseDown(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < 8; depth += 1) {
    const read = shape.safeParse(current);
    if (!read.success) return false;
    const { code, message, meta, cause } = read.data;
    const below = meta?.driverAdapterError.cause;
    if ([code, below?.originalCode].some((one) => one !== undefined && codes.has(one))) return true;
    if (messages.test(message)) return true;
    if (below?.kind !== undefined && kinds.has(below.kind)) return true;
    current = cause;
  }
  return false;
}

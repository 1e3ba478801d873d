import { Redis } from 'ioredis';

const CONNECT_MS = 3_000;

/** Whether a Redis may be trusted with jobs. */
export type RedisFitness =
  | { state: 'fit' }
  /** It evicts keys under memory pressure, and BullMQ's jobs with them. */
  | { state: 'evicts'; policy: string }
  /** It does not let us ask. */
  | { state: 'untold' }
  | { state: 'unreachable'; reason: string };

/**
 * Asks a Redis for its eviction policy: "noeviction is the only setting" that BullMQ works with
 * (docs.bullmq.io/guide/going-to-production). Where CONFIG is forbidden, as managed Redis does, INFO tells it too.
 * Never throws; takes at most some 3 s to connect.
 */
export async function checkRedis(url: string): Promise<RedisFitness> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
    // Its question is INFO, which may be forbidden.
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  let lastError: Error | undefined;
  client.on('error', (error: Error) => {
    lastError = error;
  });
  try {
    await client.connect();
    const policy = (await byConfig(client)) ?? (await byInfo(client));
    if (policy === null) return { state: 'untold' };
    return policy === 'noeviction' ? { state: 'fit' } : { state: 'evicts', policy };
  } catch (error) {
    return { state: 'unreachable', reason: (lastError ?? (error as Error)).message || 'no answer' };
  } finally {
    client.disconnect();
  }
}

async function byConfig(client: Redis): Promise<string | null> {
  try {
    const answer = (await client.config('GET', 'maxmemory-policy')) as string[];
    return answer[1] ?? null;
  } catch (error) {
    return refusal(error);
  }
}

async function byInfo(client: Redis): Promise<string | null> {
  try {
    return /^maxmemory_policy:(\S+)/m.exec(await client.info('memory'))?.[1] ?? null;
  } catch (error) {
    return refusal(error);
  }
}

/** NULL for a command that Redis refuses; a broken connection is thrown on. */
function refusal(error: unknown): null {
  if (error instanceof Error && error.name === 'ReplyError' && !/^(NOAUTH|WRONGPASS)/.test(error.message)) return null;
  throw error;
}

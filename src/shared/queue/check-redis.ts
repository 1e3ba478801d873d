import { Cluster, type Redis } from 'ioredis';
import { openFirst, openOnce } from './redis-connection.ts';

const CONNECT_MS = 3_000;

/** Whether a Redis may be trusted with jobs. */
export type RedisFitness =
  | { state: 'fit' }
  /** It evicts keys under memory pressure, and BullMQ's jobs with them. `node`: which master of a cluster does. */
  | { state: 'evicts'; policy: string; node?: string }
  /** It does not let us ask. */
  | { state: 'untold' }
  | { state: 'unreachable'; reason: string };

/**
 * Asks a Redis for its eviction policy: "noeviction is the only setting" that BullMQ works with
 * (docs.bullmq.io/guide/going-to-production). Behind sentinels the master is asked, in a cluster every master. Where CONFIG is
 * forbidden, as managed Redis does, INFO tells it too. Never throws; takes at most some 3 s to connect.
 */
export async function checkRedis(url: string): Promise<RedisFitness> {
  const client = openOnce(url, CONNECT_MS);
  let lastError: Error | undefined;
  // What a sentinel or node says is nearer to the cause than what is concluded from it.
  let nearest: Error | undefined;
  client.on('error', (error: Error) => {
    lastError = error;
  });
  for (const event of ['node error', 'sentinelError']) {
    client.on(event, (error: Error) => {
      nearest = error;
    });
  }
  try {
    await client.connect();
    return client instanceof Cluster ? await judgeMasters(client) : judge(await policyOf(client));
  } catch (error) {
    const reason = (await whyAway(url)) ?? (nearest ?? lastError ?? (error as Error)).message;
    return { state: 'unreachable', reason: reason || 'no answer' };
  } finally {
    client.disconnect();
  }
}

/** What the first sentinel or node says when it is spoken to by itself. NULL: it is well, or there is but one server. */
async function whyAway(url: string): Promise<string | null> {
  const first = openFirst(url, CONNECT_MS);
  if (first === null) return null;
  let why: string | null = null;
  const say = (error: Error) => {
    why ??= `${first.options.host}:${first.options.port}: ${error.message}`;
  };
  first.on('error', say);
  await first
    .connect()
    .then(() => first.ping())
    .catch(say);
  first.disconnect();
  return why;
}

/** The worst of the masters speaks for all of them. */
async function judgeMasters(cluster: Cluster): Promise<RedisFitness> {
  const judged = await Promise.all(
    cluster.nodes('master').map(async (node): Promise<RedisFitness> => {
      const fitness = judge(await policyOf(node));
      return fitness.state === 'evicts' ? { ...fitness, node: `${node.options.host}:${node.options.port}` } : fitness;
    }),
  );
  const worst = judged.find(({ state }) => state === 'evicts') ?? judged.find(({ state }) => state === 'untold');
  return worst ?? { state: 'fit' };
}

function judge(policy: string | null): RedisFitness {
  if (policy === null) return { state: 'untold' };
  return policy === 'noeviction' ? { state: 'fit' } : { state: 'evicts', policy };
}

const policyOf = async (client: Redis) => (await byConfig(client)) ?? (await byInfo(client));

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

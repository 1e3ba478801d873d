import type { Config } from '../shared/config/config.ts';
import type { Log } from '../shared/log/log.ts';
import { checkRedis } from '../shared/queue/check-redis.ts';
import { showRedisAddress } from '../shared/queue/redis-address.ts';

/** Redis would lose jobs as it is set; the message says what to set. */
export class QueueStoreUnfit extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'QueueStoreUnfit';
  }
}

/**
 * Checks the Redis that jobs go to. One that evicts keys stops the process in production and is a warning elsewhere.
 * One that is away is a warning: the API accepts without it, workers wait for it, and no document depends on it.
 */
export async function prepareQueues(config: Pick<Config, 'environment' | 'queues'>, log: Log): Promise<void> {
  const { redisUrl } = config.queues;
  if (redisUrl === null) return;
  const at = showRedisAddress(redisUrl);
  const fitness = await checkRedis(redisUrl);
  if (fitness.state === 'fit') return;
  if (fitness.state === 'unreachable') {
    log.warn({
      event: 'redis.unreachable',
      at,
      reason: fitness.reason,
      message: `Redis does not answer at ${at}: ${fitness.reason}. ${cureOf(fitness.reason)} Requests are accepted meanwhile; work starts when it is there.`,
    });
    return;
  }
  if (fitness.state === 'untold') {
    log.warn({
      event: 'redis.policy-untold',
      at,
      message: `Redis at ${at} does not tell its maxmemory-policy. Make sure that it is noeviction.`,
    });
    return;
  }
  const which = fitness.node === undefined ? at : `${fitness.node} (${at})`;
  const message = `Redis at ${which} evicts keys when memory runs out (maxmemory-policy ${fitness.policy}), and jobs with them. Set maxmemory-policy noeviction: in redis.conf, or by CONFIG SET maxmemory-policy noeviction, or in the settings of the managed Redis; the hub needs a Redis of its own.`;
  if (config.environment === 'production') throw new QueueStoreUnfit(message);
  log.warn({ event: 'redis.evicts', at, policy: fitness.policy, message });
}

/** What to do about a Redis that is away, by what was heard of it (Node's own words for certificates). */
function cureOf(reason: string): string {
  if (reason.includes('altnames')) return 'Call it in REDIS_URL by a name that its certificate has.';
  if (/self-signed|unable to (verify|get .*issuer)/.test(reason)) {
    return 'Name the file of the authority that signed its certificate in NODE_EXTRA_CA_CERTS.';
  }
  return 'Check REDIS_URL, its password, and that Redis runs.';
}

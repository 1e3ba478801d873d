import type { ConnectionOptions } from 'bullmq';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { type RedisAddress, redisAddress } from './redis-address.ts';

const CONNECT_MS = 5_000;
const RETRY_MOST_MS = 2_000;
/** The election of a new master takes a cluster its `cluster-node-timeout` (15 s by default) and a little more. */
const FAILOVER_MS = 30_000;
const FAILOVER_STEP_MS = 250;

/**
 * Who uses a connection. `adds`: whoever adds jobs or asks for them; it must fail fast and try again later, not wait in a
 * queue of its own. `works`: a worker; it has nothing better to do than to wait.
 */
export type RedisUse = 'adds' | 'works';

export interface RedisConnection {
  /** What BullMQ is given: options of a connection that it opens and closes itself, or a cluster that it only borrows. */
  connection: ConnectionOptions;
  /** Closes what BullMQ only borrowed. To be called when its user is closed. */
  close(): void;
}

/** The one place that says how the hub speaks to Redis, of whichever kind. `address` is a checked `REDIS_URL`. */
export function connectRedis(address: string, use: RedisUse): RedisConnection {
  const to = redisAddress(address);
  const patience =
    use === 'adds' ? { enableOfflineQueue: false, maxRetriesPerRequest: 1 } : { maxRetriesPerRequest: null };
  if (to.kind === 'cluster') {
    const cluster = openCluster(to, use, patience);
    return { connection: cluster, close: () => cluster.disconnect() };
  }
  const steady = { connectTimeout: CONNECT_MS, retryStrategy: retryMs, ...patience };
  if (to.kind === 'sentinel') {
    return {
      connection: { ...sentinelOptions(to), sentinelRetryStrategy: retryMs, ...steady },
      close: () => undefined,
    };
  }
  // BullMQ opens it by its URL.
  return { connection: { url: to.url, ...steady }, close: () => undefined };
}

/** A connection for one question: it tries once and never again. Not connected yet; the caller disconnects it. */
export function openOnce(address: string, timeoutMs: number): Redis | Cluster {
  const to = redisAddress(address);
  if (to.kind === 'server') return new Redis(to.url, once(timeoutMs));
  if (to.kind === 'sentinel') {
    return new Redis({ ...sentinelOptions(to), sentinelRetryStrategy: () => null, ...once(timeoutMs) });
  }
  return new Cluster(to.nodes, {
    ...clusterBasics(to),
    redisOptions: { ...accessOptions(to), connectTimeout: timeoutMs, commandTimeout: timeoutMs },
    lazyConnect: true,
    enableReadyCheck: false,
    slotsRefreshTimeout: timeoutMs,
    clusterRetryStrategy: () => null,
  });
}

/**
 * The first sentinel or node that an address names, spoken to by itself: it tells why it cannot be reached, which ioredis keeps to
 * itself when it looks for a master. NULL for a single server.
 */
export function openFirst(address: string, timeoutMs: number): Redis | null {
  const to = redisAddress(address);
  if (to.kind === 'server') return null;
  const access = accessOptions(to.kind === 'sentinel' ? { ...to.sentinels, tls: to.tls } : to);
  return new Redis({ ...to.nodes[0]!, ...access, ...once(timeoutMs) });
}

const once = (timeoutMs: number): RedisOptions => ({
  lazyConnect: true,
  connectTimeout: timeoutMs,
  commandTimeout: timeoutMs,
  maxRetriesPerRequest: 0,
  // Its question is INFO, which may be forbidden.
  enableReadyCheck: false,
  retryStrategy: () => null,
});

/** As Redis finds it: between the first opening brace and the first closing one after it, if anything is there. */
const HASH_TAG = /^[^{]*\{[^}]+\}/;

/**
 * The prefix of every key. BullMQ's scripts touch many keys of a queue at once, which a cluster allows only where all of
 * them are in one slot: there the prefix is put in braces, which makes it what is hashed (`hub` becomes `{hub}`), unless it
 * has them already.
 */
export function redisPrefix(address: string, prefix: string): string {
  if (redisAddress(address).kind !== 'cluster' || HASH_TAG.test(prefix)) return prefix;
  const tagged = `{${prefix}}`;
  if (!HASH_TAG.test(tagged))
    throw new TypeError(`A cluster would spread keys that begin with ${tagged} over its nodes.`);
  return tagged;
}

const retryMs = (times: number) => Math.min(100 * 2 ** times, RETRY_MOST_MS);

function openCluster(to: RedisAddress & { kind: 'cluster' }, use: RedisUse, patience: RedisOptions): Cluster {
  const { enableOfflineQueue = true, maxRetriesPerRequest = null } = patience;
  return new Cluster(to.nodes, {
    ...clusterBasics(to),
    enableOfflineQueue,
    clusterRetryStrategy: retryMs,
    slotsRefreshTimeout: CONNECT_MS,
    // A worker's command outlives the election of a new master; whoever adds jobs hears soon that there is none.
    ...(use === 'works'
      ? {
          maxRedirections: FAILOVER_MS / FAILOVER_STEP_MS,
          retryDelayOnFailover: FAILOVER_STEP_MS,
          retryDelayOnClusterDown: FAILOVER_STEP_MS,
        }
      : {}),
    redisOptions: { ...accessOptions(to), connectTimeout: CONNECT_MS, maxRetriesPerRequest },
  });
}

/** With TLS a node must be called by the name that its certificate has; ioredis would call it by its address. */
const clusterBasics = ({ tls }: { tls: boolean }): ClusterOptions =>
  tls ? { dnsLookup: (name, callback) => callback(null, name) } : {};

function sentinelOptions(to: RedisAddress & { kind: 'sentinel' }) {
  const { username: sentinelUsername, password: sentinelPassword } = to.sentinels;
  return {
    sentinels: to.nodes,
    name: to.master,
    db: to.db,
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...accessOptions(to),
    ...(to.tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
  };
}

const accessOptions = ({ username, password, tls }: { username?: string; password?: string; tls: boolean }) => ({
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
  ...(tls ? { tls: {} } : {}),
});

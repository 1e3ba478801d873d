/** Where Redis is: one server, the master that sentinels name, or a cluster. */
export type RedisAddress =
  /** Opened by its URL as it is; ioredis reads it. */
  | { kind: 'server'; url: string }
  | ({ kind: 'sentinel'; master: string; db: number; sentinels: Credentials } & Several)
  | ({ kind: 'cluster' } & Several);

export interface RedisNode {
  host: string;
  port: number;
}

interface Credentials {
  username?: string;
  password?: string;
}

/** Sentinels, or some nodes of a cluster; the others are found by asking these. The credentials are those of Redis. */
interface Several extends Credentials {
  nodes: RedisNode[];
  /** To sentinels as well as to Redis. */
  tls: boolean;
}

/** What is wrong with an address. Shows nothing that may be a password. */
class Unreadable extends Error {}

export const REDIS_ADDRESS_FORMS = [
  'redis://user:password@host:6379/0',
  'redis-sentinel://user:password@host:26379,host:26379/MASTER/0',
  'redis-cluster://user:password@host:6379,host:6379',
] as const;

const ALL_FORMS = `must be like ${REDIS_ADDRESS_FORMS.join(' or ')} (rediss… for TLS)`;
const DEFAULT_PORT = { sentinel: 26_379, cluster: 6_379 };
/** A sentinel has credentials of its own, or none. */
const SENTINEL_PARAMETERS = ['sentinelUser', 'sentinelPassword'];

/** Reads the value of `REDIS_URL`. What it says is wrong may be shown: it repeats no part that may be a password. */
export function readRedisAddress(text: string): { address: RedisAddress } | { problem: string } {
  try {
    return { address: read(text.trim()) };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

/** An address that has been checked before, as every setting is. */
export function redisAddress(text: string): RedisAddress {
  const found = readRedisAddress(text);
  if ('problem' in found) throw new TypeError(`REDIS_URL ${found.problem}`);
  return found.address;
}

/** As it may be shown: without passwords. */
export function showRedisAddress(text: string): string {
  const address = redisAddress(text);
  if (address.kind === 'server') {
    const url = new URL(address.url);
    if (url.password !== '') url.password = '***';
    return url.toString();
  }
  const scheme = `redis${address.tls ? 's' : ''}-${address.kind}://`;
  const user = address.username ?? '';
  const login = address.password !== undefined ? `${user}:***@` : user === '' ? '' : `${user}@`;
  const nodes = address.nodes.map(showNode).join(',');
  if (address.kind === 'cluster') return `${scheme}${login}${nodes}`;
  return `${scheme}${login}${nodes}/${address.master}${address.db === 0 ? '' : `/${address.db}`}`;
}

const showNode = ({ host, port }: RedisNode) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

function read(text: string): RedisAddress {
  const [, scheme = '', rest = ''] = /^([a-z+-]+):\/\/(.*)$/i.exec(text) ?? [];
  // Python's clients write a plus sign.
  const [, secure, kind] = /^redis(s?)(?:[-+](sentinel|cluster))?$/i.exec(scheme) ?? [];
  if (secure === undefined) throw new Unreadable(ALL_FORMS);
  if (kind === undefined) {
    if (!URL.canParse(text) || new URL(text).hostname === '') throw new Unreadable(ALL_FORMS);
    return { kind: 'server', url: text };
  }
  const several = kind.toLowerCase() as 'sentinel' | 'cluster';
  const [, authority = '', path = '', query = ''] = /^([^/?#]*)([^?#]*)(.*)$/.exec(rest) ?? [];
  if (!authority.includes('@') && rest.includes('@')) {
    throw new Unreadable('has a /, ? or # before its @: in a user or password write %2F, %3F or %23');
  }
  const at = authority.lastIndexOf('@');
  const common = {
    nodes: readNodes(authority.slice(at + 1), several),
    tls: secure !== '',
    ...readCredentials(at < 0 ? '' : authority.slice(0, at)),
  };
  if (several === 'sentinel') {
    return { kind: several, ...common, ...readMaster(path), sentinels: readSentinelCredentials(query) };
  }
  if (path !== '' && path !== '/')
    throw new Unreadable('has a path, but a cluster has no databases: end it after the hosts');
  if (query !== '') throw new Unreadable('has a ? or # after the hosts of a cluster, where nothing may follow');
  return { kind: several, ...common };
}

function readNodes(text: string, kind: 'sentinel' | 'cluster'): RedisNode[] {
  return text.split(',').map((part, index) => {
    const which = `host ${index + 1}`;
    const [, six, host = six, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s%]*))(?::(.*))?$/i.exec(part.trim()) ?? [];
    if (host === undefined || host === '') {
      throw new Unreadable(`has no host name as ${which}: write host:${DEFAULT_PORT[kind]},host:${DEFAULT_PORT[kind]}`);
    }
    const number = port === undefined ? DEFAULT_PORT[kind] : /^\d{1,5}$/.test(port) ? Number(port) : 0;
    if (number < 1 || number > 65_535) throw new Unreadable(`has a wrong port at ${which}: allowed are 1 to 65535`);
    return { host, port: number };
  });
}

function readCredentials(text: string): Credentials {
  const [user = '', ...rest] = text.split(':');
  const password = rest.join(':');
  return {
    ...(user === '' ? {} : { username: decode(user) }),
    ...(password === '' ? {} : { password: decode(password) }),
  };
}

function readMaster(path: string): { master: string; db: number } {
  const [master = '', db = '0', ...more] = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  if (master === '') {
    throw new Unreadable('names no master: after the sentinels write /MASTER, as in `sentinel monitor MASTER …`');
  }
  if (!/^\d{1,4}$/.test(db) || more.length > 0) {
    throw new Unreadable('has after its master what is no database: allowed is a number, like /MASTER/0');
  }
  return { master: decode(master), db: Number(db) };
}

function readSentinelCredentials(query: string): Credentials {
  if (query.startsWith('#')) throw new Unreadable('has a # after its master, where nothing of the kind may follow');
  const given = new URLSearchParams(query.replace(/^\?/, ''));
  const strange = [...given.keys()].filter((name) => !SENTINEL_PARAMETERS.includes(name));
  if (strange.length > 0) {
    throw new Unreadable(`has a parameter that is not known; allowed: ${SENTINEL_PARAMETERS.join(', ')}`);
  }
  const [user, password] = SENTINEL_PARAMETERS.map((name) => given.get(name) ?? '');
  return { ...(user ? { username: user } : {}), ...(password ? { password } : {}) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Unreadable('has a % that encodes nothing: write %25 for a percent sign');
  }
}

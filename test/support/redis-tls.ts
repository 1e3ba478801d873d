import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../src/shared/db/free-port.ts';
import type { Certificates } from './certificates.ts';
import { until } from './hub.ts';
import { type PrivateRedis, startPrivateRedis, startPrivateSentinel } from './redis-server.ts';
import { PASSWORD } from './redis-topologies.ts';

const HOST = 'localhost';

/** A Redis that is spoken to by TLS alone, behind a password. */
export interface TlsRedis {
  url: string;
  /** Its keys with this in their name, wherever they are. */
  keys(part: string): Promise<string[]>;
  stop(): Promise<void>;
}

export type TlsKind = 'server' | 'sentinel' | 'cluster';

export function startTlsRedis(kind: TlsKind, certificates: Certificates): Promise<TlsRedis> {
  return { server: startServer, sentinel: startMasterWithSentinel, cluster: startCluster }[kind](certificates);
}

const settingsOf = ({ authority, certificate, key }: Certificates) => ({
  'tls-cert-file': certificate,
  'tls-key-file': key,
  'tls-ca-cert-file': authority,
  'tls-auth-clients': 'no',
});
const asArguments = (settings: Record<string, string>) =>
  Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);

/** A redis-server whose only port is one of TLS. */
async function startLocked(certificates: Certificates, settings: Record<string, string> = {}): Promise<PrivateRedis> {
  const port = await freePort();
  const tls = { port: '0', 'tls-port': String(port), ...settingsOf(certificates) };
  return startPrivateRedis(port, asArguments({ ...tls, requirepass: PASSWORD, masterauth: PASSWORD, ...settings }));
}

async function talkTo({ port }: PrivateRedis, { authority }: Certificates): Promise<Redis> {
  return new Redis({ host: HOST, port, password: PASSWORD, tls: { ca: await readFile(authority) } });
}

async function keysOf(servers: PrivateRedis[], certificates: Certificates, part: string): Promise<string[]> {
  const found = await Promise.all(
    servers.map(async (server) => {
      const asked = await talkTo(server, certificates);
      return asked.keys(`*${part}*`).finally(() => asked.disconnect());
    }),
  );
  return found.flat();
}

async function startServer(certificates: Certificates): Promise<TlsRedis> {
  const server = await startLocked(certificates);
  return {
    url: `rediss://:${PASSWORD}@${HOST}:${server.port}`,
    keys: (part) => keysOf([server], certificates, part),
    stop: () => server.stop(),
  };
}

async function startMasterWithSentinel(certificates: Certificates): Promise<TlsRedis> {
  const directory = await mkdtemp(path.join(tmpdir(), 'hub-sentinel-tls-'));
  const master = await startLocked(certificates);
  const port = await freePort();
  const config = path.join(directory, 'sentinel.conf');
  const settings = {
    ...{ 'tls-port': String(port), 'tls-replication': 'yes', ...settingsOf(certificates) },
    'sentinel resolve-hostnames': 'yes',
    // The certificate has no address in it.
    'sentinel announce-hostnames': 'yes',
    'sentinel monitor': `hub ${HOST} ${master.port} 1`,
    'sentinel auth-pass': `hub ${PASSWORD}`,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(config, lines.join(''));
  const sentinel = await startPrivateSentinel(config, 0);
  return {
    url: `rediss-sentinel://:${PASSWORD}@${HOST}:${port}/hub`,
    keys: (part) => keysOf([master], certificates, part),
    async stop() {
      await Promise.all([sentinel.stop(), master.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Two masters: a key of the hub's is on one of them, and the other sends whoever asks there. */
async function startCluster(certificates: Certificates): Promise<TlsRedis> {
  const directory = await mkdtemp(path.join(tmpdir(), 'hub-cluster-tls-'));
  const start = async (slots: [number, number]) => {
    const bus = await freePort();
    const server = await startLocked(certificates, {
      ...{
        dir: directory,
        'cluster-enabled': 'yes',
        'cluster-config-file': `nodes-${bus}.conf`,
        'cluster-port': `${bus}`,
      },
      ...{ 'tls-cluster': 'yes', 'tls-replication': 'yes' },
      ...{ 'cluster-announce-hostname': HOST, 'cluster-preferred-endpoint-type': 'hostname' },
    });
    const admin = await talkTo(server, certificates);
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', ...slots);
    return { server, bus, admin };
  };
  const nodes = await Promise.all([start([0, 8_191]), start([8_192, 16_383])]);
  const [first, second] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  await second.admin.call('CLUSTER', 'SET-CONFIG-EPOCH', 2);
  await first.admin.call('CLUSTER', 'MEET', '127.0.0.1', second.server.port, second.bus);
  await until('a whole cluster whose members know each other by name', async () => {
    const told = await Promise.all(
      nodes.map(async ({ admin }) =>
        [await admin.call('CLUSTER', 'INFO'), await admin.call('CLUSTER', 'NODES')].map(String),
      ),
    );
    return told.every(([info, known]) => info!.includes('state:ok') && known!.match(/,localhost /g)?.length === 2);
  });
  for (const { admin } of nodes) admin.disconnect();
  const servers = nodes.map(({ server }) => server);
  return {
    url: `rediss-cluster://:${PASSWORD}@${servers.map(({ port }) => `${HOST}:${port}`).join(',')}`,
    keys: (part) => keysOf(servers, certificates, part),
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../src/shared/db/free-port.ts';
import { until } from './hub.ts';
import { type PrivateRedis, startPrivateRedis, startPrivateSentinel } from './redis-server.ts';

/** What every topology asks for. */
export const PASSWORD = 'hunter2';
const SLOTS = 16_384;
/** Of servers that are asked for a password, also by each other. */
const LOCKED = ['--requirepass', PASSWORD, '--masterauth', PASSWORD];

export interface RedisTopology {
  url: string;
  /** Speaks to one of its servers. The caller disconnects it. */
  talkTo(server: PrivateRedis): Redis;
  stop(): Promise<void>;
}

export interface TestCluster extends RedisTopology {
  masters: PrivateRedis[];
  /** The server that stands by. */
  standby: PrivateRedis | undefined;
  /** Who holds this key when the cluster is new. */
  masterOf(key: string): Promise<PrivateRedis>;
}

/** A cluster of three masters behind a password. Another server stands by for the one that holds the key `standbyFor`. */
export async function startCluster({ standbyFor }: { standbyFor?: string } = {}): Promise<TestCluster> {
  const directory = await mkdtemp(path.join(tmpdir(), 'hub-cluster-'));
  const start = async (index: number) => {
    // The bus would be at port + 10000, where nobody has looked whether it is free.
    const bus = await freePort();
    const server = await startPrivateRedis(0, [
      ...['--dir', directory, '--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${index}.conf`],
      ...['--cluster-port', String(bus), '--cluster-node-timeout', '1000', ...LOCKED],
    ]);
    return { server, bus, admin: talkTo(server) };
  };
  const nodes = await Promise.all([0, 1, 2, ...(standbyFor === undefined ? [] : [3])].map(start));
  const masters = nodes.slice(0, 3);
  const firstSlot = (index: number) => Math.round((index * SLOTS) / 3);
  const masterOf = async (key: string) => {
    const asked = talkTo(nodes.find(({ server }) => server.process.signalCode === null)!.server);
    const slot = Number(await asked.call('CLUSTER', 'KEYSLOT', key));
    asked.disconnect();
    return masters.findLast((_, index) => slot >= firstSlot(index))!;
  };
  await Promise.all(
    masters.map(async ({ admin }, index) => {
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', firstSlot(index), firstSlot(index + 1) - 1);
      await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    }),
  );
  for (const { server, bus } of nodes.slice(1)) {
    await nodes[0]!.admin.call('CLUSTER', 'MEET', '127.0.0.1', server.port, bus);
  }
  await until('a whole cluster', async () => {
    const infos = await Promise.all(nodes.map(async ({ admin }) => String(await admin.call('CLUSTER', 'INFO'))));
    return infos.every((one) => one.includes('state:ok') && one.includes(`known_nodes:${nodes.length}`));
  });
  const standby = nodes[3]?.admin;
  if (standby !== undefined && standbyFor !== undefined) {
    const id = await (await masterOf(standbyFor)).admin.call('CLUSTER', 'MYID');
    await standby.call('CLUSTER', 'REPLICATE', String(id));
    await until('its data', async () => (await standby.info('replication')).includes('master_link_status:up'));
  }
  for (const { admin } of nodes) admin.disconnect();
  return {
    url: `redis-cluster://:${PASSWORD}@${nodes.map(({ server }) => `127.0.0.1:${server.port}`).join(',')}`,
    masters: masters.map(({ server }) => server),
    standby: nodes[3]?.server,
    masterOf: async (key) => (await masterOf(key)).server,
    talkTo,
    async stop() {
      await Promise.all(nodes.map(({ server }) => server.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export interface TestSentinel extends RedisTopology {
  master: PrivateRedis;
  replica: PrivateRedis;
  sentinel: PrivateRedis;
}

/** A master and a replica behind a password, and a sentinel that notices within a second that the master is gone. */
export async function startSentinel(): Promise<TestSentinel> {
  const directory = await mkdtemp(path.join(tmpdir(), 'hub-sentinel-'));
  // A replica writes what it is sent into its folder.
  const common = ['--dir', directory, ...LOCKED];
  const master = await startPrivateRedis(0, common);
  const replica = await startPrivateRedis(0, ['--replicaof', `127.0.0.1 ${master.port}`, ...common]);
  const config = path.join(directory, 'sentinel.conf');
  const settings = [
    `monitor hub 127.0.0.1 ${master.port} 1`,
    `auth-pass hub ${PASSWORD}`,
    'down-after-milliseconds hub 500',
    'failover-timeout hub 3000',
  ];
  await writeFile(config, settings.map((one) => `sentinel ${one}\n`).join(''));
  const sentinel = await startPrivateSentinel(config);
  const asked = new Redis(sentinel.url);
  await until('a replica that may become the master', async () => {
    const replicas = (await asked.call('SENTINEL', 'REPLICAS', 'hub')) as string[][];
    return replicas.some((one) => one.includes('ok') && one.includes(String(replica.port)));
  });
  asked.disconnect();
  return {
    url: `redis-sentinel://:${PASSWORD}@127.0.0.1:${sentinel.port}/hub`,
    ...{ master, replica, sentinel, talkTo },
    async stop() {
      await Promise.all([sentinel, master, replica].map((server) => server.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const talkTo = ({ port }: PrivateRedis) => new Redis({ host: '127.0.0.1', port, password: PASSWORD });

import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { QueueKeys } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { variables } from '../../src/shared/config/variables.ts';
import { redisPrefix } from '../../src/shared/queue/redis-connection.ts';
import { QUEUE_NAMES } from '../../src/shared/queue/store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

interface Container {
  image: string;
  lifecycle?: { preStop: { exec: { command: string[] } } };
  ports?: { name: string; containerPort: number }[];
  env?: { name: string; value: string }[];
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  startupProbe?: Probe;
}
type Probe = { httpGet: { path: string; port: string } };
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  spec?: {
    replicas?: number;
    podSelector?: { matchLabels?: Record<string, string> };
    ingress?: { ports: { port: number }[] }[];
    egress?: { ports: { port: number }[] }[];
    selector?: { matchLabels?: Record<string, string> };
    scaleTargetRef?: { name: string };
    triggers?: { type: string; metadata: Record<string, string> }[];
    template?: {
      metadata: { labels: Record<string, string> };
      spec: { terminationGracePeriodSeconds?: number; containers: Container[] };
    };
  };
}

const root = new URL('../../deploy/k8s/', import.meta.url);
const overlays = (await readdir(new URL('overlays/', root))).map((name) => `overlays/${name}/`);
const folders = ['base/', ...overlays];
const read = (path: string) => readFile(new URL(path, root), 'utf8');
const files = (
  await Promise.all(folders.map(async (folder) => (await readdir(new URL(folder, root))).map((name) => folder + name)))
).flat();
const manifests = (
  await Promise.all(
    files
      .filter((path) => !path.endsWith('kustomization.yaml'))
      .map(async (path) => parseAllDocuments(await read(path)).map((one) => ({ path, ...(one.toJS() as Manifest) }))),
  )
).flat();
const of = (kind: string) => manifests.filter((one) => one.kind === kind);

interface Kustomization {
  resources: string[];
  patches?: { target: { kind: string; name: string }; patch: string }[];
}
const kustomization = async (folder: string) => parse(await read(`${folder}kustomization.yaml`)) as Kustomization;

async function validate({ path: _path, ...manifest }: Manifest & { path?: string }): Promise<void> {
  const { apiVersion, kind } = manifest;
  const module = apiVersion.startsWith('keda') ? '@kubernetes-models/keda' : 'kubernetes-models';
  const models = (await import(`${module}/${apiVersion}`)) as Record<
    string,
    new (
      data: object,
    ) => { validate(): void }
  >;
  new models[kind]!(manifest).validate();
}

describe('deploy/k8s', () => {
  it.each(manifests.map((one) => [`${one.path}: ${one.kind} ${one.metadata.name}`, one] as const))(
    '%s is what Kubernetes’ own schema, or KEDA’s, allows',
    async (_, manifest) => expect(validate(manifest)).resolves.toBeUndefined(),
  );

  it('names in its kustomizations every file, and no other', async () => {
    for (const folder of folders) {
      const { resources } = await kustomization(folder);
      const there = files.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
      const own = resources.filter((name) => !name.startsWith('../'));
      expect([...own, 'kustomization.yaml', ...(folder === 'base/' ? ['secret.example.yaml'] : [])].sort()).toEqual(
        there.sort(),
      );
    }
  });

  it('sets only variables that the hub knows', () => {
    const known = Object.keys(variables.shape);
    const names = manifests.flatMap((one) => [
      ...Object.keys(one.data ?? one.stringData ?? {}),
      ...(one.spec?.template?.spec.containers ?? []).flatMap(({ env = [] }) => env.map(({ name }) => name)),
    ]);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(known).toContain(name);
  });

  it('has workers for every queue, each once', () => {
    const queues = of('Deployment').flatMap(({ spec }) =>
      spec!.template!.spec.containers.flatMap(({ env = [] }) =>
        env.filter(({ name }) => name === 'WORKER_QUEUES').flatMap(({ value }) => value.split(',')),
      ),
    );
    expect(queues.sort()).toEqual([...QUEUE_NAMES].sort());
  });

  it('selects the pods that it makes, asks ports that are there, and grants more time than the hub takes to stop', () => {
    const [{ data } = {}] = of('ConfigMap');
    for (const { spec } of of('Deployment')) {
      const { metadata, spec: pod } = spec!.template!;
      expect(metadata.labels).toMatchObject(spec!.selector!.matchLabels!);
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(data!.SHUTDOWN_SECONDS));
      for (const { ports = [], ...container } of pod.containers) {
        for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
          expect(ports.map(({ name }) => name)).toContain(probe!.httpGet.port);
          expect(probe!.httpGet.path).toMatch(/^\/health\/(live|ready|db)$/);
        }
        const waits = Number(container.lifecycle?.preStop.exec.command[1] ?? 0);
        expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(data!.SHUTDOWN_SECONDS) + waits);
      }
    }
    for (const { spec } of of('ScaledObject')) {
      expect(of('Deployment').map(({ metadata }) => metadata.name)).toContain(spec!.scaleTargetRef!.name);
    }
  });

  it('keeps the API in its Service while Redis is away: it accepts without it', () => {
    const api = of('Deployment').find(({ metadata }) => metadata.name === 'api');
    expect(api!.spec!.template!.spec.containers[0]!.readinessProbe!.httpGet.path).toBe('/health/db');
  });

  it('lets the hub reach the ports of every form of REDIS_URL, and who measures each port that tells metrics', () => {
    const policies = of('NetworkPolicy').map(({ spec }) => spec!);
    const out = policies.flatMap(({ egress = [] }) => egress.flatMap(({ ports }) => ports.map(({ port }) => port)));
    expect(out).toEqual(expect.arrayContaining([53, 5432, 6379, 26379, 443]));
    for (const { metadata, spec } of of('Deployment')) {
      const labels = spec!.template!.metadata.labels;
      const open = policies
        .filter(({ podSelector }) =>
          Object.entries(podSelector!.matchLabels!).every(([name, value]) => labels[name] === value),
        )
        .flatMap(({ ingress = [] }) => ingress.flatMap(({ ports }) => ports.map(({ port }) => port)));
      const ports = spec!.template!.spec.containers.flatMap((one) => one.ports ?? []);
      expect(open, metadata.name).toEqual(ports.map(({ containerPort }) => containerPort));
    }
  });

  it.each([
    ['overlays/keda-sentinel/', 'redis-sentinel', 'redis-sentinel://host/hub'],
    ['overlays/keda-cluster/', 'redis-cluster', 'redis-cluster://host'],
  ])('%s scales by the lists that the hub’s jobs wait in', async (folder, type, address) => {
    const { patches = [] } = await kustomization(folder);
    const keys = new QueueKeys(redisPrefix(address, 'hub'));
    const lists = new Map<string, string>();
    for (const { target, patch } of patches) {
      const [{ op, path, value }] = parse(patch) as [
        { op: string; path: string; value: { type: string; metadata: Record<string, string> } },
      ];
      expect([op, path, value.type]).toEqual(['add', '/spec/triggers/-', type]);
      lists.set(target.name, value.metadata.listName!);
      const scaled = of('ScaledObject').find(({ metadata }) => metadata.name === target.name)!;
      await validate({ ...scaled, spec: { ...scaled.spec, triggers: [...scaled.spec!.triggers!, value] } });
    }
    expect(lists).toEqual(
      new Map([
        ['worker-transfer', keys.toKey('onec-transfer', 'wait')],
        ['worker-order', keys.toKey('moysklad-order', 'wait')],
      ]),
    );
  });

  const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
  if (!kubectl) console.warn('NO KUBECTL on PATH: the kustomizations of deploy/k8s are read, not built.');
  it.skipIf(!kubectl).each(folders)(
    '%s is built by kustomize, and KEDA alone says how many pods it scales',
    (folder) => {
      const built = spawnSync('kubectl', ['kustomize', fileURLToPath(new URL(folder, root))], { encoding: 'utf8' });
      expect(built.stderr).toBe('');
      const all = parseAllDocuments(built.stdout).map((one) => one.toJS() as Manifest);
      const scaled = all.filter(({ kind }) => kind === 'ScaledObject').map(({ spec }) => spec!.scaleTargetRef!.name);
      expect(scaled.length > 0).toBe(folder !== 'base/');
      for (const { kind, metadata, spec } of all) {
        if (kind !== 'Deployment') continue;
        expect(spec!.replicas === undefined, metadata.name).toBe(scaled.includes(metadata.name));
      }
    },
  );
});

describe('the questions that scaling asks', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const queries = of('ScaledObject').flatMap(({ spec }) => spec!.triggers!.map(({ metadata }) => metadata.query!));
  it.each(queries)('%s', async (query) => {
    const { rows } = await database.db.pool.query<Record<string, string>>(query);
    expect(Number(Object.values(rows[0]!)[0])).toBe(0);
  });
});

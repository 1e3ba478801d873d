import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { variables } from '../../src/shared/config/variables.ts';
import { QUEUE_NAMES } from '../../src/shared/queue/store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

interface Container {
  image: string;
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
    selector?: { matchLabels?: Record<string, string> };
    scaleTargetRef?: { name: string };
    triggers?: { type: string; metadata: { query: string } }[];
    template?: {
      metadata: { labels: Record<string, string> };
      spec: { terminationGracePeriodSeconds?: number; containers: Container[] };
    };
  };
}

const root = new URL('../../deploy/k8s/', import.meta.url);
const folders = ['base/', 'overlays/keda/'];
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

describe('deploy/k8s', () => {
  it.each(manifests.map((one) => [`${one.path}: ${one.kind} ${one.metadata.name}`, one] as const))(
    '%s is what Kubernetes’ own schema, or KEDA’s, allows',
    async (_, { path: _path, ...manifest }) => {
      const { apiVersion, kind } = manifest;
      const module = apiVersion.startsWith('keda') ? '@kubernetes-models/keda' : 'kubernetes-models';
      const models = (await import(`${module}/${apiVersion}`)) as Record<
        string,
        new (
          data: object,
        ) => { validate(): void }
      >;
      expect(() => new models[kind]!(manifest).validate()).not.toThrow();
    },
  );

  it('names in its kustomizations every file, and no other', async () => {
    for (const folder of folders) {
      const { resources } = parse(await read(`${folder}kustomization.yaml`)) as { resources: string[] };
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
          expect(probe!.httpGet.path).toMatch(/^\/health\/(live|ready)$/);
        }
      }
    }
    for (const { spec } of of('ScaledObject')) {
      expect(of('Deployment').map(({ metadata }) => metadata.name)).toContain(spec!.scaleTargetRef!.name);
    }
  });
});

describe('the questions that scaling asks', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const queries = of('ScaledObject').flatMap(({ spec }) => spec!.triggers!.map(({ metadata }) => metadata.query));
  it.each(queries)('%s', async (query) => {
    const { rows } = await database.db.pool.query<Record<string, string>>(query);
    expect(Number(Object.values(rows[0]!)[0])).toBe(0);
  });
});

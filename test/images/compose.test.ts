import { readFile, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startSandbox } from '../../sandbox/server.ts';
import { variables } from '../../src/shared/config/variables.ts';
import { smallDataset } from '../support/small-dataset.ts';

interface Service {
  build?: { dockerfile: string; target?: string };
  command?: string[];
  container_name?: string;
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string | number>;
  healthcheck?: object;
  image?: string;
  init?: boolean;
  ports?: string[];
  logging?: { options: Record<string, string> };
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  stop_grace_period?: string;
  tmpfs?: string[];
  restart?: string;
  volumes?: string[];
}
const root = new URL('../../', import.meta.url);
const read = (name: string) => readFile(new URL(name, root), 'utf8');
const compose = async () =>
  parse(await read('docker-compose.yml'), { merge: true }) as {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
  };

describe('docker-compose.yml', () => {
  it('has the four services, each restarted when it falls', async () => {
    const { services } = await compose();
    expect(Object.keys(services).sort()).toEqual(['api', 'postgres', 'redis', 'worker']);
    expect(Object.values(services).every((one) => one.restart === 'unless-stopped')).toBe(true);
  });

  it('lets workers be scaled: no fixed name, no published port', async () => {
    const { worker } = (await compose()).services;
    expect(worker?.container_name).toBeUndefined();
    expect(worker?.ports).toBeUndefined();
  });

  it('keeps Redis from evicting and from forgetting, and both stores on volumes that exist', async () => {
    const { services, volumes } = await compose();
    const command = services.redis?.command?.join(' ');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(command).toContain('--appendonly yes');
    for (const store of [services.redis, services.postgres]) {
      const [volume] = (store?.volumes?.[0] ?? '').split(':');
      expect(Object.keys(volumes)).toContain(volume);
      expect(store?.healthcheck).toBeDefined();
    }
  });

  it('gives the hub nothing to write but /tmp, no rights, and longer to stop than the hub takes', async () => {
    const { services } = await compose();
    for (const half of [services.api, services.worker]) {
      expect(half).toMatchObject({ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] });
      expect(half?.security_opt).toEqual(['no-new-privileges:true']);
      const { SHUTDOWN_SECONDS } = variables.parse({});
      expect(Number.parseInt(half?.stop_grace_period ?? '', 10)).toBeGreaterThan(SHUTDOWN_SECONDS);
    }
  });

  it('keeps no container’s log without end', async () => {
    for (const one of Object.values((await compose()).services))
      expect(one.logging?.options).toMatchObject({ 'max-size': '10m', 'max-file': '5' });
  });

  it('sets only variables that the hub knows, and waits for healthy stores', async () => {
    const { services } = await compose();
    for (const half of [services.api, services.worker]) {
      for (const name of Object.keys(half?.environment ?? {})) expect(Object.keys(variables.shape)).toContain(name);
      expect(half?.environment).toMatchObject({ NODE_ENV: 'production', REDIS_URL: 'redis://redis:6379' });
      expect(half?.depends_on).toEqual({
        postgres: { condition: 'service_healthy' },
        redis: { condition: 'service_healthy' },
      });
      expect(half?.init).toBe(true);
    }
  });
});

describe('docker-compose.dev.yml', () => {
  const development = async () =>
    parse(await read('docker-compose.dev.yml'), { merge: true }) as Awaited<ReturnType<typeof compose>>;

  it('needs nothing filled in, and points the hub at the sandbox’s own settings', async () => {
    expect(await read('docker-compose.dev.yml')).not.toMatch(/\$\{/);
    const sandbox = await startSandbox({ dataset: smallDataset() });
    try {
      const { api, worker } = (await development()).services;
      for (const half of [api, worker]) {
        expect(half?.environment).toMatchObject({
          API_1C_URL: `http://sandbox:4100${new URL(sandbox.onecUrl).pathname}`,
          API_1C_USER: sandbox.onecUser,
          API_1C_PASSWORD: sandbox.onecPassword,
          MOYSKLAD_URL: `http://sandbox:4100${new URL(sandbox.moyskladUrl).pathname}`,
          MOYSKLAD_TOKEN: sandbox.moyskladToken,
          MOYSKLAD_ORGANIZATION: sandbox.moyskladOrganization,
          MOYSKLAD_AGENT: sandbox.moyskladAgent,
        });
        for (const name of Object.keys(half?.environment ?? {})) expect(Object.keys(variables.shape)).toContain(name);
      }
    } finally {
      await sandbox.close();
    }
  });

  it('is built here, from the stage that both images are made of, with the sources mounted over it', async () => {
    const { api, worker, sandbox } = (await development()).services;
    for (const one of [api, worker, sandbox]) {
      expect(one?.build).toEqual({ context: '.', dockerfile: 'Dockerfile.api', target: 'build' });
      const sources = (one?.volumes ?? []).map((mount) => mount.split(':').slice(0, 2));
      expect(sources).toEqual(['src', 'sandbox', 'prisma'].map((name) => [`./${name}`, `/app/${name}`]));
      expect(one?.tmpfs).toEqual(['/app/src/shared/db/generated']);
    }
    expect(await read('Dockerfile.api')).toMatch(/^FROM \S+ AS build$/m);
  });

  it('starts hub and sandbox anew at every change', async () => {
    const { api, worker, sandbox } = (await development()).services;
    for (const one of [api, worker, sandbox]) expect(one?.command?.join(' ')).toMatch(/npx tsx watch /);
  });
});

describe.each(['Dockerfile.api', 'Dockerfile.worker'])('%s', (name) => {
  it('is multi-stage on one release of Node 24, runs without root, and has a healthcheck', async () => {
    const text = await read(name);
    const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases).toHaveLength(3);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:24\.\d+\.\d+-bookworm-slim$/);
    const last = text.slice(text.lastIndexOf('\nFROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^HEALTHCHECK /m);
    expect(last).not.toMatch(/npm (ci|install)/);
    expect(text).toMatch(/npm ci --omit=dev --omit=optional --ignore-scripts/);
  });

  it('copies only what is there', async () => {
    const text = await read(name);
    for (const [, from, paths] of text.matchAll(/^COPY (--from=\S+ )?(.+) \S+$/gm)) {
      if (from !== undefined) continue;
      for (const one of paths!.split(' ')) await expect(stat(new URL(one, root))).resolves.toBeDefined();
    }
  });
});

it('both Dockerfiles have the same steps up to what each half is told, so that they share their layers', async () => {
  const steps = async (name: string) => {
    const lines = (await read(name)).split('\n').filter((line) => /^(FROM|WORKDIR|COPY|RUN|USER)\b/.test(line));
    return lines.join('\n');
  };
  expect(await steps('Dockerfile.worker')).toBe(await steps('Dockerfile.api'));
});

it('.env.example explains every variable that the hub reads', async () => {
  const text = await read('.env.example');
  const missing = Object.keys(variables.shape).filter((name) => !new RegExp(`^#? ?${name}=`, 'm').test(text));
  expect(missing).toEqual([]);
});

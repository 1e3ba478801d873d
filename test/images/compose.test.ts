import { readFile, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startSandbox } from '../../sandbox/server.ts';
import { variables } from '../../src/shared/config/variables.ts';
import { smallDataset } from '../support/small-dataset.ts';

interface Service {
  build?: { dockerfile: string };
  command?: string[];
  container_name?: string;
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string | number>;
  healthcheck?: object;
  image?: string;
  init?: boolean;
  ports?: string[];
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

  it('starts the hub anew at every change', async () => {
    const { api, worker } = (await development()).services;
    for (const half of [api, worker]) expect(half?.command?.slice(0, 3)).toEqual(['npx', 'tsx', 'watch']);
  });
});

describe.each(['Dockerfile.api', 'Dockerfile.worker'])('%s', (name) => {
  it('is multi-stage on Node 24, runs without root, and has a healthcheck', async () => {
    const text = await read(name);
    expect(text.match(/^FROM node:24-/gm)).toHaveLength(3);
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

it('.env.example explains every variable that the hub reads', async () => {
  const text = await read('.env.example');
  const missing = Object.keys(variables.shape).filter((name) => !new RegExp(`^#? ?${name}=`, 'm').test(text));
  expect(missing).toEqual([]);
});

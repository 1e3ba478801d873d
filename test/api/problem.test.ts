import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiFixture, bodyOf, createApiFixture } from './fixture.ts';

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());

describe('every error', () => {
  it.each([
    ['an address that is not there', '/nowhere', 404, 'not-found'],
    ['a health check that is not there', '/health/nothing', 404, 'not-found'],
    ['an asset that is not there', '/queues/static/nothing.js', 404, 'not-found'],
    ['a wrong parameter', '/api/v1/logs?limit=0', 422, 'validation'],
    ['a row that is not there', '/api/v1/outbox/00000000-0000-7000-8000-000000000000', 404, 'not-found'],
  ])('is problem+json: %s', async (_, path, status, code) => {
    const response = await api.app.request(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8');
    expect(await bodyOf(response)).toMatchObject({
      type: `urn:bisnesmedia-hub:problem:${code}`,
      title: expect.stringMatching(/[А-Я]/),
      status,
      detail: expect.stringMatching(/[а-яА-Я]/),
      code,
    });
  });

  it('names every wrong value, not only the first', async () => {
    const body = await bodyOf(await api.app.request('/api/v1/logs?limit=0&level=loud&colour=red'));
    expect(body.errors.map(({ name }: { name: string }) => name).sort()).toEqual(['colour', 'level', 'limit']);
  });

  it('that nobody expected says 500 and nothing of its cause', async () => {
    const db = new Proxy(api.deps.db, {
      get() {
        throw new Error('password=hunter2');
      },
    });
    const response = await api.appWith({ db }).request('/api/v1/runs');
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'internal', status: 500 });
    expect(text).not.toContain('hunter2');
  });
});

describe('GET /openapi.json', () => {
  it('describes every route of the interface with its errors, in snake_case', async () => {
    const document = await bodyOf(await api.app.request('/openapi.json'));
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/',
      '/api/v1/alarms',
      '/api/v1/alarms/test',
      '/api/v1/links',
      '/api/v1/logs',
      '/api/v1/logs/export',
      '/api/v1/outbox',
      '/api/v1/outbox/{id}',
      '/api/v1/outbox/{id}/approve',
      '/api/v1/outbox/{id}/cancel',
      '/api/v1/outbox/{id}/lines/{line}/approve',
      '/api/v1/outbox/{id}/lines/{line}/edit',
      '/api/v1/outbox/{id}/lines/{line}/reject',
      '/api/v1/outbox/{id}/reject',
      '/api/v1/outbox/{id}/retry',
      '/api/v1/runs',
      '/api/v1/runs/{id}',
      '/api/v1/runs/{id}/approve',
      '/api/v1/runs/{id}/difference',
      '/api/v1/runs/{id}/lines',
      '/api/v1/runs/{id}/reject',
      '/api/v1/snoozes',
      '/api/v1/snoozes/{id}/end',
      '/api/v1/trigger/internal-replenishment',
      '/health/1c',
      '/health/db',
      '/health/live',
      '/health/moysklad',
      '/health/queue',
      '/health/ready',
      '/metrics',
    ]);
    const trigger = document.paths['/api/v1/trigger/internal-replenishment'].post;
    expect(Object.keys(trigger.responses)).toEqual(['202', '400', '401', '413', '415', '422', '503']);
    expect(trigger.security).toEqual([{ bearer: [] }]);
    expect(document.components.securitySchemes.bearer).toEqual({ type: 'http', scheme: 'bearer' });
    const names = JSON.stringify(document.components.schemas).matchAll(/"([A-Za-z_]+)":\{"(?:type|\$ref|anyOf)/g);
    for (const [, name] of names) expect(name).toMatch(/^([a-z0-9_]+|[A-Z][A-Za-z]+|additionalProperties)$/);
  });
});

describe('GET /docs', () => {
  it('shows Swagger UI from files of its own, without inline scripts', async () => {
    const page = await (await api.app.request('/docs')).text();
    expect(page).not.toMatch(/https?:/);
    expect(page).not.toMatch(/<script>/);
    const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(assets).toHaveLength(4);
    for (const asset of assets) {
      const response = await api.app.request(`/${asset}`);
      expect([asset, response.status]).toEqual([asset, 200]);
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(50);
    }
    expect((await api.app.request('/docs/start.js')).headers.get('Content-Type')).toMatch(/^text\/javascript/);
  });
});
